import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { TimeoutError } from '../../src/errors.ts'
import { Clocks, clockLimits } from '../../src/http/clocks.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const limits = { firstByte: 100, idle: 50, total: 1000 }

const started = (given = limits) => {
  const timeouts: TimeoutError[] = []
  const onGrace = vi.fn()
  const clocks = new Clocks(given, error => timeouts.push(error), onGrace)
  return { clocks, timeouts, onGrace }
}

/** Data events every 40 ms, until `ms` have passed. */
const stream = (clocks: Clocks, ms: number): void => {
  for (let spent = 0; spent < ms; spent += 40) {
    vi.advanceTimersByTime(40)
    clocks.progress()
  }
}

describe('limits', () => {
  test('of a stream: 60 s to the headers, 60 s between events, 600 s in all', () => {
    expect(clockLimits(undefined, true)).toEqual({ firstByte: 60_000, idle: 60_000, total: 600_000 })
  })

  test('of a plain call: 240 s in all, since its headers come when the model is done', () => {
    expect(clockLimits(undefined, false)).toEqual({ firstByte: Infinity, idle: Infinity, total: 240_000 })
  })

  test('a number is the total; single clocks can be set', () => {
    expect(clockLimits(5, true)).toEqual({ firstByte: 60_000, idle: 60_000, total: 5 })
    expect(clockLimits({ firstByte: 1, idle: 2 }, false)).toEqual({ firstByte: 1, idle: 2, total: 240_000 })
  })
})

describe('the clock that ran out is named', () => {
  test('no headers at all', () => {
    const { timeouts } = started()
    vi.advanceTimersByTime(99)
    expect(timeouts).toEqual([])
    vi.advanceTimersByTime(1)
    expect(timeouts).toMatchObject([
      {
        code: 'first_byte',
        retryable: true,
        message: 'No response headers came within 100 ms: raise timeout.firstByte',
      },
    ])
  })

  test('a stall in the middle of a stream', () => {
    const { clocks, timeouts } = started()
    stream(clocks, 200)
    vi.advanceTimersByTime(49)
    expect(timeouts).toEqual([])
    vi.advanceTimersByTime(1)
    expect(timeouts).toMatchObject([
      { code: 'idle', retryable: true, message: 'No data event came within 50 ms: raise timeout.idle' },
    ])
  })

  test('a stream that goes on for ever', () => {
    const { clocks, timeouts } = started()
    stream(clocks, 1000)
    expect(timeouts).toMatchObject([
      { code: 'total', retryable: false, message: 'The call did not end within 1000 ms: raise timeout.total' },
    ])
  })

  test('the total, where it is shorter than the others', () => {
    const { timeouts } = started({ ...limits, total: 60 })
    vi.advanceTimersByTime(60)
    expect(timeouts).toMatchObject([{ code: 'total' }])
  })
})

describe('a slow reader is no fault of the provider', () => {
  test('nothing but the total runs while it is awaited', () => {
    const { clocks, timeouts } = started()
    clocks.progress()
    clocks.pause()
    vi.advanceTimersByTime(900)
    expect(timeouts).toEqual([])
    clocks.resume()
    vi.advanceTimersByTime(49)
    expect(timeouts).toEqual([])
    vi.advanceTimersByTime(1)
    expect(timeouts).toMatchObject([{ code: 'idle' }])
  })

  test('the total does', () => {
    const { clocks, timeouts } = started()
    clocks.progress()
    clocks.pause()
    vi.advanceTimersByTime(1000)
    expect(timeouts).toMatchObject([{ code: 'total' }])
  })

  test('the grace waits for it too, or usage that has come already would be lost', () => {
    const { clocks, onGrace } = started({ firstByte: 100, idle: 50, total: 60_000 })
    clocks.progress()
    clocks.finished()
    clocks.pause()
    vi.advanceTimersByTime(30_000)
    expect(onGrace).not.toHaveBeenCalled()
    clocks.resume()
    vi.advanceTimersByTime(2000)
    expect(onGrace).toHaveBeenCalledOnce()
  })
})

describe('finish reason sent, then neither [DONE] nor a close', () => {
  test('two seconds of silence are the end, not a fault', () => {
    const { clocks, timeouts, onGrace } = started({ ...limits, total: 60_000 })
    clocks.progress()
    clocks.finished()
    vi.advanceTimersByTime(1999)
    expect(onGrace).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(onGrace).toHaveBeenCalledOnce()
    expect(timeouts).toEqual([])
  })

  test('events that go on for ever do not lengthen them', () => {
    const { clocks, onGrace } = started({ ...limits, total: 60_000 })
    clocks.finished()
    stream(clocks, 2000)
    expect(onGrace).toHaveBeenCalledOnce()
  })

  test('an answer that grows had not finished: it is idle again, and may finish again', () => {
    const { clocks, timeouts, onGrace } = started({ firstByte: 100, idle: 5000, total: 60_000 })
    clocks.finished()
    vi.advanceTimersByTime(1500)
    clocks.progress(true)
    vi.advanceTimersByTime(4999)
    expect([onGrace.mock.calls, timeouts]).toEqual([[], []])
    clocks.progress(true)
    clocks.finished()
    vi.advanceTimersByTime(2000)
    expect(onGrace).toHaveBeenCalledOnce()
    expect(timeouts).toEqual([])
  })

  test('a second finish reason does not either', () => {
    const { clocks, onGrace } = started({ ...limits, total: 60_000 })
    clocks.finished()
    vi.advanceTimersByTime(1500)
    clocks.finished()
    vi.advanceTimersByTime(500)
    expect(onGrace).toHaveBeenCalledOnce()
  })

  test('the total within the grace is the end as well', () => {
    const { clocks, timeouts, onGrace } = started()
    clocks.finished()
    vi.advanceTimersByTime(1000)
    expect(onGrace).toHaveBeenCalledOnce()
    expect(timeouts).toEqual([])
  })
})

describe('timers', () => {
  test('none is left after stop', () => {
    const { clocks } = started()
    clocks.progress()
    clocks.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('ten thousand events set a handful of them', () => {
    const set = vi.spyOn(globalThis, 'setTimeout')
    const { clocks } = started({ ...limits, total: 60_000 })
    for (let i = 0; i < 10_000; i++) {
      if (i % 1000 === 0) vi.advanceTimersByTime(40)
      clocks.progress()
    }
    expect(set.mock.calls.length).toBeLessThan(20)
  })

  test('a limit beyond what a timer can hold is no limit, and does not fire at once', () => {
    const { timeouts } = started({ firstByte: Infinity, idle: Infinity, total: 2 ** 31 })
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(10)
    expect(timeouts).toEqual([])
  })

  test('a wall clock that is set back holds nothing open', () => {
    const { timeouts } = started()
    vi.setSystemTime(Date.now() - 3_600_000)
    vi.advanceTimersByTime(100)
    expect(timeouts).toHaveLength(1)
  })

  test('elapsed is whole milliseconds', () => {
    const { clocks } = started()
    vi.advanceTimersByTime(17)
    expect(clocks.elapsed).toBe(17)
  })
})
