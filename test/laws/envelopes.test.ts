import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCassette } from '../../src/cassette/read.ts'
import { BodyReader } from '../../src/http/body.ts'
import { bodyOf, bytesOf, cutAt, law, manyRuns, sinkOf } from '../http/streams.ts'
import { chunk, decoder } from '../wire/chat-completions/decoding.ts'

const folder = fileURLToPath(new URL('../../cassettes/', import.meta.url))

/** Milliseconds; the cases grow with `LAWS`. */
const patience = 15 * manyRuns.numRuns

/** The events of every recorded stream. */
const recorded = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.yaml'))
  .sort()
  .flatMap(name => parseCassette(readFileSync(`${folder}/${name}`, 'utf8'), name).interactions)
  .map(({ response }) => (response.body ?? '').split('\n\n').filter(event => event.startsWith('data: {')))
  .filter(events => events.length > 0)
  .map(events => events.map(event => event.slice('data: '.length)))

/** All that can be seen of a decoder after each of these events, and of the turn; an error is the last thing seen. */
const seen = (payloads: readonly string[], flushes: (at: number) => boolean): unknown[] => {
  const { decoder: chat, told } = decoder()
  const all: unknown[] = []
  try {
    for (const [at, payload] of payloads.entries()) {
      chat.feed(payload)
      if (flushes(at)) chat.flush()
      const { finished, empty, outputLength, reported, finishReason, id, model } = chat
      all.push({
        finished,
        empty,
        outputLength,
        reported,
        finishReason,
        id,
        model,
        text: told.text,
        reasoning: told.reasoning,
      })
    }
    all.push(chat.end())
  } catch (error) {
    chat.flush()
    // The message tells how long the payload was, blanks included.
    all.push(String(error).replace(/\(\d+ characters\)/, ''))
  }
  return [...all, told]
}

/** No event begins as the one before, so each goes through `JSON.parse`. */
const parsed = (payloads: readonly string[]): unknown[] =>
  seen(
    payloads.map((payload, at) => ' '.repeat(1 + (at % 2)) + payload),
    () => true,
  )

const agree = (payloads: readonly string[], every: number): void => {
  expect(seen(payloads, at => at % every === 0)).toEqual(parsed(payloads))
}

/** What goes wrong, or only differs, in an event. */
const junk = fc.constantFrom(
  ...[
    '"',
    '\\',
    '\\"',
    '\\n',
    '\\u00e9',
    '\\u00',
    '\\ud83d',
    '\n',
    '\u0000',
    '{',
    '}',
    ']',
    ',',
    ':',
    ' ',
    'x',
    '',
    '😀',
  ],
  ...[
    'null',
    '0',
    'true',
    '"error":{},',
    '"content":"x",',
    '"arguments":"{}",',
    '"usage":{"prompt_tokens":3},',
    'stop',
  ],
)
/** Where strings begin and end is where a reader of strings goes wrong. */
const mutation = fc.record({
  at: fc.nat(500),
  quote: fc.nat(200),
  shift: fc.integer({ min: -1, max: 3 }),
  deleted: fc.constantFrom(0, 0, 0, 1, 2),
  inserted: junk,
})
interface Mutation {
  readonly at: number
  readonly quote: number
  readonly shift: number
  readonly deleted: number
  readonly inserted: string
}

