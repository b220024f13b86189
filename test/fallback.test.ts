import { APIError, createProvider, type Event, extract, type Options } from 'decant'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { eventStream, eventsText, streamOf } from './helpers/answer.ts'
import { alice, Person } from './helpers/person.ts'

type Reply = () => Response

const person = (): Response => streamOf({ name: 'Person', pieces: [JSON.stringify(alice)] })
const wrong = (): Response => streamOf({ name: 'Person', pieces: ['{"name":7}'] })
const failing = (status: number) => (): Response => new Response('{"error":{"message":"no"}}', { status })
const chunks = (...payloads: object[]): Response =>
  eventStream(`${payloads.map(each => `data: ${JSON.stringify(each)}\n\n`).join('')}data: [DONE]\n\n`)

/** A provider with these answers in order, and what it was asked. */
const provider = (name: string, replies: readonly Reply[], settings: { apiKey?: string } = {}) => {
  const seen: { headers: Record<string, string>; body: any }[] = []
  const fetch: typeof globalThis.fetch = async (_, init) => {
    seen.push({ headers: init?.headers as Record<string, string>, body: JSON.parse(String(init?.body)) })
    return replies[seen.length - 1]!()
  }
  const model = createProvider({ name, baseURL: 'http://127.0.0.1:1/v1', fetch, ...settings })
  return { model, seen }
}

const run = async (replies: readonly Reply[], options: Partial<Options> = {}) => {
  const first = provider('first', replies)
  const second = provider('second', [person])
  const events: Event[] = []
  const extraction = extract(Person, 'who?', {
    model: first.model('a'),
    fallback: [second.model('b')],
    maxRetries: 0,
    stream: true,
    onEvent: event => void events.push(event),
    ...options,
  })
  const result = await extraction.result().catch(error => error)
  return { result, first, second, events, calls: extraction.calls }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('another model is asked', () => {
  it.each([
    ['a rate limit', failing(429), 'rate_limit'],
    ['a spent quota', failing(402), 'quota'],
    ['a refused key', failing(401), 'auth'],
    ['a model that is gone', failing(404), 'not_found'],
    ['an outage', failing(503), 'upstream'],
    ['a stream that ends early', () => eventStream(': hello\n\n'), 'interrupted'],
    [
      'a connection that breaks',
      () => {
        throw new TypeError('fetch failed')
      },
      'network',
    ],
    ['a refusal', () => chunks({ choices: [{ delta: { refusal: 'no' }, finish_reason: 'stop' }] }), 'refused'],
    ['a content filter', () => chunks({ choices: [{ delta: {}, finish_reason: 'content_filter' }] }), 'content_filter'],
  ])('after %s', async (_, reply, outcome) => {
    const { result, events } = await run([reply as Reply])
    expect(result.output).toEqual(alice)
    expect(result.calls).toMatchObject([
      { kind: 'first', model: 'first/a', outcome },
      { kind: 'fallback', model: 'second/b', outcome: 'ok' },
    ])
    expect(events.filter(({ type }) => type === 'fallback')).toMatchObject([
      { attempt: 1, model: 'second/b', error: { code: outcome } },
    ])
  })

  it('after retries that did not help', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const { calls } = await run([failing(503), failing(503)], { maxRetries: 1 })
    expect(calls.map(({ kind, model }) => [kind, model])).toEqual([
      ['first', 'first/a'],
      ['retry', 'first/a'],
      ['fallback', 'second/b'],
    ])
  })

  it('after spent repairs, with the prompt and nothing of the failed answers', async () => {
    const { result, second, calls } = await run([wrong, wrong])
    expect(result.output).toEqual(alice)
    expect(second.seen[0]!.body.messages).toEqual([{ role: 'user', content: 'who?' }])
    expect(calls.map(({ kind, attempt, outcome }) => [kind, attempt, outcome])).toEqual([
      ['first', 1, 'schema_mismatch'],
      ['repair', 2, 'schema_mismatch'],
      ['fallback', 3, 'ok'],
    ])
  })

  it('with repairs of its own', async () => {
    const second = provider('second', [wrong, person])
    const fallback = [second.model('b')]
    const { result } = await run([wrong, wrong], { fallback })
    expect(result.calls.map(({ kind }: { kind: string }) => kind)).toEqual(['first', 'repair', 'fallback', 'repair'])
  })

  it('as another attempt, where something had been shown', async () => {
    const text = eventsText({ name: 'Person', pieces: ['{"name":"Al'] })
    const cut = () => eventStream(text.slice(0, text.indexOf('data: {"choices":[{"index":0,"delta":{}')))
    const { events, result } = await run([cut])
    expect(result.output).toEqual(alice)
    const told = events.flatMap((event): unknown[] =>
      event.type === 'partial' ? [[event.attempt, event.value]] : event.type === 'fallback' ? [event.attempt] : [],
    )
    expect(told).toEqual([[1, { name: 'Al' }], 2, [2, alice]])
  })

  it('and another, until one answers', async () => {
    const second = provider('second', [failing(503)])
    const third = provider('third', [person])
    const { result } = await run([failing(503)], { fallback: [second.model('b'), third.model('c')] })
    expect(result.calls.map(({ model }: { model: string }) => model)).toEqual(['first/a', 'second/b', 'third/c'])
  })
})

