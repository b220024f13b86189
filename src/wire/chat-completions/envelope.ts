import { isComposite } from '../../composite.ts'
import { encodeUtf8, parsed } from '../../text.ts'
import { type Bytes, Literal, plainEnd, StringBody } from './bytes.ts'

type Json = Record<string, unknown>

/** Longer events are not worth to be remembered. */
const maxLength = 4096
/** What stands for the text when an envelope is tried, and for the padding. */
const probe = 'decant~probe'
const padding = 'decant~padding'
/** What stands around a payload in nearly every stream of events. */
const eventStart = 'data: '
const eventEnd = '\n\n'

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
 * only that text need be read, where it stands in the bytes of the network.
 *
 * 4. *The same as `JSON.parse`*: `read` takes an event only if decoding and parsing all of it could say nothing else.
 *
 * It is sure of that because it tries: with the text and the padding replaced by probes, the event parses to the same
 * growth by the probe. So each was all of one string, and any other string in its place changes that value alone.
 */
export class Envelope {
  readonly field: string
  /** Of the call whose arguments grow; servers rarely repeat it. */
  readonly id: unknown
  readonly #head: Literal
  /** From the quote behind the text to the end, or to the padding. */
  readonly #middle: Literal
  /** From the quote behind the padding; undefined if there is none. */
  readonly #tail: Literal | undefined
  /** What was read last. */
  readonly text = new StringBody()

  private constructor({ field, id }: Growth, head: string, middle: string, tail?: string) {
    this.field = field
    this.id = id
    this.#head = new Literal(eventStart + head)
    this.#middle = new Literal(tail === undefined ? middle + eventEnd : middle)
    this.#tail = tail === undefined ? undefined : new Literal(tail + eventEnd)
  }

  /** An event as it stands in the stream, where its payload comes in another way. */
  static bytesOf(payload: string): Uint8Array {
    return encodeUtf8(eventStart + payload + eventEnd)
  }

  /** @param event `data` parsed. Undefined for an event that says more than one thing, or is written in an odd way. */
  static of(data: string, event: Json): Envelope | undefined {
    const growth = data.length > maxLength ? undefined : growthOf(event)
    if (growth === undefined) return undefined
    const { field } = growth
    const start = data.indexOf('"', data.indexOf(`"${field}":`) + field.length + 3) + 1
    // Lines of data that were joined stand in the stream as something else.
    if (/[\n\r]/.test(data) || data.includes(probe) || data.includes(padding)) return undefined
    const head = data.slice(0, start)
    const rest = data.slice(start).replace(/^(?:[^"\\]|\\.)*/, '')
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
    return grewByProbe(parse(head + probe + rest), field) ? new Envelope(growth, head, rest) : undefined
  }

  /** Returns where the next event begins; -1 for an event that is not like this one, or not here as a whole. */
  read(bytes: Bytes, from: number): number {
    const start = this.#head.endIn(bytes, from)
    if (start < 0 || !this.text.read(bytes, start)) return -1
    const end = this.#middle.endIn(bytes, this.text.end)
    return end < 0 || this.#tail === undefined ? end : this.#tail.endIn(bytes, plainEnd(bytes, end))
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
  if (!isComposite(delta)) return undefined
  const [field, ...more] = Object.keys(delta).filter(key => key !== 'role' && !isNothing((delta as Json)[key]))
  if (field === undefined || more.length > 0) return undefined
  const value = (delta as Json)[field]
  if (textFields.has(field)) return { field, text: value, id: undefined }
  const fragment = field === 'tool_calls' ? only(value) : undefined
  const called = fragment?.function as Json | null | undefined
  if (fragment === undefined || !isComposite(called) || !isNothing(called.name)) return undefined
  if (!Object.keys(fragment).every(key => callFields.has(key))) return undefined
  return { field: 'arguments', text: called.arguments, id: fragment.id }
}

const only = (list: unknown): Json | undefined => {
  const [first, ...more] = Array.isArray(list) ? list : []
  return isComposite(first) && more.length === 0 ? first : undefined
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
