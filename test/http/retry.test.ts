import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { APIError, ConfigError, OutputError, StreamError, TimeoutError } from '../../src/errors.ts'
import { RetryBudget } from '../../src/http/budget.ts'
import { nextTry, sleep } from '../../src/http/retry.ts'

const asking = (retryAfter: number | undefined): APIError =>
  new APIError('slow down', 'rate_limit', { status: 429, retryable: true, retryAfter })
const least = (): number => 0
const most = (): number => 1

const rules = { maxRetries: 50, maxRetryDelay: 60_000, budget: new RetryBudget(Number.POSITIVE_INFINITY) }

describe('nextTry', () => {
  const gone = new StreamError('gone', 'network')

  test('our own wait is drawn from a range that doubles from half a second to eight seconds', () => {
    const tries = [1, 2, 3, 4, 5, 6, 50]
    expect(tries.map(each => nextTry(gone, each, rules, most))).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000])
    expect(tries.map(each => nextTry(gone, each, rules, least))).toEqual([0, 0, 0, 0, 0, 0, 0])
  })

  test('jitter only lengthens what the provider asks for, which is a minimum', () => {
    expect(nextTry(asking(3000), 1, rules, least)).toBe(3000)
    expect(nextTry(asking(3000), 1, rules, most)).toBe(3750)
    expect(nextTry(asking(0), 1, rules, most)).toBe(0)
  })

  test('a provider that asks for a minute is waited for, one that asks for a day is not', () => {
    expect(nextTry(asking(60_000), 1, rules, least)).toBe(60_000)
    expect(nextTry(asking(60_001), 1, rules, least)).toBe('; maxRetryDelay is 60 s')
    expect(nextTry(asking(86_400_000), 2, rules, least)).toBe(' (after 2 tries); maxRetryDelay is 60 s')
    expect(nextTry(asking(86_400_000), 1, { ...rules, maxRetryDelay: 86_400_000 }, least)).toBe(86_400_000)
  })

  test('only what may go away is tried again', () => {
    expect(nextTry(new TimeoutError('slow', 'idle'), 1, rules, most)).toBe(500)
    expect(nextTry(new TimeoutError('slow', 'total'), 1, rules)).toBe('')
    expect(nextTry(new ConfigError('no key', 'no_key'), 1, rules)).toBe('')
    expect(nextTry(new OutputError('not called', 'no_call'), 1, rules)).toBe('')
    expect(nextTry(new TypeError('a slip of ours'), 1, rules)).toBe('')
    expect(nextTry('thrown', 3, rules)).toBe(' (after 3 tries)')
  })

  test('as often as is allowed', () => {
    expect(nextTry(gone, 2, { ...rules, maxRetries: 2 }, most)).toBe(1000)
    expect(nextTry(gone, 3, { ...rules, maxRetries: 2 }, most)).toBe(' (after 3 tries)')
  })

  test('not when the budget is spent; what is not retried takes nothing from it', () => {
    const spare = { ...rules, budget: new RetryBudget(1) }
    for (const error of [asking(60_001), new ConfigError('no key', 'no_key')]) nextTry(error, 1, spare)
    expect(nextTry(gone, 1, spare, most)).toBe(500)
    expect(nextTry(gone, 1, spare)).toBe(
      "; not tried again: too many calls fail, the provider's retryBudget (1) is spent",
    )
  })
})

describe('the budget', () => {
  const taken = (budget: RetryBudget): number => {
    let count = 0
    while (budget.take()) count++
    return count
  }

  test('is full at first and then empty', () => {
    expect(taken(new RetryBudget(100))).toBe(100)
    expect(taken(new RetryBudget(0))).toBe(0)
  })

  test('gets one back for a success after retries, a quarter for one without', () => {
    const budget = new RetryBudget(100)
    taken(budget)
    budget.succeeded(true)
    expect(taken(budget)).toBe(1)
    for (let i = 0; i < 7; i++) budget.succeeded(false)
    expect(taken(budget)).toBe(1)
    budget.succeeded(false)
    expect(taken(budget)).toBe(1)
  })

  test('never holds more than at first', () => {
    const budget = new RetryBudget(3)
    for (let i = 0; i < 100; i++) budget.succeeded(true)
    expect(taken(budget)).toBe(3)
  })
})

describe('sleep', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('waits', async () => {
    const { signal } = new AbortController()
    const woke = vi.fn()
    const sleeping = sleep(100, signal).then(woke)
    await vi.advanceTimersByTimeAsync(99)
    expect(woke).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await sleeping
    expect(woke).toHaveBeenCalledOnce()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('longer than a timer can hold does not end at once', async () => {
    const abort = new AbortController()
    const woke = vi.fn()
    const sleeping = sleep(2 ** 32, abort.signal).then(woke, () => 'aborted')
    await vi.advanceTimersByTimeAsync(1000)
    expect(woke).not.toHaveBeenCalled()
    abort.abort()
    expect(await sleeping).toBe('aborted')
  })

  test('an abort ends it with its reason and leaves neither timer nor listener', async () => {
    const abort = new AbortController()
    const sleeping = sleep(100, abort.signal)
    const reason = { why: 'enough' }
    abort.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  })

  test('a signal that has aborted before ends it at once', async () => {
    await expect(sleep(100, AbortSignal.abort('before'))).rejects.toBe('before')
    expect(vi.getTimerCount()).toBe(0)
  })
})