describe('no other model is asked', () => {
  it.each([
    ['a broken request', failing(400), 'bad_request'],
    ['a cut at the token limit', () => chunks({ choices: [{ delta: {}, finish_reason: 'length' }] }), 'truncated'],
  ])('after %s', async (_, reply, code) => {
    const { result, second } = await run([reply])
    expect(result).toMatchObject({ code })
    expect(second.seen).toEqual([])
  })

  it("after a throw of the user's own schema", async () => {
    const first = provider('first', [person])
    const second = provider('second', [person])
    const Broken = Person.transform(() => {
      throw new Error('boom')
    })
    const asked = extract(Broken, '', { model: first.model('a'), fallback: [second.model('b')], schemaName: 'Person' })
    await expect(asked).rejects.toMatchObject({ code: 'schema_mismatch' })
    expect(second.seen).toEqual([])
  })

  it('after an abort', async () => {
    const first = provider('first', [failing(503)])
    const second = provider('second', [person])
    const abort = new AbortController()
    const asked = extract(Person, '', {
      model: first.model('a'),
      fallback: [second.model('b')],
      signal: abort.signal,
      onEvent: ({ type }) => type === 'retry' && abort.abort('enough'),
    })
    await expect(asked).rejects.toBe('enough')
    expect(second.seen).toEqual([])
  })
})

describe('when none answers', () => {
  it('the error is the last one, and the ledger holds them all', async () => {
    const second = provider('second', [failing(402)])
    const { result } = await run([failing(503)], { fallback: [second.model('b')] })
    expect(result).toBeInstanceOf(APIError)
    expect(result).toMatchObject({
      code: 'quota',
      message: 'second answered 402: no (model 2 of 2)',
      calls: [
        { model: 'first/a', outcome: 'upstream' },
        { model: 'second/b', outcome: 'quota' },
      ],
    })
  })
})

describe('what goes along', () => {
  it('is neither the key nor the headers of the call, to another provider', async () => {
    const first = provider('first', [failing(503), failing(503)])
    const second = provider('second', [person], { apiKey: 'key-of-second' })
    await extract(Person, '', {
      model: first.model('a'),
      fallback: [first.model('b'), second.model('c')],
      apiKey: 'key-of-call',
      headers: { 'x-tenant': 'key-of-tenant' },
      maxRetries: 0,
    })
    expect(first.seen.map(({ headers }) => headers)).toMatchObject([
      { authorization: 'Bearer key-of-call', 'x-tenant': 'key-of-tenant' },
      { authorization: 'Bearer key-of-call', 'x-tenant': 'key-of-tenant' },
    ])
    expect(second.seen[0]!.headers.authorization).toBe('Bearer key-of-second')
    expect(JSON.stringify(second.seen)).not.toMatch(/key-of-(call|tenant)/)
  })

  it('is what tools have answered, without what only the model that called them understands', async () => {
    let runs = 0
    const execute = (): string => `${++runs} C`
    const tools = { weather: { inputSchema: z.object({ place: z.string() }), execute } }
    const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"place":"Rome"}' } }
    const toolTurn = () =>
      chunks(
        { choices: [{ delta: { reasoning_content: 'hm', tool_calls: [{ index: 0, ...call }] } }] },
        { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
      )
    const first = provider('first', [toolTurn, failing(503)])
    const second = provider('second', [person])
    const prompt = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'hello', name: 'mine' },
      { role: 'user', content: 'who?' },
    ] as const
    const options = { model: first.model('a'), fallback: [second.model('b')], tools, stream: true, maxRetries: 0 }
    expect(await extract(Person, prompt, options)).toEqual(alice)
    expect(runs).toBe(1)
    expect(second.seen[0]!.body.messages).toEqual([
      ...prompt,
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: '1 C' },
    ])
  })
})

describe('misuse throws at once', () => {
  const model = 'openai/gpt-4o-mini'
  it.each([
    ['groq/x', "Cannot extract with fallback 'groq/x': it must be a list of models, as in ['groq/model-id']"],
    [[7], "Cannot extract with fallback 7: it must be 'provider/model-id' or what a provider returns"],
    [['grok/x'], "Cannot extract with model 'grok/x': no provider is named 'grok' (did you mean 'groq'?)"],
  ])('%j', (fallback, message) => {
    expect(() => extract(Person, '', { model, fallback: fallback as never })).toThrow(message)
  })

  it('also for an option that one of the models does not take', () => {
    const options = { model: 'openrouter/a/b', fallback: ['groq/x'], reasoning: { maxTokens: 5 } }
    expect(() => extract(Person, '', options)).toThrow("Cannot send reasoning.maxTokens to 'groq'")
  })
})
