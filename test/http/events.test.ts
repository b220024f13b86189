import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StreamError } from '../../src/errors.ts'
import { EventSplitter } from '../../src/http/events.ts'
import { law, manyRuns } from './streams.ts'

const mebi = 1024 * 1024

const split = (pieces: readonly string[], limit = mebi): string[] => {
  const events: string[] = []
  const splitter = new EventSplitter(limit, data => events.push(data) > 0)
  for (const piece of pieces) splitter.feed(piece)
  splitter.end()
  return events
}

/** The library that is known for reading these streams to the letter. */
const reference = (text: string): string[] => {
  const events: string[] = []
  const parser = createParser({ onEvent: ({ data }) => events.push(data) })
  parser.feed(text)
  parser.feed('\n\n')
  return events
}

const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\r')
const words = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom('', ' ', '  x', '{"a":1}', '\u2028', 'é😀', ':', 'data: '),
)
const line = fc.oneof(
  words.map(value => `data: ${value}`),
  words.map(value => `data:${value}`),
  fc.constantFrom(
    '',
    '',
    '',
    'data',
    'data ',
    'dat',
    'datas: x',
    ' data: x',
    ':',
    ': ping',
    'event: x',
    'id: 7',
    'retry: 9',
    'a b',
  ),
  words,
)
const stream = fc.array(fc.tuple(line, lineEnd), { maxLength: 12 }).map(lines => lines.flat().join(''))

const cuts = fc.array(fc.nat(120), { maxLength: 12 }).map(all => [...new Set(all)].sort((a, b) => a - b))

const cutText = (text: string, offsets: readonly number[]): string[] =>
  [...offsets, text.length].map((end, i) => text.slice(offsets[i - 1] ?? 0, end))

test('events are what the reference makes of them, wherever the text is cut', () => {
  fc.assert(
    fc.property(stream, cuts, (text, offsets) => {
      fc.pre(!text.startsWith('\ufeff'))
      const expected = reference(text)
      expect(split([text])).toEqual(expected)
      expect(split(cutText(text, offsets))).toEqual(expected)
      expect(split([...text])).toEqual(expected)
    }),
    { ...law, ...manyRuns },
  )
})

test('a receiver that has enough gets no more', () => {
  const events: string[] = []
  const splitter = new EventSplitter(mebi, data => events.push(data) < 2)
  splitter.feed('data: 1\n\ndata: 2\n\ndata: 3\n\n')
  expect(events).toEqual(['1', '2'])
})

test('an event may be as long as the limit, whether or not its lines are whole, wherever the text is cut', () => {
  const long = new StreamError('An event is longer than 8 characters', 'malformed', { retryable: false })
  expect(split(['data: 12345678\n\n'], 8)).toEqual(['12345678'])
  expect(split(['data: 123', '45678'], 8)).toEqual(['12345678'])
  for (const text of [
    'data: 123456789',
    'data: 123456789\n\n',
    'data: 12345\ndata: 6789',
    ': a comment of some length\n',
  ])
    for (const pieces of [[text], [...text]]) expect(() => split(pieces, 8)).toThrow(long)
})
