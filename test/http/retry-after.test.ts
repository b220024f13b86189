import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { retryAfterOf } from '../../src/http/retry-after.ts'

const asked = (headers: Record<string, string>, status = 429): number | undefined =>
  retryAfterOf(new Headers(headers), status)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T08:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('retry-after', () => {
  test.each([
    ['seconds', { 'retry-after': '2' }, 2000],
    ['a part of a second', { 'retry-after': '0.5' }, 500],
    ['a date', { 'retry-after': 'Sat, 21 Nov 2026 08:00:30 GMT' }, 30_000],
    ['a date that has gone by', { 'retry-after': 'Sat, 21 Nov 2026 07:00:00 GMT' }, 0],
    ['milliseconds', { 'retry-after-ms': '1500' }, 1500],
    ['milliseconds before seconds', { 'retry-after-ms': '20', 'retry-after': '1' }, 20],
    ['milliseconds that are none', { 'retry-after-ms': 'soon', 'retry-after': '1' }, 1000],
    ['words', { 'retry-after': 'soon' }, undefined],
    ['nothing', { 'retry-after': '' }, undefined],
  ])('%s', (_, headers, ms) => {
    expect(asked(headers)).toBe(ms)
    expect(asked(headers, 503)).toBe(ms)
  })

  test("a date counts by the provider's own clock, where it tells it", () => {
    const date = 'Sat, 21 Nov 2026 09:00:00 GMT'
    expect(asked({ date, 'retry-after': 'Sat, 21 Nov 2026 09:00:30 GMT' })).toBe(30_000)
  })
})

describe('x-ratelimit-reset', () => {
  test.each([
    ['6m0s', 360_000],
    ['1.57s', 1570],
    ['12ms', 12],
    ['1h2m3.5s', 3_723_500],
    ['0s', 0],
    ['30', 30_000],
    ['1795248010', 10_000],
    ['1795248010000', 10_000],
    ['2026-11-21T08:00:10Z', 10_000],
    ['', undefined],
    ['6m or so', undefined],
    ['m', undefined],
  ])('%s', (value, ms) => {
    expect(asked({ 'x-ratelimit-reset': value })).toBe(ms)
  })

  const both = { 'x-ratelimit-reset-requests': '6m0s', 'x-ratelimit-reset-tokens': '1.5s' }

  test('of the limit that is used up', () => {
    const left = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '500' }
    expect(asked({ ...both, ...left })).toBe(360_000)
  })

  test('the longest, where several are', () => {
    const left = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '0' }
    expect(asked({ ...both, ...left })).toBe(360_000)
  })

  test('the shortest, where none says that it is', () => {
    expect(asked(both)).toBe(1500)
  })

  test('counts only where no retry-after stands, and only with a 429', () => {
    expect(asked({ ...both, 'retry-after': '3' })).toBe(3000)
    expect(asked({ ...both, 'retry-after': 'soon' })).toBe(1500)
    expect(asked(both, 503)).toBe(undefined)
  })
})
