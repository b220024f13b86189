import type { Normalizer } from '../schema/index.ts'
import type { JsonSchema } from '../types.ts'

// Few callers want this, so it is loaded when one does; it imports nothing.

const isLenient = (schema: JsonSchema): boolean => schema['~lenient'] === true

const takes = ({ type }: JsonSchema, wanted: string): boolean =>
  Array.isArray(type) ? type.includes(wanted) : type === wanted

const choicesOf = ({ enum: choices, const: literal }: JsonSchema): readonly unknown[] | undefined =>
  Array.isArray(choices) ? choices : literal === undefined ? undefined : [literal]

/** Any string will do, as far as the schema says. */
const isOpen = (schema: JsonSchema): boolean =>
  choicesOf(schema) === undefined && (takes(schema, 'string') || schema.type === undefined)

const texts = (schemas: readonly JsonSchema[]): string[] => [
  ...new Set(schemas.flatMap(schema => choicesOf(schema) ?? []).filter(each => typeof each === 'string')),
]

const isNumeric = (schema: JsonSchema): boolean => takes(schema, 'number') || takes(schema, 'integer')

const folded = (text: string): string =>
  text
    .trim()
    .replace(/[\s_-]+/g, ' ')
    .toLowerCase()

/** A number as JSON writes it. */
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

export const normalizer: Normalizer = {
  waits: schemas =>
    schemas.length > 0 &&
    !schemas.some(schema => isLenient(schema) || isOpen(schema)) &&
    (texts(schemas).length > 0 || schemas.some(isNumeric)),
  read(schemas, text) {
    const choices = texts(schemas)
    if (choices.includes(text)) return text
    const meant = choices.filter(choice => folded(choice) === folded(text))
    if (meant.length > 0) return meant.length === 1 ? meant[0]! : text
    const trimmed = text.trim()
    if (!number.test(trimmed) || !schemas.some(isNumeric)) return text
    const value = Number(trimmed)
    const whole = Number.isInteger(value)
    if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) return text
    return whole || schemas.some(schema => takes(schema, 'number')) ? value : text
  },
}
