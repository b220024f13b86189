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

const unsafe: ReadonlySet<string> = new Set(['unsafe_integer', 'non_finite', 'half_character', 'invalid_pair'])

/** Whether JavaScript would hold another number than the one that was written, or something is refused as it is. */
export const isUnsafe = ({ code }: Issue): boolean => unsafe.has(code)

const noteOf = ({ path, code }: JsonWarning): Issue => ({ path, code, message: messages[code] })

const messages: Record<JsonWarning['code'], string> = {
  duplicate_key: 'the key came twice; the last value stands',
  unsafe_integer: 'the integer is larger than JavaScript holds exactly; send it as a string',
  non_finite: 'the number is too large to be a finite number',
}
