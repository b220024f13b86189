import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Interaction } from '../../src/cassette/interaction.ts'
import { parseCassette } from '../../src/cassette/read.ts'
import { formatCassette } from '../../src/cassette/write.ts'
import { recordings, seed, textOf } from './setup.ts'

const interaction = (body: string, sent = '{"a":1}'): Interaction => ({
  id: 0,
  request: { method: 'POST', url: 'https://api.example.com/v1', body: sent },
  response: { code: 200, body },
})

const written = (body: string): string => formatCassette({ comment: '', interactions: [interaction(body)] })
const fieldOf = (body: string): string => written(body).split('    code: 200\n    body: ')[1]!

const reread = (body: string): unknown => parseCassette(written(body), 'x.yaml').interactions[0]?.response.body

describe('files of the go recorder', () => {
  test('there are five', () => expect(recordings).toHaveLength(5))

  test.each(recordings)('%s round-trips byte for byte', recording => {
    const text = textOf(recording)
    expect(formatCassette(parseCassette(text, recording))).toBe(text)
  })
})

describe('a body is written as go-yaml writes it', () => {
  test.each([
    ['nothing', '', '""\n'],
    ['one line', 'hello', 'hello\n'],
    ['an indicator in front', '{"a":1}', `'{"a":1}'\n`],
    ['an apostrophe in quotes', `{it's}`, `'{it''s}'\n`],
    ['a colon and a blank', 'a: b', `'a: b'\n`],
    ['a colon alone', 'a:b', 'a:b\n'],
    ['a trailing blank', 'a ', `'a '\n`],
    ['a number', '12', '"12"\n'],
    ['a boolean', 'true', '"true"\n'],
    ['an old boolean', 'no', '"no"\n'],
    ['a date', '2026-11-20', '"2026-11-20"\n'],
    ['a sexagesimal', '1:30', '"1:30"\n'],
    ['a duration', '635.784ms', '635.784ms\n'],
    ['a tab', 'a\tb', '"a\\tb"\n'],
    ['lines without an end', 'a\nb', '|-\n      a\n      b\n'],
    ['lines with an end', 'a\nb\n', '|\n      a\n      b\n'],
    ['lines with more than an end', 'a\n\nb\n\n', '|+\n      a\n\n      b\n\n'],
    ['lines with a tab', 'a\n\tb\n', '|\n      a\n      \tb\n'],
    ['a newline alone', '\n', '|2+\n\n'],
    ['a newline in front', '\na', '|2-\n\n      a\n'],
    ['a blank in front', ' a\nb', '|2-\n       a\n      b\n'],
    ['a blank before a newline', 'a \nb', '"a \\nb"\n'],
    ['a blank at the end of lines', 'a\nb ', '"a\\nb "\n'],
    ['a carriage return', 'a\r\nb', '"a\\r\\nb"\n'],
    ['control characters', '\0\x07\x1b\x7f', '"\\0\\a\\e\\x7F"\n'],
    ['an emoji', 'hi 😀\n', '"hi \\U0001F600\\n"\n'],
    ['a byte order mark', 'a\ufeff', '"a\\uFEFF"\n'],
    ['line separators', 'a\u2028b\u2029\u0085', '"a\\Lb\\P\\N"\n'],
    ['letters of other scripts', '40°C – 東京\n', '|\n      40°C – 東京\n'],
  ])('%s', (_, body, field) => {
    expect(fieldOf(body)).toBe(field)
    expect(reread(body)).toBe(body)
  })
})

describe('any text survives', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...' \t\n\r:#-?|>"\'\\{}[]&*!%@`~.0ae\0\ufeff\u2028é😀'), maxLength: 12 }),
  )
  const text = fc.oneof(
    line,
    fc.array(line, { maxLength: 6 }).map(lines => lines.join('\n')),
  )

  test('as a body, byte for byte', () => {
    fc.assert(
      fc.property(text, body => {
        expect(reread(body)).toBe(body)
      }),
      { seed, numRuns: 1000 },
    )
  })

  test('in keys, lists and maps of any shape, to any reader of YAML', () => {
    const { value } = fc.letrec<{ value: unknown }>(tie => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        text,
        fc.constantFrom(null, true, false, 0, 1.5, -7),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(text, tie('value'), { maxKeys: 3 }),
      ),
    }))
    fc.assert(
      fc.property(value, extra => {
        const request = { method: 'GET', url: 'https://a.example', extra }
        const interactions = [{ id: 0, request, response: { code: 200 } }]
        expect(parse(formatCassette({ comment: '', interactions }))).toEqual({ version: 2, interactions })
      }),
      { seed, numRuns: 500 },
    )
  })

  test('as a line of a megabyte', () => {
    const body = `data: ${'x y'.repeat(400_000)}\n\n`
    expect(reread(body)).toBe(body)
  })

  test('keys named like members of Object stay keys', () => {
    const text = '{"__proto__":1,"constructor":{}}'
    const extra = JSON.parse(text) as object
    const request = { method: 'GET', url: 'https://a.example', extra }
    const { interactions } = parseCassette(
      formatCassette({ comment: '', interactions: [{ id: 0, request, response: { code: 200 } }] }),
      'x.yaml',
    )
    expect(JSON.stringify(interactions[0]?.request.extra)).toBe(text)
  })
})

test('a comment on top of the file is kept', () => {
  const comment = '# scripted: written by hand after a report\n# second line\n\n'
  const text = `${comment}${written('hello')}`
  const recording = parseCassette(text, 'x.yaml')
  expect(recording.comment).toBe(comment)
  expect(formatCassette(recording)).toBe(text)
})
