import { createProvider, extract, type Options } from 'decant'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { eventsText, streamOf } from './helpers/answer.ts'
import { alice, Person } from './helpers/person.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const events = eventsText({ name: 'Person', pieces: [JSON.stringify(alice)] }).split(/(?<=\n\n)/)

/** A body that sends a piece every so many milliseconds, and nothing more after the last. */
const paced = (pieces: readonly string[], every: number): Response => {
  let next = 0
  let timer: ReturnType<typeof setTimeout>
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> =>
    new Promise(resolve => {
      const piece = pieces[next++]
      if (piece === undefined) return
      timer = setTimeout(() => {
        controller.enqueue(new TextEncoder().encode(piece))
        resolve()
      }, every)
    })
  return new Response(new ReadableStream({ pull, cancel: () => clearTimeout(timer) }, { highWaterMark: 0 }))
}

/** What became of an extraction so far. */
const watch = (fetch: () => Promise<Response>, options: Partial<Options>) => {
  const model = createProvider({ name: 'acme', baseURL: 'https://acme.test/v1', fetch })('m')
  const seen: { outcome: any } = { outcome: undefined }
  extract(Person, '', { model, stream: true, maxRetries: 0, ...options }).then(
    output => {
      seen.outcome = output
    },
    error => {
      seen.outcome = error
    },
  )
  return seen
}

const silence = (): Promise<Response> => new Promise(() => {})
const comments = (): string[] => Array.from({ length: 100 }, () => ': still here\n\n')
const roles = (): string[] =>
  Array.from({ length: 100 }, () => 'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n')

describe('a stall ends at its limit, whichever clock it is', () => {
  it.each([
    ['first_byte', 'no headers', silence, { firstByte: 400 }, 400],
    ['idle', 'headers and no more', async () => paced([], 1), { idle: 400 }, 400],
    ['idle', 'a beginning and no more', async () => paced(events.slice(0, 2), 100), { idle: 400 }, 600],
    ['idle', 'heartbeats for ever', async () => paced(comments(), 100), { idle: 400 }, 400],
    ['total', 'events for ever', async () => paced(roles(), 100), { idle: 400, total: 2000 }, 2000],
    ['total', 'no headers', silence, { total: 1500 }, 1500],
  ] as const)('%s: %s', async (code, _, fetch, timeout, after) => {
    const seen = watch(fetch, { timeout })
    await vi.advanceTimersByTimeAsync(after - 1)
    expect(seen.outcome).toBe(undefined)
    await vi.advanceTimersByTimeAsync(2)
    expect(seen.outcome).toMatchObject({ name: 'TimeoutError', code })
  })

  it('also for a plain call, which has the total alone', async () => {
    const seen = watch(silence, { stream: false, timeout: 90_000 })
    await vi.advanceTimersByTimeAsync(89_999)
    expect(seen.outcome).toBe(undefined)
    await vi.advanceTimersByTimeAsync(2)
    expect(seen.outcome).toMatchObject({ name: 'TimeoutError', code: 'total' })
  })
})

describe('a loop in a loop over one extraction', () => {
  it('waits for ever, and the error names that and not the provider', async () => {
    const fetch = async () => paced(events, 1)
    const model = createProvider({ name: 'acme', baseURL: 'https://acme.test/v1', fetch })('m')
    const extraction = extract(Person, '', { model, maxRetries: 0, timeout: { total: 2000 } })
    const seen: { error?: any } = {}
    const nested = async () => {
      for await (const _ of extraction.events()) for await (const _ of extraction.events());
    }
    nested().catch(error => {
      seen.error = error
    })
    await vi.advanceTimersByTimeAsync(2000)
    expect(seen.error).toMatchObject({
      name: 'TimeoutError',
      code: 'total',
      message:
        'The call did not end within 2000 ms: a reader of its events or elements was not read on, and what follows waits for it; read side by side, not in the loop of another, or await the result',
    })
  })
})

describe('a slow stream is not a stall', () => {
  it('however long it takes in all', async () => {
    const seen = watch(async () => paced(events, 399), { timeout: { idle: 400 } })
    await vi.advanceTimersByTimeAsync(events.length * 400)
    expect(seen.outcome).toEqual(alice)
  })
})

describe('the patience of the platform', () => {
  it.each([
    ['UND_ERR_HEADERS_TIMEOUT', 'first_byte'],
    ['UND_ERR_BODY_TIMEOUT', 'idle'],
  ])('%s is the clock %s', async (code, clock) => {
    const cause = Object.assign(new Error('gave up'), { code })
    const error = new TypeError('fetch failed', { cause })
    const broken = new ReadableStream({ pull: controller => controller.error(error) }, { highWaterMark: 0 })
    const fetch = () => (clock === 'idle' ? Promise.resolve(new Response(broken)) : Promise.reject(error))
    const seen = watch(fetch, {})
    await vi.advanceTimersByTimeAsync(1)
    expect(seen.outcome).toMatchObject({ name: 'TimeoutError', code: clock, retryable: true })
  })
})

describe('an abort ends every wait at once, with its own reason', () => {
  const busy = (): Promise<Response> =>
    Promise.resolve(new Response('', { status: 503, headers: { 'retry-after': '30' } }))
  it.each([
    ['for a key', silence, { apiKey: () => new Promise<string>(() => {}) }],
    ['for headers', silence, {}],
    ['for a body', async () => paced([], 1), {}],
    ['for the rest of a body', async () => paced(events.slice(0, 2), 10), {}],
    ['for an error body', async () => new Response(paced([], 1).body, { status: 500 }), {}],
    ['for another try', busy, { maxRetries: 2 }],
    ['for the schema', async () => streamOf({ name: 'Person', pieces: [JSON.stringify(alice)] }), { never: true }],
  ])('%s', async (_, fetch, { never, ...options }: Partial<Options> & { never?: boolean }) => {
    const abort = new AbortController()
    const model = createProvider({ name: 'acme', baseURL: 'https://acme.test/v1', fetch })('m')
    const schema = never ? Person.refine(() => new Promise<boolean>(() => {})) : Person
    const settings = { model, schemaName: 'Person', stream: true, signal: abort.signal, ...options }
    let outcome: unknown
    extract(schema, '', settings).catch(error => {
      outcome = error
    })
    await vi.advanceTimersByTimeAsync(1000)
    expect(outcome).toBe(undefined)
    const reason = { why: 'enough' }
    abort.abort(reason)
    await vi.advanceTimersByTimeAsync(0)
    expect(outcome).toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })
})
