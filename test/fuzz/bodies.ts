import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { parseCassette } from '../../src/cassette/read.ts'
import {
  called,
  chunk,
  completion,
  data,
  done,
  event,
  finish,
  going,
  opening,
  plain,
  stream,
  usage,
} from '../faults/answers.ts'
import { Person } from '../helpers/person.ts'
import type { Random } from './random.ts'

/** A key that stands in every request, and in the bodies that say it back. */
export const key = 'c4n4ryKanarienvogel7d1f0b9e5a'

const Report = z.object({
  title: z.string().min(2),
  level: z.enum(['low', 'high', 'highest']),
  on: z.iso.date().optional(),
  tags: z.array(z.string()).max(5),
  lines: z.array(z.object({ sku: z.string(), qty: z.int().positive(), price: z.number().nullable() })),
})
const Closed = z.strictObject({ a: z.number(), b: z.union([z.string(), z.object({ c: z.boolean() })]).optional() })
const Anything = z.object({ any: z.unknown() })
const List = z.array(z.string())
const Text = z.string()

/** What is asked for; every one under the same name, so that any answer may meet any schema. */
export const schemas: readonly z.ZodType[] = [Person, Report, Closed, Anything, List, Text]

/** What a model may write, and the schema that it may have been asked with. */
const texts: readonly (readonly [text: string, fitting: z.ZodType])[] = [
  ['{"name":"Alice","age":30,"city":"Paris"}', Person],
  [
    '{"title":"Büro","level":"high","on":"2026-11-21","tags":["a","b\\n"],"lines":[{"sku":"x","qty":2,"price":1.5e1},{"sku":"\\ud83e\\udd9c","qty":1,"price":null}]}',
    Report,
  ],
  ['{"title":"ab","level":"highest","tags":"[\\"x\\"]","lines":"[]"}', Report],
  ['{"a":-0.5e-3,"b":{"c":true}}', Closed],
  ['{"any":{"__proto__":{"x":1},"deep":[[[[[[]]]]]],"n":[0,-0,1e308,1234567890123456]}}', Anything],
  ['{"value":["one","two","\\u0033"]}', List],
  ['{"name":"{\\"a\\":1}","age":9007199254740991,"city":"```"}', Person],
  ['```json\n{"name":"Alice","age":30,"city":"Paris"}\n```', Person],
  ['{"parameters":{"name":"Alice","age":30,"city":"Paris"}}', Person],
  ['"{\\"name\\":\\"Alice\\",\\"age\\":30,\\"city\\":\\"Paris\\"}"', Person],
  ['', Anything],
]

/** The bodies of every recording, streams cut down to their first and last events: a short body is a fast one. */
const recorded: readonly string[] = readdirSync('cassettes', { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.yaml'))
  .sort()
  .flatMap(name => parseCassette(readFileSync(`cassettes/${name}`, 'utf8'), name).interactions)
  .map(({ response }) => {
    const events = (response.body ?? '').split(/(?<=\n\n)/)
    const short = events.length < 14 ? events : [...events.slice(0, 8), ...events.slice(-5)]
    return short.join('').replace(/"name":"\w+"/g, '"name":"Person"')
  })
  .filter(body => body.length < 8000)

const told: readonly string[] = [
  JSON.stringify({ error: { message: `bad key ${key}`, type: 'invalid_request_error', code: 'x' } }),
  data({ error: { message: `Bearer ${key}`, code: 429 } }),
  '<!DOCTYPE html><title>Sign in</title>',
  event({ refusal: 'no' }) + finish('stop') + done,
  event({ content: [{ type: 'text', text: 'hi' }] }) + event({ reasoning: 'hm' }) + finish('stop') + done,
  data(chunk({ content: 'a text' })) + finish('stop') + usage + done,
  completion({ content: 'a text', reasoning_details: [{ type: 'x', text: 'y', index: 0 }] }, 'stop'),
  event({ tool_calls: [{ index: 0, id: 'a', function: { name: 'search', arguments: '{}' } }] }) + finish() + done,
]

/** Arguments in an answer of either wire, in pieces of any size. */
export const answerOf = (text: string, random: Random): string => {
  const reason = random.once(8) ? random.pick(['length', 'stop', 'content_filter', 'error', 'odd']) : 'tool_calls'
  if (random.once(3)) return random.once(4) ? completion(called(parsed(text)), reason) : plain(text, reason)
  if (random.once(4)) return stream(text, reason)
  let body = event(opening())
  for (let at = 0; at < text.length; ) {
    const size = 1 + random.below(random.pick([1, 4, 16, 64]))
    body += event(going(text.slice(at, at + size)))
    at += size
  }
  return body + (random.once(6) ? '' : finish(reason)) + (random.once(3) ? usage : '') + (random.once(6) ? '' : done)
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const textOf = (random: Random): (typeof texts)[number] => random.pick(texts)

/** A body as a server may well send it. */
export const bodyOf = (random: Random): string => random.pick(random.once(3) ? told : recorded)

/** The schema that such a body may have been asked with. */
export const askedWith = (body: string): z.ZodType => (body.includes('Person') ? Anything : Text)
