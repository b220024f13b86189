import { JsonError, type JsonParser, type JsonValue } from '../json/index.ts'
import type { Declaration } from '../schema/index.ts'
import type { Issue, Limits, Options } from '../types.ts'
import { Content, mayBeFenced } from './content.ts'
import { withoutHalves } from './halves.ts'
import { validateJson } from './input.ts'
import { invert, isInverted } from './inverse.ts'
import { valueAt } from './path.ts'
import { isUnsafe, type Reading, readJson, type TextReading } from './read.ts'
import { Shape } from './shape.ts'
import { unwrapEncoded, unwrapKey } from './unwrap.ts'

/** What the caller says of how to read. */
type ReadOptions = Pick<Options, 'wellFormed' | 'limits'>

export type Decoded<O> =
  | {
      readonly ok: true
      readonly output: O
      /** What the user's schema received, as JSON. */
      readonly input: unknown
      readonly warnings: readonly Issue[]
    }
  | {
      readonly ok: false
      readonly code: 'invalid_json' | 'schema_mismatch' | 'degenerate' | 'limit'
      readonly issues: readonly Issue[]
      /** What the text says, where it says something: for quoting what came. */
      readonly input?: unknown
      /** What the user's own schema threw. */
      readonly cause?: unknown
      readonly warnings: readonly Issue[]
    }

/**
 * The strict end: the text closed on its own, `JSON.parse` takes it, then the user's own schema.
 *
 * 1. Strict: cut output is never repaired into an answer.
 * 2. Nothing is guessed: no value is coerced; what a caller wants normalized is told. Three lossless unwrappings are made and
 *    reported: a code fence around the whole, JSON encoded twice, a wrapper key that the schema cannot own. Numbers that
 *    JavaScript cannot hold are refused.
 *
 * @param fed a parser that has read exactly `text` already, or what it says.
 */
export const decodeStrict = async <I, O>(
  text: string,
  declaration: Declaration<I, O>,
  options: ReadOptions = {},
  fed?: JsonParser | TextReading,
): Promise<Decoded<O>> => {
  const document = readDocument(text, declaration, options, fed)
  if (document instanceof JsonError) {
    const { code, message } = document
    return { ok: false, code: codeOf(document), issues: [{ path: [], code, message }], warnings: [] }
  }
  const { value: json, notes } = document
  const warnings = notes.filter(note => !isUnsafe(note))
  const refused = notes.filter(isUnsafe)
  if (refused.length > 0) return { ok: false, code: 'schema_mismatch', issues: refused, input: json, warnings }

  const validated = await validateJson(json, declaration)
  return 'issues' in validated
    ? { ok: false, code: 'schema_mismatch', ...validated, input: json, warnings }
    : { ok: true, output: validated.value, input: json, warnings }
}

/** What the text holds, in the user's shape, before the user's own schema has seen it. */
export const readDocument = (
  text: string,
  declaration: Pick<Declaration<unknown, unknown>, 'wrapper' | 'canonical' | 'name' | 'rewrites' | 'normalizer'>,
  { wellFormed: mode, limits }: ReadOptions,
  fed?: JsonParser | TextReading,
): { readonly value: JsonValue | undefined; readonly notes: readonly Issue[] } | JsonError => {
  const { wrapper, canonical, name } = declaration
  const rewritten = isInverted(declaration)
  const read = inverted(readArguments(text, limits, fed), limits, rewritten ? declaration : undefined)
  if (read instanceof JsonError) return read
  const shape = Shape.sent(canonical, wrapper)
  const { value, notes: found } = unwrapEncoded(unwrapKey(read, shape, name), shape)
  const notes = [...found]
  // What was wrapped, or encoded twice, was not read as what it is.
  const plain = rewritten && notes.some(({ code }) => mended.has(code)) ? again(value, declaration, notes) : value
  if (wrapper === undefined) return withoutHalves({ value: plain, notes }, mode)
  const member = valueAt(plain, [wrapper]) as JsonValue | undefined
  const inside = notes.map(note => ({ ...note, path: note.path.slice(1) }))
  return member === undefined ? { value: member, notes: inside } : withoutHalves({ value: member, notes: inside }, mode)
}

const mended = new Set(['wrapped', 'encoded_twice'])

/** What was read, in the user's shape, with its notes. */
const inverted = (
  read: TextReading | JsonError,
  limits: Limits | undefined,
  declaration?: Rewritten,
): Reading | JsonError => {
  if (declaration === undefined || read instanceof JsonError) return read
  const notes = read.notes.filter(({ code }) => code === 'fenced')
  const text = invert(read.text, declaration, note => notes.push(note))
  const inner = readJson(text, limits)
  if (inner instanceof JsonError) return inner
  return { ...inner, notes: [...notes, ...inner.notes] }
}

type Rewritten = Parameters<typeof invert>[1]

const again = (value: JsonValue, declaration: Rewritten, notes: Issue[]): JsonValue =>
  JSON.parse(invert(JSON.stringify(value), declaration, note => notes.push(note)))

const readArguments = (text: string, limits?: Limits, fed?: JsonParser | TextReading): TextReading | JsonError => {
  if (fed !== undefined && 'notes' in fed) return fed
  // A function without arguments may be called with nothing at all.
  const read = text.trim() === '' ? readJson('{}') : readJson(text, limits, fed)
  if (!(read instanceof JsonError) || !mayBeFenced(text) || !text.trimEnd().endsWith('```')) return read
  const fenced = Content.whole(text)
  const inner = readJson(fenced?.json ?? '', limits)
  return inner instanceof JsonError ? read : { ...inner, notes: [...fenced!.content.notes, ...inner.notes] }
}

export const codeOf = ({ code }: JsonError): 'invalid_json' | 'degenerate' | 'limit' =>
  code === 'blank_run' ? 'degenerate' : code === 'depth' || code === 'length' ? 'limit' : 'invalid_json'
