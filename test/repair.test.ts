import { type Event, extract, OutputError } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { modelServer } from './helpers/model-server.ts'
import { alice, Person, personPrompt } from './helpers/person.ts'

const thirty = JSON.stringify({ ...alice, age: 'thirty' })
const wrong = { call: 'Person', args: thirty }
const right = { call: 'Person', args: JSON.stringify(alice) }

describe.each([
  { wire: 'streamed', stream: true },
  { wire: 'plain', stream: false },
])('a schema failure, $wire', ({ stream }) => {
  it('goes back to the model with the call, what is wrong, and the same forced function', async () => {
    await using server = await modelServer(wrong, right)
    const { output, calls, usage, messages } = await extract(Person, personPrompt, {
      model: server.model(),
      stream,
    }).result()
    expect(output).toEqual(alice)
    const [first, second] = server.requests.map(({ body }) => body)
    expect(second.tool_choice).toEqual({ type: 'function', function: { name: 'Person' } })
    expect(second.tools).toEqual(first.tools)
    expect(second.messages).toEqual([
      ...first.messages,
      {
        role: 'assistant',
        tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'Person', arguments: thirty } }],
      },
      { role: 'tool', tool_call_id: 'call_0', content: expect.stringContaining('age: ') },
    ])
    expect(second.messages.at(-1).content).toBe(
      `The arguments do not fit the schema:\n- age: Invalid input: expected number, received string (received "thirty")\nCall 'Person' again with all of its arguments, corrected.`,
    )
    expect(calls).toMatchObject([
      { kind: 'first', attempt: 1, outcome: 'schema_mismatch', issues: [{ path: ['age'] }] },
      { kind: 'repair', attempt: 2, outcome: 'ok', issues: [] },
    ])
    expect(usage).toEqual({ inputTokens: 20, outputTokens: 10, totalTokens: 30 })
    expect(messages).toHaveLength(5)
  })

  it('answers every call id of the turn', async () => {
    await using server = await modelServer(
      {
        calls: [
          { name: 'Person', args: thirty, id: 'a' },
          { name: 'Person', args: '{}', id: 'b' },
        ],
      },
      right,
    )
    await extract(Person, personPrompt, { model: server.model(), stream })
    const answered = server.requests[1]!.body.messages.filter(({ role }: { role: string }) => role === 'tool')
    expect(answered.map(({ tool_call_id }: { tool_call_id: string }) => tool_call_id)).toEqual(['a', 'b'])
    expect(answered[0].content).toContain('age')
  })

  it('is an error that carries everything when no repair is left', async () => {
    await using server = await modelServer(wrong)
    const extraction = extract(Person, personPrompt, { model: server.model(), maxRepairs: 0, stream })
    const error = await extraction.catch((reason: unknown) => reason as OutputError)
    expect(error).toBeInstanceOf(OutputError)
    expect(error).toMatchObject({
      code: 'schema_mismatch',
      message: `Cannot decode the answer of scripted/model as 'Person': age: Invalid input: expected number, received string`,
      retryable: true,
      text: thirty,
      partial: { name: 'Alice', city: 'Paris' },
      issues: [{ path: ['age'], code: 'invalid_type' }],
      finishReason: 'tool_calls',
      requestId: 'req-1',
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
      calls: [{ kind: 'first', outcome: 'schema_mismatch' }],
    })
    expect(error).not.toHaveProperty('cost')
    expect(Object.keys(error as object)).not.toContain('text')
    expect(Object.keys(error as object)).not.toContain('partial')
    expect(extraction.calls).toBe((error as OutputError).calls)
  })

  it('is an error with the calls of all attempts when the repairs are spent', async () => {
    const tries = ['thirty', 'about thirty', 'XXX'].map(age => ({
      call: 'Person',
      args: JSON.stringify({ ...alice, age }),
    }))
    await using server = await modelServer(...tries)
    const error: OutputError = await extract(Person, personPrompt, {
      model: server.model(),
      maxRepairs: 2,
      stream,
    }).catch(reason => reason)
    expect(error.message).toContain('after 2 repairs')
    expect(error.calls.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['first', 'schema_mismatch'],
      ['repair', 'schema_mismatch'],
      ['repair', 'schema_mismatch'],
    ])
    expect(error.usage.totalTokens).toBe(45)
  })

  it.each([
    ['text instead of a call', { text: 'Alice is 30.' }, 'no_call'],
    ['a function that does not exist', { call: 'Human', args: '{}' }, 'wrong_call'],
    ['arguments that are no JSON', { call: 'Person', args: `{name: 'Alice'}` }, 'invalid_json'],
    ['cut arguments', { call: 'Person', args: '{"name":"Ali' }, 'invalid_json'],
    ['an empty turn', { calls: [] }, 'no_call'],
  ] as const)('is repaired: %s', async (_, reply, code) => {
    await using server = await modelServer(reply, right)
    const { output, calls } = await extract(Person, personPrompt, { model: server.model(), stream }).result()
    expect(output).toEqual(alice)
    expect(calls.map(call => call.outcome)).toEqual([code, 'ok'])
    const { messages } = server.requests[1]!.body
    for (const { role, content, tool_calls } of messages) {
      if (role === 'assistant') expect(content ?? tool_calls).toBeTruthy()
      else expect(content).toBeTruthy()
    }
    expect(messages.at(-1).content).toContain(`'Person'`)
  })

  it('is not repaired when the answer was cut at the token limit', async () => {
    await using server = await modelServer((_, response) => {
      const choice = { index: 0, finish_reason: 'length' }
      const tool_calls = [{ index: 0, id: 'c', function: { name: 'Person', arguments: JSON.stringify(alice) } }]
      if (stream) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end(`data: ${JSON.stringify({ choices: [{ ...choice, delta: { tool_calls } }] })}\n\ndata: [DONE]\n\n`)
      } else {
        response.end(JSON.stringify({ choices: [{ ...choice, message: { tool_calls } }] }))
      }
    })
    const error = await extract(Person, personPrompt, { model: server.model(), stream }).catch(reason => reason)
    expect(error).toMatchObject({ name: 'OutputError', code: 'truncated', retryable: false, finishReason: 'length' })
    expect(error.message).toContain('maxOutputTokens')
    expect(server.requests).toHaveLength(1)
  })
})

