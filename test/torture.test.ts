import { createProvider, type Event, ExtractError, extract } from 'decant'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { eventsText } from './helpers/answer.ts'

/** What may fail: a connection, the sending of the request, a read of the body, a timer that cannot be set or fires at once. */
const kinds = ['fetch', 'write', 'read', 'timer', 'early timer'] as const
type Kind = (typeof kinds)[number]

/** Counts the calls of one kind and says which of them are to fail: the nth, or all from the nth on. */
class Saboteur {
  seen = 0
  readonly #kind: Kind
  readonly #nth: number
  readonly #forGood: boolean

  constructor(kind: Kind, nth: number, forGood: boolean) {
    this.#kind = kind
    this.#nth = nth
    this.#forGood = forGood
  }

  strikes(kind: Kind): boolean {
    if (kind !== this.#kind) return false
    this.seen++
    return this.seen === this.#nth || (this.#forGood && this.seen > this.#nth)
  }
}

const reset = (code: string): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })

const Doubled = z.object({ of: z.int(), twice: z.int() }).meta({ title: 'Doubled' })
const count = 20

/** Answers every prompt with its number doubled, in four reads; every fourth prompt is turned away at first. */
const fetchWith = (saboteur: Saboteur): typeof fetch => {
  const turnedAway = new Set<number>()
  return async (_, init) => {
    if (saboteur.strikes('fetch')) throw reset('ECONNREFUSED')
    await Promise.resolve()
    if (saboteur.strikes('write')) throw reset('EPIPE')
    const { messages, stream } = JSON.parse(String(init?.body))
    const of = Number(messages[0].content)
    if (of % 4 === 0 && !turnedAway.has(of)) {
      turnedAway.add(of)
      return new Response('', { status: 503 })
    }
    const args = JSON.stringify({ of, twice: of * 2 })
    const body = stream
      ? eventsText({ name: 'Doubled', pieces: [args.slice(0, 5), args.slice(5)] })
      : JSON.stringify({
          choices: [
            { message: { tool_calls: [{ function: { name: 'Doubled', arguments: args } }] }, finish_reason: 'stop' },
          ],
        })
    const third = Math.ceil(body.length / 3)
    let reads = 0
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      if (saboteur.strikes('read')) controller.error(reset('ECONNRESET'))
      else if (reads === 3) controller.close()
      else controller.enqueue(new TextEncoder().encode(body.slice(third * reads, third * ++reads)))
    }
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }))
  }
}

const pending = new Set<unknown>()

/** The timers of the platform, watched. */
const watchTimers = (saboteur: Saboteur): void => {
  const { setTimeout: set, clearTimeout: clear } = globalThis
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, delay: number) => {
    if (saboteur.strikes('timer')) throw new Error('no timer left')
    const fire = (): void => {
      pending.delete(timer)
      callback()
    }
    const timer = set(fire, saboteur.strikes('early timer') ? 0 : delay)
    pending.add(timer)
    return timer
  }) as never)
  vi.spyOn(globalThis, 'clearTimeout').mockImplementation(timer => {
    pending.delete(timer)
    clear(timer as never)
  })
}

/** Reads one extraction to its end, in one of the three ways there are. */
const extractOne = async (of: number, fetch: typeof globalThis.fetch): Promise<unknown> => {
  const model = createProvider({ name: 'acme', baseURL: 'https://acme.test/v1', fetch })('m')
  const finishes: Event[] = []
  const onEvent = (event: Event): void => void (event.type === 'finish' && finishes.push(event))
  const extraction = extract(Doubled, String(of), { model, onEvent })
  try {
    if (of % 3 === 1) for await (const partial of extraction) expect([undefined, of]).toContain(partial.of)
    if (of % 3 === 2) for await (const event of extraction.events()) expect(event.attempt).toBeLessThanOrEqual(3)
    const output = await extraction
    expect(finishes).toHaveLength(1)
    return output
  } catch (error) {
    expect(finishes).toHaveLength(0)
    return error
  } finally {
    expect(extraction.calls.length).toBeLessThanOrEqual(3)
    expect(extraction.calls.map(({ outcome }) => outcome)).not.toContain('pending')
  }
}

const run = async (kind: Kind, nth: number, forGood: boolean): Promise<{ outcomes: unknown[]; struck: boolean }> => {
  const saboteur = new Saboteur(kind, nth, forGood)
  watchTimers(saboteur)
  try {
    const fetch = fetchWith(saboteur)
    const outcomes = await Promise.all(Array.from({ length: count }, (_, of) => extractOne(of, fetch)))
    return { outcomes, struck: saboteur.seen >= nth }
  } finally {
    vi.mocked(setTimeout).mockRestore()
    vi.mocked(clearTimeout).mockRestore()
  }
}

const right = Array.from({ length: count }, (_, of) => ({ of, twice: of * 2 }))

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
  expect(pending.size).toBe(0)
})

describe.each(kinds)('the nth %s fails, for every n', kind => {
  it('once: what is sent again comes out right', async () => {
    for (let nth = 1; ; nth++) {
      const { outcomes, struck } = await run(kind, nth, false)
      const failed = outcomes.filter(outcome => outcome instanceof ExtractError)
      // Without a timer a call cannot be watched: that one fails, and no other.
      expect(failed.length).toBeLessThanOrEqual(kind === 'timer' ? 1 : 0)
      outcomes.forEach((outcome, of) => {
        if (!failed.includes(outcome as ExtractError)) expect(outcome).toEqual(right[of])
      })
      if (struck) continue
      expect(nth).toBeGreaterThan(count)
      break
    }
  })

  it('and so do all after it: every outcome is right or a typed error', async () => {
    for (let nth = 1; ; nth++) {
      const { outcomes, struck } = await run(kind, nth, true)
      outcomes.forEach((outcome, of) => {
        if (!(outcome instanceof ExtractError)) expect(outcome).toEqual(right[of])
      })
      if (!struck) break
    }
  })
})
