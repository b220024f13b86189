import { describe, expect, it } from 'vitest'
import { headroomOf, waitFor } from '../../src/http/headroom.ts'

const reset = (text: string) =>
  headroomOf(
    new Headers({
      'x-ratelimit-limit-tokens': '8000',
      'x-ratelimit-remaining-tokens': '2000',
      'x-ratelimit-reset-tokens': text,
    }),
    'tokens',
  )?.reset

describe('headroom', () => {
  it.each([
    ['6m0s', 360_000],
    ['1.57s', 1570],
    ['12ms', 12],
    ['2m59.56s', 179_560],
    ['1h2m3s', 3_723_000],
    ['7', 7000],
    ['0s', 0],
  ])('reads a reset of %s', (text, ms) => {
    expect(reset(text)).toBe(ms)
  })

  it.each(['', 'soon', '6m0', '-5s', '2026-11-21T00:00:00Z'])('knows nothing of a reset of %j', text => {
    expect(reset(text)).toBeUndefined()
  })

  it('is unknown without headers', () => {
    expect(headroomOf(new Headers(), 'requests')).toBeUndefined()
  })

  it.each([
    [{ limit: 8000, remaining: 2000, reset: 6000 }, 1000, 0],
    [{ limit: 8000, remaining: 2000, reset: 6000 }, 3000, 1000],
    [{ limit: 8000, remaining: 0, reset: 8000 }, 4000, 4000],
    [{ limit: 8000, remaining: 0, reset: 8000 }, 16_000, 8000],
  ])('of %o waits for %d', (headroom, wanted, ms) => {
    expect(waitFor(headroom, wanted)).toBe(ms)
  })
})
