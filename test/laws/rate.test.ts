import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { APIError } from '../../src/errors.ts'
import { Limiter, type Pass } from '../../src/http/limits.ts'

const minute = 60_000
const parameters = { seed: 20261121, numRuns: 25 }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

interface Sent {
  readonly at: number
  readonly tokens: number
}

/** The most that any sliding 60 seconds hold. */
const most = (sent: readonly Sent[], of: (each: Sent) => number): number => {
  let sum = 0
  let from = 0
  let top = 0
  for (const each of sent) {
    sum += of(each)
    while (sent[from]!.at + minute <= each.at) sum -= of(sent[from++]!)
    top = Math.max(top, sum)
  }
  return top
}

interface Work {
  /** UTF-16 units of the body. */
  readonly length: number
  /** Milliseconds. */
  readonly takes: number
  readonly output: number
}

const works = fc.array(
  fc.record({
    length: fc.integer({ min: 2000, max: 20_000 }),
    takes: fc.integer({ min: 100, max: 40_000 }),
    output: fc.integer({ min: 1, max: 2000 }),
  }),
  { minLength: 1, maxLength: 30 },
)

/** So many workers send for so long; each worker sends its next call when the one before is over. */
const simulate = async (limiter: Limiter, plan: readonly Work[], workers: number, minutes: number): Promise<Sent[]> => {
  const sent: Sent[] = []
  const stop = new AbortController()
  let next = 0
  const worker = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const { length, takes, output } = plan[next++ % plan.length]!
      const pass = await limiter.enter(length, undefined, stop.signal)
      const inputTokens = Math.ceil(length / 4)
      sent.push({ at: performance.now(), tokens: inputTokens + output })
      await new Promise(resolve => setTimeout(resolve, takes))
      pass.leave({ inputTokens, outputTokens: output, totalTokens: inputTokens + output }, new Headers())
    }
  }
  const all = Array.from({ length: workers }, () => worker().catch(() => {}))
  await vi.advanceTimersByTimeAsync(minutes * minute)
  stop.abort()
  await vi.advanceTimersByTimeAsync(minute)
  await Promise.all(all)
  return sent
}

