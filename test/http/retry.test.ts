import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { APIError, ConfigError, StreamError, TimeoutError } from '../../src/errors.ts'
import { retryDelay, sleep } from '../../src/http/retry.ts'

const asking = (retryAfter: number | undefined): APIError =>
  new APIError('slow down', 'rate_limit', { status: 429, retryable: true, retryAfter })
const least = (): number => 0
const most = (): number => 1

describe('retryDelay', () => {
  test('doubles from half a second to eight seconds', () => {
    const error = new StreamError('gone', 'network')
    expect([1, 2, 3, 4, 5, 6, 50].map(tries => retryDelay(error, tries, least))).toEqual([
      500, 1000, 2000, 4000, 8000, 8000, 8000,
    ])
  })

  test('jitter only lengthens: what the provider asks for is a minimum', () => {
    expect(retryDelay(asking(3000), 1, least)).toBe(3000)
    expect(retryDelay(asking(3000), 1, most)).toBe(3750)
    expect(retryDelay(asking(0), 1, most)).toBe(0)
  })

  test('a provider that asks for a minute is waited for, one that asks for a day is not', () => {
    expect(retryDelay(asking(60_000), 1, least)).toBe(60_000)
    expect(retryDelay(asking(60_001), 1, least)).toBe(undefined)
    expect(retryDelay(asking(86_400_000), 1, least)).toBe(undefined)
  })

  test('only what may go away is tried again', () => {
    expect(retryDelay(new TimeoutError('slow', 'idle'), 1, least)).toBe(500)
    expect(retryDelay(new TimeoutError('slow', 'total'), 1)).toBe(undefined)
    expect(retryDelay(new ConfigError('no key', 'no_key'), 1)).toBe(undefined)
    expect(retryDelay(new TypeError('a slip of ours'), 1)).toBe(undefined)
    expect(retryDelay('thrown', 1)).toBe(undefined)
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
