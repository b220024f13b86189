import { describe, expect, it } from 'vitest'
import { colourOf, progressOf, screenOf, unicodeOf } from '../../../src/cli/terminal/screen.ts'
import { Screen } from '../command.ts'

const terminal = new Screen(80)
const pipe = new Screen()

describe('colour', () => {
  it.each([
    ['a terminal', {}, terminal, {}, true],
    ['a pipe', {}, pipe, {}, false],
    ['NO_COLOR', { NO_COLOR: '1' }, terminal, {}, false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, terminal, {}, true],
    ['TERM=dumb', { TERM: 'dumb' }, terminal, {}, false],
    ['FORCE_COLOR into a pipe', { FORCE_COLOR: '1' }, pipe, {}, true],
    ['FORCE_COLOR over NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, pipe, {}, true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, terminal, {}, false],
    ['--no-color over all', { FORCE_COLOR: '1' }, terminal, { color: false }, false],
  ])('%s', (_, env, output, manner, colour) => {
    expect(colourOf(env, output, manner)).toBe(colour)
  })
})

describe('progress', () => {
  it.each([
    ['a terminal', {}, terminal, undefined, 'live'],
    ['a pipe', {}, pipe, undefined, 'plain'],
    ['a terminal in a CI', { CI: 'true' }, terminal, undefined, 'plain'],
    ['TERM=dumb', { TERM: 'dumb' }, terminal, undefined, 'plain'],
    ['DECANT_PROGRESS', { DECANT_PROGRESS: 'none' }, terminal, undefined, 'none'],
    ['the option over the environment', { DECANT_PROGRESS: 'none' }, pipe, 'live', 'live'],
    ['auto', {}, terminal, 'auto', 'live'],
    ['nonsense in the environment', { DECANT_PROGRESS: 'loud' }, pipe, undefined, 'plain'],
  ] as const)('%s', (_, env, output, asked, progress) => {
    expect(progressOf(env, output, asked)).toBe(progress)
  })
})

it('ornaments are ASCII unless the locale is UTF-8', () => {
  expect([{ LANG: 'de_DE.UTF-8' }, { LANG: 'C' }, {}, { LANG: 'en_US.utf8', LC_ALL: 'C' }].map(unicodeOf)).toEqual([
    true,
    false,
    false,
    false,
  ])
})

it('the last column stays free, and very long lines are not made', () => {
  expect([80, 60, 300].map(columns => screenOf({}, new Screen(columns), {}).width)).toEqual([79, 59, 99])
  expect(screenOf({}, pipe, {}).width).toBe(79)
})
