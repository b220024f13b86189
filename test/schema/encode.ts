import { type DialectRules, dialects } from '../../src/schema/dialects.ts'
import type { Dialect } from '../../src/schema/index.ts'
import type { JsonSchema } from '../../src/types.ts'
import { ajvOf } from '../decode/check/follow.ts'

type Json = any

/** What a model writes for a value of the user's, in a dialect: the way there, of which the library has the way back. */
export const encode = (value: Json, canonical: JsonSchema, wrapper: string | undefined, dialect: Dialect): Json => {
  const rules: DialectRules = dialects[dialect]
  const { $defs } = canonical
  const fits = (schema: JsonSchema, each: Json): boolean => ajvOf({ ...schema, $defs, $id: undefined } as never)(each)
  const walk = (each: Json, schema: JsonSchema): Json => {
    const {
      $ref,
      anyOf,
      properties = {},
      required = [],
      items,
      prefixItems = [],
      additionalProperties: rest,
    } = schema as any
    if ($ref !== undefined) return walk(each, $ref === '#' ? canonical : ($defs as any)[$ref.slice(8)])
    if (anyOf !== undefined) {
      return walk(
        each,
        anyOf.find((branch: JsonSchema) => JSON.stringify(branch).includes('$ref') || fits(branch, each)) ?? {},
      )
    }
    if (Array.isArray(each)) return each.map((one, at) => walk(one, prefixItems[at] ?? items ?? {}))
    if (typeof each !== 'object' || each === null) return each
    const entries = Object.entries(each).map(([key, one]): [string, Json] => [
      key,
      walk(one, properties[key] ?? (rest === true ? {} : (rest ?? {}))),
    ])
    if (Object.keys(properties).length === 0 && rest && (rules.closed || rules.noRest)) {
      return entries.map(([key, one]) => ({ key, value: one }))
    }
    const absent = rules.allRequired
      ? Object.keys(properties).filter(key => !required.includes(key) && !(key in each) && !('not' in properties[key]))
      : []
    return Object.fromEntries([...entries, ...absent.map(key => [key, null])])
  }
  const sent = walk(value, canonical)
  return wrapper === undefined ? sent : { [wrapper]: sent }
}
