import type { z } from 'zod'
import { answerOf, askedWith, bodyOf, textOf } from './bodies.ts'
import type { Random } from './random.ts'

/** What texts are broken with: pieces that mean something to one of the readers on the way. */
const tokens: readonly string[] = [
  'data: ', 'data:', 'event: error\n', 'id: 1\n', 'retry: 1\n', ': ping\n\n', '\n\n', '\n', '\r', '\r\n', '[DONE]', 'data: [DONE]\n\n', '\ufeff',
  '{', '}', '[', ']', ',', ':', '"', '\\', '\\u', '\\ud83e', '\\u0000', 'null', 'true', 'NaN', '-', '1e999', '0', '.5', '9007199254740993',
  '{"error":{"message":"x","code":429}}', '"error":"x",', '"finish_reason":"length"', '"__proto__":{"x":1},', '"name":1,', '```', '<html>',
  ' '.repeat(5000), '['.repeat(200), '\u2028', '\ud800', '🦜',
] // biome-ignore format: a table
const bytes: readonly number[] = [
  0, 9, 10, 13, 32, 34, 44, 58, 91, 92, 93, 123, 125, 0x7f, 0x80, 0xc3, 0xed, 0xf0, 0xff,
]
/** What may stand where a server puts something else. */
const odd: readonly unknown[] = [
  null, true, 0, -1, 1.5, 128, 1e308, '', '0', 'length', 'x', [], {}, [null], [[]], { error: { code: 500 } }, '__proto__', { index: 1 }, [{ type: 'text', text: 't' }],
] // biome-ignore format: a table

/** The bytes of one answer: a good one, broken in none, one or several ways; and a schema that the good one fits. */
export const mutated = (random: Random): { readonly body: Uint8Array; readonly fitting: z.ZodType } => {
  let [text, fitting] = random.once(3) ? recorded(random) : written(random)
  const changes = random.below(4)
  for (let i = 0; i < changes; i++) text = random.pick(ways)(text, random)
  const body: Uint8Array = new TextEncoder().encode(text)
  return { body: random.once(5) ? brokenBytes(body, random) : body, fitting }
}

const recorded = (random: Random): [string, z.ZodType] => {
  const body = bodyOf(random)
  return [body, askedWith(body)]
}

const written = (random: Random): [string, z.ZodType] => {
  const [text, fitting] = textOf(random)
  return [answerOf(random.once(2) ? brokenText(text, random) : text, random), fitting]
}

const brokenText = (text: string, random: Random): string => {
  const from = random.below(text.length + 1)
  const to = Math.min(text.length, from + random.below(random.pick([2, 4, 16])))
  switch (random.below(5)) {
    case 0:
      return text.slice(0, from) + text.slice(to)
    case 1:
      return text.slice(0, to) + text.slice(from)
    case 2:
      return text.slice(0, from)
    case 3:
      return text.slice(0, from) + random.pick(tokens) + text.slice(to)
    default:
      return (
        text.slice(0, from) + String.fromCharCode(random.below(random.pick([128, 256, 65_536]))) + text.slice(from + 1)
      )
  }
}

const brokenBytes = (body: Uint8Array, random: Random): Uint8Array => {
  if (body.length === 0) return body
  const at = random.below(body.length)
  if (random.once(4)) return body.slice(0, at)
  const copy = body.slice()
  copy[at] = random.once(2) ? random.pick(bytes) : copy[at]! ^ (1 << random.below(8))
  return copy
}

/** Whole events are lost, repeated, moved, or come from another answer. */
const brokenEvents = (text: string, random: Random): string => {
  const events = text.split(/(?<=\n\n)/)
  const [at, other] = [random.below(events.length), random.below(events.length)]
  switch (random.below(4)) {
    case 0:
      events.splice(at, 1)
      break
    case 1:
      events.splice(at, 0, events[other]!)
      break
    case 2:
      events.splice(at, 0, ...events.splice(other, 1))
      break
    default:
      events.splice(at, 0, random.pick(bodyOf(random).split(/(?<=\n\n)/)))
  }
  return events.join('')
}

/** One member of one payload is lost or of another kind. */
const brokenPayload = (text: string, random: Random): string => {
  const events = text.split(/(?<=\n\n)/)
  const at = random.below(events.length)
  const [, before, json, after] = /^((?:data: )?)(\{.*\})(\n*)$/.exec(events[at]!) ?? []
  if (json === undefined) return text
  try {
    const payload = JSON.parse(json)
    spoil(payload, random)
    events[at] = `${before}${JSON.stringify(payload)}${after}`
    return events.join('')
  } catch {
    return text
  }
}

const spoil = (within: any, random: Random): void => {
  const keys = Object.keys(within)
  if (keys.length === 0) return
  const key = random.pick(keys)
  const value = within[key]
  if (typeof value === 'object' && value !== null && !random.once(4)) spoil(value, random)
  else if (random.once(4)) delete within[key]
  else if (random.once(3)) within[random.pick(['error', 'index', 'id', 'delta', 'message', 'x'])] = random.pick(odd)
  else within[key] = random.pick(odd)
}

const ways = [brokenText, brokenEvents, brokenEvents, brokenPayload, brokenPayload]