describe('a repair in a stream', () => {
  it('goes on in the same iterator, and the attempt is readable inside the loop', async () => {
    await using server = await modelServer(wrong, right)
    const extraction = extract(Person, personPrompt, { model: server.model() })
    const seen: [number, unknown][] = []
    for await (const partial of extraction) seen.push([extraction.attempt, partial])
    expect(new Set(seen.map(([attempt]) => attempt))).toEqual(new Set([1, 2]))
    expect(seen.at(-1)).toEqual([2, alice])
  })

  it('says so in the events, each with its attempt', async () => {
    await using server = await modelServer(wrong, right)
    const events: Event[] = []
    for await (const event of extract(Person, personPrompt, { model: server.model() }).events()) events.push(event)
    const turning = events.filter(
      ({ type }) => type === 'request' || type === 'issue' || type === 'repair' || type === 'finish',
    )
    expect(turning.map(event => [event.type, event.attempt])).toEqual([
      ['request', 1],
      ['issue', 1],
      ['repair', 2],
      ['request', 2],
      ['finish', 2],
    ])
    const completed = events
      .filter(event => event.type === 'complete')
      .map(event => [event.attempt, event.path.join('.')])
    expect(completed.filter(([attempt]) => attempt === 1)).toEqual([
      [1, 'name'],
      [1, 'city'],
    ])
    expect(completed).toContainEqual([2, 'age'])
  })
})

describe('what belongs to the caller', () => {
  it('is never changed: messages, options, schema', async () => {
    await using server = await modelServer(wrong, right)
    const freeze = <T>(value: T): T => {
      if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) freeze(each)
      return Object.freeze(value)
    }
    const messages = freeze([
      { role: 'system', content: 'You extract.' },
      { role: 'user', content: [{ type: 'text', text: personPrompt }], cache_control: { type: 'ephemeral' } },
    ] as const)
    const before = structuredClone(messages)
    const options = { model: server.model(), headers: freeze({ 'x-mine': '1' }), extraBody: freeze({ top_p: 0.5 }) }
    const output = await extract(Person, messages, Object.freeze(options))
    expect(output).toEqual(alice)
    expect(messages).toEqual(before)
    expect(server.requests[1]!.body.messages.slice(0, 2)).toEqual(before)
    expect(server.requests[0]!.body.top_p).toBe(0.5)
    expect(server.requests[0]!.headers['x-mine']).toBe('1')
  })
})