const mutate = (payloads: readonly string[], { at, quote, shift, deleted, inserted }: Mutation): string[] =>
  payloads.map((payload, place) => {
    if (place !== at % payloads.length) return payload
    const quotes = [...payload.matchAll(/"/g)].map(({ index }) => index)
    // Counted from the end: what varies stands there.
    const from = Math.max(0, (quotes.at(-1 - (quote % Math.max(1, quotes.length))) ?? 0) + shift)
    // Half a surrogate pair cannot come as UTF-8.
    return (payload.slice(0, from) + inserted + payload.slice(from + deleted)).toWellFormed()
  })

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab{}[]:," \\\n\t\u0000é€😀\u2028', '\ud83d'), maxLength: 6 }),
  fc.constantFrom('{}', '{}', '{"a":1}', '[[', '}', ''),
)
/** The ways in which providers write a delta. */
const kinds: readonly ((text: string) => object)[] = [
  text => chunk({ role: 'assistant', content: text }),
  text => chunk({ content: '', reasoning: text }),
  text => chunk({ reasoning_content: text, tool_calls: [] }),
  text => chunk({ reasoning: text, content: 'x' }),
  text => chunk({ content: null, tool_calls: [{ index: 0, function: { arguments: text } }] }),
  text => chunk({ tool_calls: [{ index: 0, id: null, type: 'function', function: { name: '', arguments: text } }] }),
  text => chunk({ tool_calls: [{ function: { arguments: text } }] }),
  text => chunk({ tool_calls: [{ index: 0, id: 'c0', function: { arguments: text } }] }),
  text => chunk({ tool_calls: [{ index: 0, id: 'c1', function: { arguments: text } }] }),
  text => chunk({ tool_calls: [{ index: 0, function: { arguments: text } }] }, 'stop'),
  text => chunk({ tool_calls: [{ index: 1, function: { name: 'g', arguments: text } }] }),
  text => chunk({ tool_calls: [{ index: 0, signature: 's', function: { arguments: text } }] }),
  text => ({ choices: [{ index: 1, delta: { content: text } }] }),
  text => ({ ...chunk({ content: text }), usage: { prompt_tokens: text.length } }),
]
const opening = chunk({ tool_calls: [{ index: 0, id: 'c0', function: { name: 'f', arguments: '' } }] })
const padding = fc.string({ unit: fc.constantFrom(...'aB3aB3"\\\u00e9'), maxLength: 5 })
/** Events that differ in text and padding alone are what the fast reader is for. */
const stretch = fc
  .record({
    kind: fc.constantFrom(...kinds),
    texts: fc.array(fc.tuple(text, padding), { minLength: 1, maxLength: 5 }),
    padded: fc.constantFrom('obfuscation', 'obfuscation', 'id', 'model', undefined),
  })
  .map(({ kind, texts, padded }) =>
    texts.map(([each, pad]) => (padded === undefined ? kind(each) : { ...kind(each), [padded]: pad })),
  )
const generated = fc
  .array(stretch, { minLength: 1, maxLength: 4 })
  .map(stretches => [opening, ...stretches.flat()].map(event => JSON.stringify(event)))

/** All that comes of a stream: read where it stands, or each event through `JSON.parse`. Of a failure its kind. */
const streamed = async (pieces: readonly Uint8Array[], inPlace: boolean): Promise<unknown> => {
  const { decoder: chat, told } = decoder()
  let fed = 0
  const sink = sinkOf(payload => chat.feed(inPlace ? payload : ' '.repeat(1 + (fed++ % 2)) + payload))
  if (inPlace) sink.repeats = (bytes, from) => chat.repeats(bytes, from)
  sink.pause = () => void chat.flush()
  try {
    const reader = new BodyReader(new Response(bodyOf(pieces).stream), [])
    const whole = await reader.read(sink, new AbortController().signal)
    const turn = chat.end()
    const { finished, empty, outputLength, reported, finishReason, id, model } = chat
    return { whole, turn, told, finished, empty, outputLength, reported, finishReason, id, model }
  } catch (error) {
    const { name, code } = error as Error & { code?: string }
    return { name, code }
  }
}

/** Bytes that end a string or a line, begin a character, go on with one, or can do neither. */
const oddBytes = fc.constantFrom(
  [0x22],
  [0x5c],
  [0x0a],
  [0x0d],
  [0x0d, 0x0a],
  [0x0a, 0x0a],
  [0x00],
  [0x7f],
  [0x80],
  [0xc3],
  [0xc3, 0xa9],
  [0xc1, 0x81],
  [0xe2, 0x82],
  [0xe2, 0x82, 0xac],
  [0xe0, 0x80, 0x80],
  [0xed, 0xa0, 0x80],
  [0xed, 0x9f, 0xbf],
  [0xf0, 0x9f, 0x98, 0x80],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xff],
  [0xef, 0xbb, 0xbf],
  [...bytesOf('data: ')],
  [...bytesOf(': ping\n\n')],
  [],
)

describe('4. The same as JSON.parse', () => {
  test('every recorded event', () => {
    expect(recorded.flat().length).toBeGreaterThan(100)
    for (const payloads of recorded) for (const every of [1, 3, 1000]) agree(payloads, every)
  })

  test(
    'recorded events that something has been done to',
    () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...recorded),
          fc.array(mutation, { minLength: 1, maxLength: 3 }),
          fc.integer({ min: 1, max: 9 }),
          (payloads, mutations, every) => agree(mutations.reduce(mutate, [...payloads]), every),
        ),
        { ...law, ...manyRuns },
      )
    },
    patience,
  )

  test(
    'events of every kind, in runs, and with something done to them',
    () => {
      fc.assert(
        fc.property(
          generated,
          fc.array(mutation, { maxLength: 2 }),
          fc.integer({ min: 1, max: 9 }),
          (payloads, mutations, every) => {
            agree(mutations.reduce(mutate, payloads), every)
          },
        ),
        { ...law, ...manyRuns },
      )
    },
    patience,
  )

  test(
    'streams whose bytes something has been done to, wherever they are cut',
    async () => {
      const bodies = fc.oneof(fc.constantFrom(...recorded), generated)
      // Of one stream, events of every kind are near each other at most places.
      const cuts = fc.array(fc.nat(3000), { maxLength: 9 }).map(all => [...all].sort((a, b) => a - b))
      await fc.assert(
        fc.asyncProperty(
          bodies,
          fc.nat(),
          fc.nat(2),
          oddBytes,
          cuts,
          async (payloads, place, deleted, odd, offsets) => {
            const bytes = bytesOf(payloads.map(payload => `data: ${payload}\n\n`).join(''))
            const at = place % bytes.length
            const done = Uint8Array.from([...bytes.subarray(0, at), ...odd, ...bytes.subarray(at + deleted)])
            const pieces = cutAt(done, offsets)
            expect(await streamed(pieces, true)).toEqual(await streamed(pieces, false))
          },
        ),
        { ...law, ...manyRuns },
      )
    },
    patience,
  )
})
