import { type Call, createProvider, extract, type Options, type StreamError, type Usage } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ModelServer, modelServer, type Reply } from './helpers/model-server.ts'
import { alice, Person, personPrompt } from './helpers/person.ts'

/** A streamed answer whose usage has every class, with ids of all kinds. */
const billed =
  (name: string, args: unknown, nth: number): Reply =>
  (_, response) => {
    const tool_calls = [{ index: 0, id: 'c', type: 'function', function: { name, arguments: JSON.stringify(args) } }]
    const envelope = { id: `chatcmpl-${nth}`, model: 'model-2026-11' }
    const usage = {
      prompt_tokens: 100 * nth,
      completion_tokens: 20,
      total_tokens: 100 * nth + 20,
      prompt_tokens_details: { cached_tokens: 64 },
      completion_tokens_details: { reasoning_tokens: 8 },
      cost: nth / 1000,
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': `req-${nth}` })
    for (const event of [
      { ...envelope, choices: [{ index: 0, delta: { tool_calls }, finish_reason: 'tool_calls' }] },
      { ...envelope, choices: [], usage },
    ])
      response.write(`data: ${JSON.stringify(event)}\n\n`)
    response.end('data: [DONE]\n\n')
  }

const wrong = { ...alice, age: 'thirty' }
const usage = (nth: number) => ({
  inputTokens: 100 * nth,
  outputTokens: 20,
  cachedInputTokens: 64,
  reasoningTokens: 8,
  totalTokens: 100 * nth + 20,
})
const duration = expect.any(Number)
const entry = (nth: number, rest: Partial<Call>): unknown => ({
  attempt: nth,
  model: 'scripted/model',
  mode: 'tool',
  requestId: `req-${nth}`,
  responseId: `chatcmpl-${nth}`,
  responseModel: 'model-2026-11',
  usage: usage(nth),
  cost: nth / 1000,
  finishReason: 'tool_calls',
  issues: [],
  received: JSON.stringify(alice).length,
  timing: { firstByte: duration, firstPartial: duration, total: duration },
  ...rest,
})
const first = entry(1, {
  kind: 'first',
  outcome: 'schema_mismatch',
  issues: [{ path: ['age'], code: 'invalid_type', message: expect.any(String) }],
  received: JSON.stringify(wrong).length,
})

const ask = (server: ModelServer, options: Partial<Options<any>> = {}) =>
  extract(Person, personPrompt, { model: server.model(), stream: true, maxRetries: 0, ...options })

describe('every call', () => {
  it('says in the result how it was asked, who answered, what it used and cost, how long it took and what it came to', async () => {
    await using server = await modelServer(billed('Person', wrong, 1), billed('Person', alice, 2))
    const { calls, usage, cost } = await ask(server).result()
    expect(calls).toEqual([first, entry(2, { kind: 'repair', outcome: 'ok' })])
    expect(usage).toEqual({
      inputTokens: 300,
      outputTokens: 40,
      cachedInputTokens: 128,
      reasoningTokens: 16,
      totalTokens: 340,
    })
    expect(cost).toBe(0.003)
  })

  it('says so live: what has ended by then is whole, what is under way is pending', async () => {
    await using server = await modelServer(billed('Person', wrong, 1), billed('Person', alice, 2))
    const seen: [string, readonly Call[]][] = []
    await ask(server, {
      onEvent: ({ type }, { calls }) => void seen.push([type, structuredClone(calls) as readonly Call[]]),
    })
    const at = (type: string, nth = 0): readonly Call[] => seen.filter(each => each[0] === type)[nth]![1]
    expect(at('request')).toMatchObject([{ kind: 'first', outcome: 'pending', model: 'scripted/model', mode: 'tool' }])
    expect(at('repair')).toEqual([first])
    expect(at('request', 1)).toEqual([first, expect.objectContaining({ kind: 'repair', outcome: 'pending' })])
    expect(at('finish')).toEqual([first, entry(2, { kind: 'repair', outcome: 'ok' })])
  })

  const tool = { inputSchema: z.object({}), execute: () => '' }
  it.each<[string, object, boolean]>([
    ['that nobody listens for', { code: 'ECONNREFUSED' }, false],
    ['to an unknown host', { code: 'ENOTFOUND' }, false],
    ['to a server with a wrong certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, false],
    ['whose connection broke', { code: 'ECONNRESET' }, true],
    ['that failed without a word', {}, true],
  ])('has tokens for a request %s only if it may have come through', async (_, cause, mayHave) => {
    const fetch = () =>
      Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('x'), cause) }))
    const model = createProvider({ name: 'lost', baseURL: 'https://lost.example', fetch })('m')
    const { calls } = await extract(Person, personPrompt, { model, maxRetries: 0 }).then(
      () => expect.unreachable(),
      (error: StreamError) => error,
    )
    expect(calls).toHaveLength(1)
    expect('estimated' in calls[0]!).toBe(mayHave)
  })

  const breaks: Reply = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req-2' })
    response.write('data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n')
    setTimeout(() => response.destroy(), 5)
  }
  const both = {
    inputTokens: 300,
    outputTokens: 40,
    cachedInputTokens: 128,
    reasoningTokens: 16,
    totalTokens: 340,
  }
  const repaired = (rest: Partial<Call>) => [{ kind: 'repair', mode: 'tool', model: 'scripted/model', ...rest }]
  const estimated = repaired({ estimated: expect.anything() })
  it.each<[string, string, Reply, Partial<Options<any>>, unknown[], Usage]>([
    [
      'OutputError',
      'schema_mismatch',
      billed('Person', { ...alice, age: 'x' }, 2),
      {},
      repaired({ usage: usage(2) }),
      both,
    ],
    ['APIError', 'auth', { status: 401, body: {} }, {}, repaired({ outcome: 'auth' }), usage(1)],
    ['StreamError', 'network', breaks, {}, estimated, {}],
    ['TimeoutError', 'first_byte', () => {}, { timeout: { firstByte: 1000 } }, estimated, {}],
    ['BudgetError', 'calls', billed('Person', alice, 2), { budget: { calls: 1 } }, [], usage(1)],
    [
      'ToolError',
      'max_steps',
      billed('look', {}, 2),
      { tools: { look: tool }, maxSteps: 1 },
      repaired({ usage: usage(2) }),
      both,
    ],
  ])('is on a %s', async (name, code, reply, options, after, sum) => {
    await using server = await modelServer(billed('Person', wrong, 1), reply)
    const extraction = ask(server, options)
    const error = await extraction.catch(reason => reason)
    expect(error).toMatchObject({ name, code, usage: sum })
    expect(Object.keys(error.usage)).toHaveLength(Object.keys(sum).length)
    expect(error.calls).toBe(extraction.calls)
    expect(error.calls).toEqual([first, ...after.map(each => expect.objectContaining(each as object))])
  })
})
