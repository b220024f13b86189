import { createJsonParser, JsonError, type JsonParser, type JsonValue, type JsonWarning } from '../json/index.ts'
import type { Issue, Limits } from '../types.ts'

/** A value with what is to be said of it: odd things that were tolerated, numbers to refuse, mendings. */
export interface Reading {
  readonly value: JsonValue
  readonly notes: readonly Issue[]
}

/** A reading of a text that is JSON as it is. */
export interface TextReading extends Reading {
  readonly text: string
}

/**
 * Strict JSON within the limits of the parser.
 *
 * @param fed a parser that has read exactly `text` already.
 */
export const readJson = (text: string, { depth }: Limits = {}, fed?: JsonParser): TextReading | JsonError => {
  try {
    const parser = fed ?? createJsonParser({ maxDepth: depth })
    if (fed === undefined) parser.feed(text)
    parser.finish()
    return { text, value: JSON.parse(text), notes: parser.warnings.map(noteOf) }
  } catch (error) {
    if (error instanceof JsonError) return error
    throw error
  }
}

/**
 * The same of a whole text, by `JSON.parse` alone; undefined where that might say less of it than the parser does: of an error
 * where it is, a key that comes twice, a number that JavaScript cannot hold, a limit.
 */
export const readWhole = (
  text: string,
  { length = Infinity, blanks = 4096, depth = 128 }: Limits = {},
): TextReading | undefined => {
  if (text.length > length) return undefined
  const keys = keysIn(text, blanks, depth)
  if (keys < 0) return undefined
  try {
    const value = JSON.parse(text) as JsonValue
    return keysOf(value) === keys ? { text, value, notes: [] } : undefined
  } catch {
    return undefined
  }
}

/** How many keys a JSON text writes; -1 for one to be looked at closely. */
const keysIn = (text: string, mostBlanks: number, mostOpen: number): number => {
  let keys = 0
  let open = 0
  let blanks = 0
  let digits = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === 0x22) {
      at = closingQuote(text, at)
      if (at < 0) return -1
    } else if (char === 0x3a) keys++
    // Brackets and braces differ in one bit: 5b and 7b open, 5d and 7d close.
    else if ((char | 0x20) === 0x7b) open++
    else if ((char | 0x20) === 0x7d) open--
    // An exponent makes any number large, and so do sixteen digits.
    else if ((char | 0x20) === 0x65 && digits > 0) return -1
    digits = char >= 0x30 && char <= 0x39 ? digits + 1 : 0
    blanks = char <= 0x20 ? blanks + 1 : 0
    if (digits > 15 || blanks > mostBlanks || open > mostOpen) return -1
  }
  return keys
}

const closingQuote = (text: string, from: number): number => {
  let at = text.indexOf('"', from + 1)
  while (at > 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at
}

const isEscaped = (text: string, at: number): boolean => {
  let from = at
  while (text.charCodeAt(from - 1) === 0x5c) from--
  return (at - from) % 2 === 1
}

const keysOf = (value: JsonValue): number => {
  if (typeof value !== 'object' || value === null) return 0
  const parts: readonly JsonValue[] = Array.isArray(value) ? value : Object.values(value)
  let keys = Array.isArray(value) ? 0 : parts.length
  for (const part of parts) keys += keysOf(part)
  return keys
}

const unsafe: ReadonlySet<string> = new Set(['unsafe_integer', 'non_finite', 'half_character', 'invalid_pair'])

/** Whether JavaScript would hold another number than the one that was written, or something is refused as it is. */
export const isUnsafe = ({ code }: Issue): boolean => unsafe.has(code)

const noteOf = ({ path, code }: JsonWarning): Issue => ({ path, code, message: messages[code] })

const messages: Record<JsonWarning['code'], string> = {
  duplicate_key: 'the key came twice; the last value stands',
  unsafe_integer: 'the integer is larger than JavaScript holds exactly; send it as a string',
  non_finite: 'the number is too large to be a finite number',
}
