import { SchemaError } from '../errors.ts'
import type { Issue, JsonSchema } from '../types.ts'
import { isSchema } from './walk.ts'

/** What a language puts where JSON has no word; the walk that finds it knows the path and throws. */
export const inexpressible = (kind: Kind): JsonSchema => ({ [MARK]: kind })

/** Nothing fits it: `undefined`, `void` and `never`, which a model leaves out rather than writes. */
export const nothing = (): JsonSchema => ({ not: {} })
export const isNothing = (schema: unknown): boolean =>
  isSchema(schema) && isSchema(schema.not) && Object.keys(schema.not).length === 0

const MARK = '~inexpressible'

export type Kind = keyof typeof advice

/** What it is, and what to write instead. */
const advice = {
  map: [
    'a Map whose members are not known or hold themselves',
    'write a list and turn it into a Map with .transform()',
  ],
  set: [
    'a Set whose members are not known or hold themselves',
    'write z.array() and turn it into a Set with .transform()',
  ],
  symbol: ['a symbol', 'write z.enum() or z.string()'],
  function: ['a function', 'leave it out, a model writes data'],
  nan: ['NaN', 'write z.number().nullable()'],
  file: ['a file', 'write a z.string() with its name or content'],
  literal: ['a literal that is not a string, a number, a boolean or null', 'write it as a string'],
  custom: [
    'a custom type',
    'write the JSON it comes from and add .refine() or .transform(), or describe it with .meta({ type })',
  ],
  never: ['undefined, void or never', 'write z.null(), or make the property optional'],
} as const

/**
 * Throws `SchemaError` (`not_expressible`) when the place holds a mark, unless the user has said, in the schema's metadata,
 * what the thing looks like as JSON.
 */
export function refuseInexpressible({ [MARK]: kind, ...schema }: JsonSchema, path: Issue['path']): JsonSchema {
  if (kind !== undefined && !shaping.some(keyword => keyword in schema)) throw notExpressible(kind as Kind, path)
  return schema
}

const shaping = ['type', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref']

export const notExpressible = (kind: Kind, path: Issue['path']): SchemaError => {
  const [what, instead] = advice[kind]
  return new SchemaError(
    `Cannot send a schema with ${what} at '${pathText(path)}': JSON has none; ${instead}`,
    'not_expressible',
    { path },
  )
}

export const pathText = (path: Issue['path']): string => {
  const text = path.map(step => (typeof step === 'number' ? `[${step}]` : step === '[]' ? step : `.${step}`)).join('')
  return text === '' ? 'the root' : text.replace(/^\./, '')
}
