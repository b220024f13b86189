import type { JsonSchema } from '../types.ts'
import { isNothing, nothing } from './inexpressible.ts'
import { annotations, hasOnly, same, typesOf } from './walk.ts'

/**
 * The shortest exact form of a union: `anyOf` throughout (providers do not know `oneOf`), bare types as one list of types,
 * literals as one `enum`, and null inside the one branch it stands beside. A branch that nothing fits is gone.
 */
export function foldUnion(schema: JsonSchema): JsonSchema {
  const { oneOf, anyOf = oneOf, ...rest } = schema
  if (!Array.isArray(anyOf)) return schema
  const branches = joinNull(joinChoices(joinTypes(spread(anyOf))))
  const [only, ...more] = branches
  if (only === undefined) return { ...rest, ...nothing() }
  if (branches.some(branch => Object.keys(branch).length === 0)) return rest
  return more.length === 0 && hasOnly(rest, annotations) ? { ...only, ...rest } : { ...rest, anyOf: branches }
}

/** The branches, those of unions directly inside among them, without what is there already. */
function spread(branches: readonly JsonSchema[]): JsonSchema[] {
  const flat = branches.flatMap(branch => (isPure(branch, union) ? (branch.anyOf as JsonSchema[]) : [branch]))
  const seen = new Set<string>()
  return flat.filter(branch => {
    const text = JSON.stringify(branch)
    return !isNothing(branch) && !seen.has(text) && seen.add(text)
  })
}

const joinTypes = (branches: JsonSchema[]): JsonSchema[] =>
  join(branches, bare, bares => ({ type: one(bares.flatMap(typesOf)) }))

const joinChoices = (branches: JsonSchema[]): JsonSchema[] =>
  join(branches, choice, choices => ({
    type: one(choices.flatMap(typesOf)),
    enum: [...new Set(choices.flatMap(each => each.enum as unknown[]))],
  }))

function joinNull(branches: JsonSchema[]): JsonSchema[] {
  const rest = branches.filter(branch => !same(branch, { type: 'null' }))
  const [only, ...more] = rest
  if (rest.length === branches.length || only === undefined || more.length > 0 || !isBounds(only)) return branches
  const choices = Array.isArray(only.enum) ? { enum: [...new Set([...only.enum, null])] } : {}
  return [{ ...only, type: one([...typesOf(only), 'null']), ...choices }]
}

/** Whether null needs only to be among its types: no other keyword of a typed schema speaks of null, but these do. */
const isBounds = (schema: JsonSchema): boolean =>
  schema.type !== undefined && !['$ref', 'const', 'anyOf', 'allOf', 'not', 'if'].some(keyword => keyword in schema)

/** Puts one branch in the place of the first that has only these keywords, for all that do. */
function join(
  branches: JsonSchema[],
  keywords: ReadonlySet<string>,
  merge: (some: JsonSchema[]) => JsonSchema,
): JsonSchema[] {
  const some = branches.filter(branch => isPure(branch, keywords))
  if (some.length < 2) return branches
  return branches.flatMap(branch => (branch === some[0] ? [merge(some)] : some.includes(branch) ? [] : [branch]))
}

const union = new Set(['anyOf'])
const bare = new Set(['type'])
const choice = new Set(['type', 'enum'])

const isPure = (schema: JsonSchema, keywords: ReadonlySet<string>): boolean =>
  Object.keys(schema).length === keywords.size && hasOnly(schema, keywords)

const one = (types: unknown[]): unknown => {
  const distinct = [...new Set(types)]
  return distinct.length === 1 ? distinct[0] : distinct
}
