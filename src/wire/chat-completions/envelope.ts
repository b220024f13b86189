import { own, parsed } from '../../text.ts'

type Json = Record<string, unknown>

/** Longer events are not worth to be remembered. */
const maxLength = 4096
/** What stands for the text when an envelope is tried, and for the padding. */
const probe = 'decant~probe'
const padding = 'decant~padding'

/** What the decoder reads of an event: none of it may vary. */
const readFields: ReadonlySet<string> = new Set(['id', 'model', 'object', 'error', 'usage', 'x_groq', 'choices'])
const textFields: ReadonlySet<string> = new Set(['content', 'reasoning', 'reasoning_content'])
const callFields: ReadonlySet<string> = new Set(['index', 'id', 'type', 'function'])

/** The one thing that an event says: some more of a text, or of a call's arguments. */
interface Growth {
  readonly field: string
  readonly text: unknown
  /** Of a call. */
  readonly id: unknown
}

/**
 * The envelope of an event that does nothing but let one text grow: all of it but that text, and but the padding that some
 * providers put last (OpenAI's `obfuscation`). The next event is most often the same with another text, and then
 * only that text need be read.
 *
 * 4. *The same as `JSON.parse`*: `read` takes an event only if parsing all of it could say nothing else.
 *
 * It is sure of that because it tries: with the text and the padding replaced by probes, the event parses to the same
 * growth by the probe. So each was all of one string, and any other string in its place changes that value alone.
 */
export class Envelope {
  readonly field: string
  /** Of the call whose arguments grow; servers rarely repeat it. */
  readonly id: unknown
  readonly #head: string
  /** From the quote behind the text to the end, or to the padding. */
  readonly #middle: string
  /** From the quote behind the padding; undefined if there is none. */
  readonly #tail: string | undefined
  /** How many more UTF-16 units the text that was read last has in JSON. */
  surplus = 0

  private constructor({ field, id }: Growth, head: string, middle: string, tail: string | undefined) {
    this.field = field
    this.id = id
    this.#head = head
    this.#middle = middle
    this.#tail = tail
  }

  /** @param event `data` parsed. Undefined for an event that says more than one thing, or is written in an odd way. */
  static of(data: string, event: Json): Envelope | undefined {
    const growth = data.length > maxLength ? undefined : growthOf(event)
    if (growth === undefined) return undefined
    const payload = own(data)
    const { field } = growth
    const start = payload.indexOf('"', payload.indexOf(`"${field}":`) + field.length + 3) + 1
    const end = endOf(payload, start)
    if (end < 0 || payload.includes(probe) || payload.includes(padding)) return undefined
    const head = payload.slice(0, start)
    const rest = payload.slice(end)
    const last = /"([^"\\]*)"\s*\}\s*$/.exec(rest)
    if (last !== null) {
      const middle = rest.slice(0, last.index + 1)
      const tail = rest.slice(middle.length + last[1]!.length)
      const tried = parse(head + probe + middle + padding + tail)
      const padded = Object.keys(tried).find(key => tried[key] === padding)
      if (grewByProbe(tried, field) && padded !== undefined && !readFields.has(padded)) {
        return new Envelope(growth, head, middle, tail)
      }
    }
    return grewByProbe(parse(head + probe + rest), field) ? new Envelope(growth, head, rest, undefined) : undefined
  }

  /**
   * The inside of the JSON string of an event's text, as it is written; undefined for an event that is not like this one.
   *
   * @param from where the event begins in `text`, and `to` where it ends.
   */
  read(text: string, from: number, to: number): string | undefined {
    const start = from + this.#head.length
    // Two slices are compared faster than `startsWith` compares.
    if (text.slice(from, start) !== this.#head) return undefined
    const end = endOf(text, start)
    if (end < 0) return undefined
    let at = end + this.#middle.length
    if (text.slice(end, at) !== this.#middle) return undefined
    if (this.#tail !== undefined) {
      const last = to - this.#tail.length
      while (at < last && isPlain(text.charCodeAt(at))) at++
      if (at !== last || text.slice(at, to) !== this.#tail) return undefined
    } else if (at !== to) return undefined
    const raw = text.slice(start, end)
    this.surplus = raw.includes('\\') ? surplusOf(raw) : 0
    return raw
  }
}

const parse = (text: string): Json => (parsed(text) ?? {}) as Json

const grewByProbe = (event: Json, field: string): boolean => {
  const growth = growthOf(event)
  return growth?.field === field && growth.text === probe
}

/** What a chunk lets grow, if that is all it says. */
const growthOf = (event: Json): Growth | undefined => {
  if (event.error || event.object === 'error' || !isNothing(event.usage) || !isNothing(event.x_groq)) return undefined
  const choice = only(event.choices)
  if (choice === undefined || choice.error || (choice.index ?? 0) !== 0 || !isNothing(choice.finish_reason)) {
    return undefined
  }
  const { delta } = choice
  if (typeof delta !== 'object' || delta === null) return undefined
  const [field, ...more] = Object.keys(delta).filter(key => key !== 'role' && !isNothing((delta as Json)[key]))
  if (field === undefined || more.length > 0) return undefined
  const value = (delta as Json)[field]
  if (textFields.has(field)) return { field, text: value, id: undefined }
  const fragment = field === 'tool_calls' ? only(value) : undefined
  const called = fragment?.function as Json | null | undefined
  if (fragment === undefined || typeof called !== 'object' || called === null || !isNothing(called.name))
    return undefined
  if (!Object.keys(fragment).every(key => callFields.has(key))) return undefined
  return { field: 'arguments', text: called.arguments, id: fragment.id }
}

const only = (list: unknown): Json | undefined => {
  const [first, ...more] = Array.isArray(list) ? list : []
  return typeof first === 'object' && first !== null && more.length === 0 ? first : undefined
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** Where the quote stands that ends a JSON string; -1 if something comes before it that no string may hold. */
const endOf = (text: string, from: number): number => {
  let at = from
  for (;;) {
    const char = text.charCodeAt(at)
    if (char === 0x22) return at
    if (isPlain(char)) at++
    else if (char !== 0x5c) return -1
    else {
      const length = escapeLength(text, at)
      if (length === 0) return -1
      at += length
    }
  }
}

/** Anything but a quote, a backslash and a control character; the end of the text is none either (NaN). */
const isPlain = (char: number): boolean => char >= 0x20 && char !== 0x22 && char !== 0x5c

const escapeLength = (text: string, at: number): number => {
  const char = text.charAt(at + 1)
  if (char !== 'u') return char !== '' && '"\\/bfnrt'.includes(char) ? 2 : 0
  return /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6)) ? 6 : 0
}

const surplusOf = (raw: string): number => {
  let surplus = 0
  let at = raw.indexOf('\\')
  while (at !== -1) {
    const length = raw.charAt(at + 1) === 'u' ? 6 : 2
    surplus += length - 1
    at = raw.indexOf('\\', at + length)
  }
  return surplus
}
