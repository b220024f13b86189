import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson, readWhole } from '../../src/decode/read.ts'
import { createJsonParser } from '../../src/json/index.ts'
import { law, manyRuns } from '../http/streams.ts'

/** JSON with what is odd in it here and there: keys that repeat, long numbers, blanks, a character too many or too few. */
const odd = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.constantFrom('', '"a":1,', '\\', '"', '   ', '12345678901234567', '1e400', ']'),
  )
  .map(([text, at, what]) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + what + text.slice(place)
  })

describe('a text that is read whole', () => {
  it('says what the parser says, or nothing', () => {
    fc.assert(
      fc.property(odd, text => {
        const whole = readWhole(text)
        if (whole !== undefined) expect(whole).toEqual(readJson(text))
      }),
      { ...law, ...manyRuns },
    )
  })

  it.each(['{"a":[1,-2.5,true,null,"x\\"y\\\\"],"b":{"a":"{[:"}}', '[]', '"a"', ' {"n" : 900719925474099 } '])(
    '%s',
    text => {
      expect(readWhole(text)).toEqual({ text, value: JSON.parse(text), notes: [] })
    },
  )

  it.each([
    ['a key that comes twice', '{"a":1,"a":2}'],
    ['a key that comes twice, spelled in two ways', '{"a":1,"\\u0061":2}'],
    ['a number of sixteen digits', '{"n":9007199254740993}'],
    ['an exponent', '{"n":1e400}'],
    ['what is no JSON', '{"a":1'],
    ['a string without an end', '{"a":"b'],
    ['nothing', ''],
  ])('leaves %s to the parser', (_, text) => {
    expect(readWhole(text)).toBeUndefined()
  })

  it.each([
    ['depth', { depth: 2 }, '[[]]', '[[[]]]'],
    ['blanks', { blanks: 3 }, '[   ]', '[    ]'],
    ['length', { length: 4 }, '[12]', '[123]'],
  ] as const)('keeps the limit of %s where the parser does', (_, limits, within, beyond) => {
    const { depth: maxDepth, blanks: maxBlankRun, length: maxLength } = limits as Record<string, number>
    const parse = (text: string) => () => createJsonParser({ maxDepth, maxBlankRun, maxLength }).feed(text)
    expect(parse(within)).not.toThrow()
    expect(readWhole(within, limits)).toBeDefined()
    expect(parse(beyond)).toThrow()
    expect(readWhole(beyond, limits)).toBeUndefined()
  })
})
