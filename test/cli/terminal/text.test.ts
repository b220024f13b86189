import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineOf, spread, wrap } from '../../../src/cli/terminal/line.ts'
import { bytes, dollars, duration, rate, seconds, short } from '../../../src/cli/terminal/numbers.ts'
import { cut, oneLine, safeJson, widthOf } from '../../../src/cli/terminal/text.ts'

const seed = 20261121
/** Text that is rich in what a terminal acts upon. */
const evil = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('\u001b[2J', '\u001b]0;x\u0007', '\u009b31m', '\r', '\n', '\u202e', '\u2028', '漢', '😀'),
    ),
  )
  .map(parts => parts.join(''))
const controls = /\p{Cc}|[\u2028-\u202e\u2066-\u2069]/u

describe('text for a terminal', () => {
  it('never holds a control character, in lines of at most the width', () => {
    fc.assert(
      fc.property(
        fc.array(evil, { maxLength: 4 }),
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        (spans, width, unicode) => {
          const screen = { width, colour: false, unicode }
          for (const line of [lineOf(spans, screen), spread(spans.join(''), 'right', screen), ...wrap(spans, screen)]) {
            expect(line).not.toMatch(controls)
            expect(widthOf(line)).toBeLessThanOrEqual(width)
          }
          expect(oneLine(spans.join(''))).not.toMatch(controls)
        },
      ),
      { seed },
    )
  })

  it('is JSON of the same value, with nothing in it that a terminal acts upon', () => {
    fc.assert(
      fc.property(fc.oneof(evil, fc.dictionary(evil, evil), fc.jsonValue()), value => {
        expect(JSON.parse(safeJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
        expect(safeJson(value)).not.toMatch(controls)
        expect(safeJson(value, 2).replaceAll('\n', '')).not.toMatch(controls)
      }),
      { seed },
    )
  })

  it('is wrapped without losing anything', () => {
    expect(wrap(['abcdef', ['ghi', 'bold']], { width: 4, colour: false, unicode: true })).toEqual(['abcd', 'efgh', 'i'])
    expect(wrap(['漢字漢'], { width: 5, colour: false, unicode: true })).toEqual(['漢字', '漢'])
  })

  it('is measured in cells', () => {
    expect(['abc', '漢字', '😀', 'e\u0301'].map(widthOf)).toEqual([3, 4, 2, 1])
    expect(cut('漢字漢字', 5)).toBe('漢字…')
    expect(cut('abcdef', 5, '...')).toBe('ab...')
  })
})

describe('numbers', () => {
  it.each([
    [
      short,
      [
        [950, '950'],
        [1000, '1K'],
        [1949, '1.9K'],
        [210_000, '210K'],
        [999_600, '1M'],
        [1_900_000, '1.9M'],
        [2e9, '2G'],
      ],
    ],
    [
      dollars,
      [
        [0, '$0.00'],
        [0.84, '$0.84'],
        [1.094, '$1.09'],
        [0.00017, '$0.00017'],
        [0.0001707, '$0.00017'],
        [0.002, '$0.002'],
        [0.00996, '$0.01'],
      ],
    ],
    [
      duration,
      [
        [400, '0s'],
        [72_000, '1m 12s'],
        [302_000, '5m 02s'],
        [7_500_000, '2h 05m'],
      ],
    ],
    [
      seconds,
      [
        [400, '0.4 s'],
        [1234, '1.2 s'],
        [75_000, '75 s'],
      ],
    ],
    [
      rate,
      [
        [3.41, '3.4/s'],
        [120.4, '120/s'],
      ],
    ],
    [
      bytes,
      [
        [412, '412 bytes'],
        [1945, '1.9 KiB'],
        [3 * 1024 ** 2, '3.0 MiB'],
      ],
    ],
  ] as readonly [(value: number) => string, readonly [number, string][]][])('%o', (write, table) => {
    expect(table.map(([value]) => write(value))).toEqual(table.map(([, text]) => text))
  })

  it('are ? where nobody knows', () => {
    expect([short(undefined), dollars(undefined)]).toEqual(['?', '?'])
  })
})
