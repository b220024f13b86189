import { isComposite } from '../composite.ts'
import { type Declaration, type DialectRules, dialects } from '../schema/index.ts'
import { propertiesOf, typesOf } from '../schema/walk.ts'
import type { JsonSchema } from '../types.ts'
import { meantBy } from './meant.ts'
import { childrenOf, fits, isOpen, open } from './shape.ts'

/**
 * A value of the user's as the JSON text that a model writes in the declaration's dialect: the way there, of which `inverse`
 * is the way back. A Date, a bigint, a Map, a Set and a URL become what they are on the wire.
 *
 * @throws TypeError for what no JSON is, as `JSON.stringify` does.
 */
export const encodeText = (
  value: unknown,
  { canonical, wrapper, dialect }: Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper' | 'dialect'>,
): string => {
  const rules: DialectRules = dialects[dialect]
  const encode = (each: any, schemas: readonly JsonSchema[]): unknown => {
    if (typeof each === 'bigint') return String(each)
    if (!isComposite(each) || typeof each.toJSON === 'function') return each
    if (each instanceof Map) return encode(Array.from(each, pairOf), schemas)
    const meant = meantBy(
      schemas.flatMap(schema => open(schema, canonical)),
      each,
    )
    const under = (key: string | number, one: unknown): unknown =>
      encode(
        one,
        meant.flatMap(schema => childrenOf(schema, key)),
      )
    if (each instanceof Set || Array.isArray(each)) return Array.from(each, (one, at) => under(at, one))
    const given = Object.entries(each).filter(([, one]) => one !== undefined)
    const sent = given.map(([key, one]) => [key, under(key, one)] as const)
    const objects = meant.filter(schema => schema.type === undefined || typesOf(schema).includes('object'))
    if ((rules.closed || rules.noRest) && objects.length > 0 && objects.every(isRecord)) return sent.map(pairOf)
    return Object.fromEntries([...sent, ...(rules.allRequired ? absentFrom(objects, new Map(given)) : [])])
  }
  const sent = encode(value, [canonical])
  return JSON.stringify(wrapper === undefined ? sent : { [wrapper]: sent }) ?? 'null'
}

const pairOf = ([key, value]: readonly [unknown, unknown]) => ({ key, value })

const isRecord = (schema: JsonSchema): boolean => Object.keys(propertiesOf(schema)).length === 0 && isOpen(schema)

/** The keys that the value could have, of the first branch of a union that could be meant. */
const absentFrom = (branches: readonly JsonSchema[], own: ReadonlyMap<string, unknown>): [string, null][] => {
  const branch = branches.find(each => fits(each, own))
  return Object.entries(propertiesOf(branch ?? {}))
    .filter(([key, { not }]) => !own.has(key) && not === undefined)
    .map(([key]) => [key, null])
}