describe('limits', () => {
  it('1. never more than rpm calls in any sliding 60 s, and all of them when there is work', async () => {
    await fc.assert(
      fc.asyncProperty(works, fc.integer({ min: 1, max: 300 }), async (plan, rpm) => {
        const limiter = new Limiter('test')
        limiter.impose({ rpm })
        // Enough workers that calls of 40 s do not hold it up.
        const sent = await simulate(limiter, plan, rpm + 5, 5)
        expect(most(sent, () => 1)).toBeLessThanOrEqual(rpm)
        expect(sent.length).toBeGreaterThanOrEqual(0.95 * rpm * 5)
      }),
      parameters,
    )
  })

  it('1. never more than tpm tokens in any sliding 60 s, but for what the calls in flight were underestimated', async () => {
    await fc.assert(
      fc.asyncProperty(works, fc.integer({ min: 20_000, max: 200_000 }), async (plan, tpm) => {
        const limiter = new Limiter('test')
        limiter.impose({ tpm })
        const workers = 8
        const sent = await simulate(limiter, plan, workers, 5)
        // What an answer was thought to be is at least one token, so no call is underestimated by more than its output.
        const largest = Math.max(...plan.map(({ output }) => output))
        expect(most(sent, ({ tokens }) => tokens)).toBeLessThanOrEqual(tpm + workers * largest)
      }),
      parameters,
    )
  })

  it('1. at least 95 % of tpm is used when calls are alike and there is work', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100, max: 1000 }),
        fc.integer({ min: 100, max: 1000 }),
        async (input, output) => {
          const limiter = new Limiter('test')
          const tpm = 100_000
          limiter.impose({ tpm })
          const sent = await simulate(limiter, [{ length: input * 4, takes: 500, output }], 20, 10)
          // The first minute still learns how long answers are; a last call that does not fit whole is not sent in part.
          const steady = sent.filter(({ at }) => at >= sent[0]!.at + minute)
          const tokens = steady.reduce((sum, each) => sum + each.tokens, 0)
          expect(tokens + 9 * (input + output)).toBeGreaterThanOrEqual(0.95 * tpm * 9)
        },
      ),
      { ...parameters, numRuns: 20 },
    )
  })

  it('1. two runs share the limit, and the lower of two holds', async () => {
    const limiter = new Limiter('test')
    limiter.impose({ rpm: 100 })
    const release = limiter.impose({ rpm: 30 })
    const plan = [{ length: 400, takes: 10, output: 10 }]
    const [one, other] = await Promise.all([simulate(limiter, plan, 5, 3), simulate(limiter, plan, 5, 3)])
    const both = [...one, ...other].sort((a, b) => a.at - b.at)
    expect(most(both, () => 1)).toBe(30)
    release()
    expect(most(await simulate(limiter, plan, 5, 3), () => 1)).toBe(100)
  })

  it('1. a call that alone is over tpm goes when nothing else is in the window', async () => {
    const limiter = new Limiter('test')
    limiter.impose({ tpm: 1000 })
    const sent = await simulate(limiter, [{ length: 40_000, takes: 100, output: 10 }], 3, 4.5)
    expect(sent.map(({ at }) => Math.round((at - sent[0]!.at) / minute))).toEqual([0, 1, 2, 3, 4])
  })

  it('2. first come, first through', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 4, max: 4000 }), { minLength: 2, maxLength: 30 }), async lengths => {
        const limiter = new Limiter('test')
        limiter.impose({ rpm: 2, tpm: 3000 })
        const order: number[] = []
        const { signal } = new AbortController()
        const all = lengths.map(async (length, i) => {
          const pass = await limiter.enter(length, undefined, signal)
          order.push(i)
          pass.leave(undefined, new Headers())
        })
        await vi.advanceTimersByTimeAsync(lengths.length * minute)
        await Promise.all(all)
        expect(order).toEqual(lengths.map((_, i) => i))
      }),
      parameters,
    )
  })

  const limited = (retryAfter?: number): APIError =>
    new APIError('slow down', 'rate_limit', { status: 429, retryable: true, retryAfter })
  const { signal } = new AbortController()
  const enter = async (limiter: Limiter, count: number): Promise<Pass[]> => {
    const passes: Pass[] = []
    for (let i = 0; i < count; i++) passes.push(await limiter.enter(400, undefined, signal))
    return passes
  }

  it('3. a 429 pauses all for as long as it says and halves once, then answers add one at a time', async () => {
    const limiter = new Limiter('test')
    const passes = await enter(limiter, 8)
    expect(limiter.width).toBe(Number.POSITIVE_INFINITY)
    for (const pass of passes) pass.leave(undefined, limited(5000))
    expect(limiter.width).toBe(4)
    let through = 0
    const waiting = Array.from({ length: 6 }, async () => {
      const pass = await limiter.enter(400, undefined, signal)
      through++
      return pass
    })
    await vi.advanceTimersByTimeAsync(10)
    expect(limiter.wait).toEqual({ reason: '429 from test', ms: 4990 })
    await vi.advanceTimersByTimeAsync(4989)
    expect(through).toBe(0)
    await vi.advanceTimersByTimeAsync(2)
    expect(through).toBe(4)
    const first = await Promise.all(waiting.slice(0, 4))
    for (const pass of first) pass.leave(undefined, new Headers())
    expect(limiter.width).toBe(5)
    for (const pass of await Promise.all(waiting.slice(4))) pass.leave(undefined, limited())
    expect(limiter.width).toBe(1)
  })

  it('3. headers that leave nothing pause until enough is free again', async () => {
    const limiter = new Limiter('test')
    const [pass] = await enter(limiter, 1)
    pass!.leave(
      undefined,
      new Headers({
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1m0s',
      }),
    )
    let through = false
    void Promise.resolve(limiter.enter(400, undefined, signal)).then(() => {
      through = true
    })
    await vi.advanceTimersByTimeAsync(1)
    expect(limiter.wait).toEqual({ reason: 'no requests left at test', ms: 999 })
    await vi.advanceTimersByTimeAsync(998)
    expect(through).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(through).toBe(true)
  })

  it('an abort gives up the place, and takes nothing from the others', async () => {
    const limiter = new Limiter('test')
    limiter.impose({ rpm: 1 })
    await enter(limiter, 1)
    const abort = new AbortController()
    const given = limiter.enter(400, undefined, abort.signal)
    let through = false
    const next = Promise.resolve(limiter.enter(400, undefined, signal)).then(() => {
      through = true
    })
    abort.abort(new Error('gone'))
    await expect(given).rejects.toThrow('gone')
    await vi.advanceTimersByTimeAsync(minute)
    await next
    expect(through).toBe(true)
  })
})