describe("the user's own schema", () => {
  it('has the last word: transforms and refinements, async ones exactly once', async () => {
    let looked = 0
    const Order = z.object({
      id: z.string().refine(async id => {
        looked++
        return id.startsWith('o-')
      }),
      total: z.string().transform(Number),
    })
    await using server = await modelServer(
      { call: 'extract', args: '{"id":"x","total":"1"}' },
      { call: 'extract', args: '{"id":"o-1","total":"12.5"}' },
    )
    const output: { id: string; total: number } = await extract(Order, 'order o-1 of 12.50', { model: server.model() })
    expect(output).toEqual({ id: 'o-1', total: 12.5 })
    expect(looked).toBe(2)
  })
})

describe('what the provider itself refuses of what the model wrote', () => {
  const wrote = '<function=Person>{"name": "Alice", "age": thirty}'
  const failure = (given: object = {}) => ({
    error: {
      message: "Failed to call a function. See 'failed_generation' for more details.",
      type: 'invalid_request_error',
      code: 'tool_use_failed',
      failed_generation: wrote,
      ...given,
    },
  })
  const refused = { status: 400, body: failure() }

  it.each([true, false])('is a failure of the model: it is quoted, and asked for again (stream: %s)', async stream => {
    await using server = await modelServer(refused, right)
    const { output, calls } = await extract(Person, personPrompt, { model: server.model(), stream }).result()
    expect(output).toEqual(alice)
    expect(calls).toMatchObject([
      { kind: 'first', outcome: 'no_call', issues: [{ path: [], code: 'no_call' }], estimated: {} },
      { kind: 'repair', outcome: 'ok' },
    ])
    const [first, second] = server.requests.map(({ body }) => body)
    expect(second.messages).toEqual([
      ...first.messages,
      {
        role: 'user',
        content:
          'The answer was not given as a function call:\n' +
          "- Failed to call a function. See 'failed_generation' for more details.\n" +
          `What came was: ${JSON.stringify(wrote)}\n` +
          "Call the function 'Person' with the answer as its arguments.",
      },
    ])
  })

  it('may come in the middle of a stream that showed something: that begins another attempt', async () => {
    const body = failure({ status_code: 400, message: 'tool call validation failed: /age: expected integer' })
    await using server = await modelServer((_, response) => {
      const delta = { tool_calls: [{ index: 0, id: 'c', function: { name: 'Person', arguments: '{"name":"Al' } }] }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`)
      response.end(`event: error\ndata: ${JSON.stringify(body)}\n\n`)
    }, right)
    const events: Event[] = []
    const onEvent = (event: Event): void => void events.push(event)
    expect(await extract(Person, personPrompt, { model: server.model(), stream: true, onEvent })).toEqual(alice)
    expect(events.filter(({ type }) => type === 'repair')).toMatchObject([
      { attempt: 2, issues: [{ code: 'schema_mismatch' }] },
    ])
  })

  it('may have been the call of a tool, which may then be called again', async () => {
    let runs = 0
    const tools = { clock: { inputSchema: z.object({ zone: z.string() }), execute: () => `${++runs} o'clock` } }
    await using server = await modelServer(refused, { call: 'clock', args: '{"zone":"CET"}' }, { text: 'It is one.' })
    const asked = extract(z.string(), 'What time is it?', { model: server.model(), tools })
    expect(await asked).toBe('It is one.')
    expect(runs).toBe(1)
    expect(server.requests.map(({ body }) => body.tool_choice)).toEqual(['auto', 'auto', 'auto'])
    expect(server.requests[1]!.body.messages.at(-1).content).toContain('Call it again, corrected, or answer with text.')
  })

  it('is an OutputError when no repair is left; what the model wrote stands in its text alone', async () => {
    await using server = await modelServer(refused)
    const asked = extract(Person, personPrompt, { model: server.model(), maxRepairs: 0 })
    const error = await asked.catch(reason => reason)
    expect(error).toBeInstanceOf(OutputError)
    expect(error).toMatchObject({ code: 'no_call', text: wrote })
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toContain('thirty')
    expect(server.requests).toHaveLength(1)
  })

  it('is quoted up to 2,048 characters, and never in a message', async () => {
    const endless = failure({ failed_generation: 'x'.repeat(5000), message: undefined })
    await using server = await modelServer({ status: 400, body: endless }, { status: 400, body: endless })
    const asked = extract(Person, personPrompt, { model: server.model() })
    const error = await asked.catch(reason => reason)
    expect(error.message).not.toContain('xxx')
    expect(server.requests[1]!.body.messages.at(-1).content).toMatch(/"x{2048}"/)
  })
})
