import { createProvider, type Event, extract, type Options } from 'decant'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { eventStream, eventsText, streamOf } from './helpers/answer.ts'
import { alice, Person } from './helpers/person.ts'

const person = (): Response => streamOf({ name: 'Person', pieces: [JSON.stringify(alice)] })
const busy = (headers?: Record<string, string>, status = 503): Response =>
  new Response('{"error":{"message":"busy"}}', { status, ...(headers && { headers }) })
const broken = (code: string): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })

type Step = () => Response

/** Extractions with a provider that gives these answers in order; the last one for ever. */
const provider = (script: readonly Step[], settings: { retryBudget?: number } = {}) => {
  let sent = 0
  const model = createProvider({
    name: 'acme',
    baseURL: 'http://127.0.0.1:1/v1',
    fetch: async () => script[Math.min(sent++, script.length - 1)]!(),
    ...settings,
  })('m')
  return {
    ask: (options: Partial<Options> = {}) => extract(Person, '', { model, ...options }),
    get sent() {
      return sent
    },
  }
}

const throws = (error: unknown) => (): never => {
  throw error
}

beforeEach(() => {
  // The least wait that jitter can draw: none.
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a request is sent again', () => {
  it.each([408, 409, 429, 500, 502, 503, 504, 529])('after status %i', async status => {
    const acme = provider([() => busy({}, status), person])
    expect(await acme.ask()).toEqual(alice)
    expect(acme.sent).toBe(2)
  })

  it.each([
    'ENOTFOUND',
    'EAI_AGAIN',
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'UND_ERR_SOCKET',
    'UND_ERR_CONNECT_TIMEOUT',
  ])('after %s', async code => {
    const acme = provider([throws(broken(code)), person])
    expect(await acme.ask()).toEqual(alice)
    expect(acme.sent).toBe(2)
  })

  it('after a page of HTML with status 502', async () => {
    const page = () => new Response('<title>Bad Gateway</title>', { status: 502 })
    expect(await provider([page, person]).ask()).toEqual(alice)
  })

  it('after an error inside a stream', async () => {
    const failed = () => eventStream('data: {"error":{"message":"overloaded","code":529}}\n\n')
    expect(await provider([failed, person]).ask({ stream: true })).toEqual(alice)
  })

  it('where the provider says so, and not where it says no', async () => {
    const willing = provider([() => busy({ 'x-should-retry': 'true' }, 400), person])
    expect(await willing.ask()).toEqual(alice)
    const unwilling = provider([() => busy({ 'x-should-retry': 'false' }, 500), person])
    await expect(unwilling.ask()).rejects.toMatchObject({ status: 500 })
    expect(unwilling.sent).toBe(1)
  })
})

describe('one request and no more', () => {
  it.each([400, 401, 402, 403, 404, 413, 422])('after status %i', async status => {
    const acme = provider([() => busy({}, status), person])
    await expect(acme.ask()).rejects.toMatchObject({ status, retryable: false })
    expect(acme.sent).toBe(1)
  })

  it.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ])('after %s, which does not go away', async code => {
    const acme = provider([throws(broken(code)), person])
    await expect(acme.ask()).rejects.toMatchObject({ code: 'network', retryable: false })
    expect(acme.sent).toBe(1)
  })

  it('after a spent quota', async () => {
    const body = '{"error":{"message":"m","code":"insufficient_quota"}}'
    const acme = provider([() => new Response(body, { status: 429, headers: { 'retry-after': '1' } }), person])
    await expect(acme.ask()).rejects.toMatchObject({ code: 'quota', retryable: false })
    expect(acme.sent).toBe(1)
  })

  it('where the provider asks for more patience than there is: the error says when to come back', async () => {
    const acme = provider([() => busy({ 'retry-after': '86400' }, 429), person])
    await expect(acme.ask()).rejects.toMatchObject({
      code: 'rate_limit',
      retryable: true,
      retryAfter: 86_400_000,
      message: 'acme answered 429: busy (it asks to wait 86400 s); maxRetryDelay is 60 s',
    })
    expect(acme.sent).toBe(1)
  })

  it('also where it only tells when the limit is filled again', async () => {
    const acme = provider([() => busy({ 'x-ratelimit-reset-requests': '6m0s' }, 429), person])
    await expect(acme.ask()).rejects.toMatchObject({ retryAfter: 360_000 })
    expect(acme.sent).toBe(1)
  })
})

describe('the wait', () => {
  it('is as long as the provider asks, and told in the event', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const acme = provider([() => busy({ 'retry-after': '7' }, 429), person])
    const events: Event[] = []
    const output = acme.ask({ onEvent: event => void events.push(event) }).then(value => value)
    await vi.advanceTimersByTimeAsync(6999)
    expect(acme.sent).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await output).toEqual(alice)
    expect(events.find(({ type }) => type === 'retry')).toMatchObject({ delay: 7000, error: { retryAfter: 7000 } })
  })

  it('ends with an abort', async () => {
    const acme = provider([() => busy({ 'retry-after': '50' }, 429), person])
    const asked = acme.ask({ onEvent: ({ type }) => type === 'retry' && queueMicrotask(() => asked.abort('enough')) })
    await expect(asked.then()).rejects.toBe('enough')
    expect(acme.sent).toBe(1)
  })
})

describe('a connection that is reset in mid-stream', () => {
  it('begins another attempt, and says so', async () => {
    const text = eventsText({ name: 'Person', pieces: ['{"name":"Al', 'ice"'] })
    const cut = (): Response => {
      const bytes = new TextEncoder().encode(text.slice(0, text.indexOf('data: {"choices":[{"index":0,"delta":{}')))
      let pulls = 0
      return new Response(
        new ReadableStream({
          pull: control => (pulls++ === 0 ? control.enqueue(bytes) : control.error(broken('ECONNRESET'))),
        }),
      )
    }
    const told: unknown[] = []
    const acme = provider([cut, person])
    for await (const event of acme.ask().events()) {
      if (event.type === 'partial') told.push([event.attempt, event.value])
      else if (event.type === 'request' || event.type === 'retry') told.push([event.attempt, event.type])
    }
    expect(told).toEqual([
      [1, 'request'],
      [1, { name: 'Alice' }],
      [1, 'retry'],
      [2, 'request'],
      [2, alice],
    ])
  })
})

describe('the budget that all calls of a provider share', () => {
  it('keeps an outage from being multiplied', async () => {
    const acme = provider([busy], { retryBudget: 5 })
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => acme.ask().result()))
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(acme.sent).toBe(25)
    await expect(acme.ask()).rejects.toMatchObject({
      retryable: true,
      message: "acme answered 503: busy; not tried again: too many calls fail, the provider's retryBudget (5) is spent",
    })
  })

  it('is filled again by success', async () => {
    const acme = provider([busy, person, busy, person], { retryBudget: 1 })
    expect(await acme.ask()).toEqual(alice)
    expect(await acme.ask()).toEqual(alice)
    expect(acme.sent).toBe(4)
  })

  it('must be a number of retries', () => {
    for (const retryBudget of [-1, Number.NaN, '5' as never]) {
      expect(() => provider([], { retryBudget })).toThrow(
        new RangeError(`Cannot create provider 'acme' with retryBudget '${retryBudget}': it must be 0 or more`),
      )
    }
  })
})
