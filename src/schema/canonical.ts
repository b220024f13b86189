import { isComposite } from '../composite.ts'
import type { Issue, JsonSchema } from '../types.ts'
import { bounds } from './dialects.ts'
import { isNothing, notExpressible, nothing, pathText, refuseInexpressible } from './inexpressible.ts'
import { foldIntersection } from './intersections.ts'
import { nameIn, resolveReferences } from './references.ts'
import { foldUnion } from './unions.ts'
import { isSchema, mapSchemas, pathOf, typesOf, without } from './walk.ts'

/**
 * One form for what the schema libraries say each in their own way: draft 2020-12 as plain JSON data, the input side, every
 * constraint, none of a library's noise. Same declaration, same canonical schema, whatever the library.
 *
 * Throws `SchemaError` (`not_expressible`) with the path of the first place that JSON cannot carry.
 */
export function canonicalize(raw: JsonSchema): JsonSchema {
  const { $defs = {}, ...root } = resolveReferences(plainData(raw))
  const bodies = $defs as Record<string, JsonSchema>
  const done = new Map<string, unknown>()

  const canonical = (marked: JsonSchema, path: Issue['path']): JsonSchema => {
    const schema = refuseOddStream(refuseInexpressible(marked, path), path)
    if (schema.$ref !== undefined) {
      const name = nameIn(schema.$ref)
      if (name !== '#' && !done.has(name)) {
        // Its place is taken before its body is walked, which leads back here.
        done.set(name, undefined)
        done.set(name, canonical(bodies[name]!, path))
      }
    }
    const inner = mapSchemas(schema, (child, step) => canonical(child, [...path, ...pathOf(step)]))
    return refuseImpossible(tidy(inner), path)
  }
  const whole = canonical(root, [])
  if (isNothing(whole)) throw notExpressible('never', [])
  return done.size === 0 ? whole : { ...whole, $defs: Object.fromEntries(done) }
}

/**
 * Dates and bigints, which a default or an example may hold, become the strings that stand for them in JSON. A number
 * that JSON has no word for, such as the bound of `.max(Infinity)`, says nothing.
 */
const plainData = (raw: JsonSchema): JsonSchema =>
  JSON.parse(
    JSON.stringify(raw, (keyword, value) => {
      if (typeof value === 'bigint') return String(value)
      if (typeof value === 'number' && !Number.isFinite(value)) return undefined
      // Zod's own conversion has made them null.
      return value === null && bounding.has(keyword) ? undefined : value
    }),
  )

const bounding: ReadonlySet<string> = new Set(`${bounds}minItems`.split(' '))

const tidy = (schema: JsonSchema): JsonSchema =>
  foldIntersection(foldUnion(tidyObject(tidyList(tidyChoice(tidyNumber(without(schema, ...noise)))))))

const noise = ['$schema', '$id', '$comment', 'id', 'readOnly', 'writeOnly']

/** Bounds that a number type has by itself: Zod 4 writes them for z.int(), z.float32() and z.float64(). */
const ownBounds: ReadonlySet<unknown> = new Set(
  [Number.MAX_SAFE_INTEGER, 3.4028234663852886e38, Number.MAX_VALUE].flatMap(bound => [bound, -bound]),
)

const tidyNumber = (schema: JsonSchema): JsonSchema =>
  without(schema, ...['minimum', 'maximum'].filter(bound => ownBounds.has(schema[bound])))

/** A literal is a choice of one: `enum` is the keyword that every provider knows, and its `type` beside it. */
function tidyChoice({ const: literal, ...schema }: JsonSchema): JsonSchema {
  const choices = literal !== undefined ? [literal] : schema.enum
  if (!Array.isArray(choices) || choices.some(isComposite)) {
    return literal === undefined ? schema : { ...schema, const: literal }
  }
  if (choices.length === 0) return nothing()
  const types = [...new Set(choices.map(choice => (choice === null ? 'null' : typeof choice)))]
  const type = types.length === 1 ? types[0] : types
  if (type === 'null') return { ...without(schema, 'enum'), type }
  return { ...without(schema, 'enum', 'type'), type, enum: [...new Set(choices)] }
}

function tidyList(schema: JsonSchema): JsonSchema {
  if (!typesOf(schema).includes('array')) return schema
  // Draft 7 wrote a tuple as a list under `items` and its rest as `additionalItems`.
  const [prefix, rest] = Array.isArray(schema.items)
    ? [schema.items, schema.additionalItems]
    : [schema.prefixItems, schema.items]
  const list = without(schema, 'prefixItems', 'items', 'additionalItems')
  // A list without `items` takes anything; OpenAI refuses a function that does not say so.
  if (!Array.isArray(prefix)) return { ...list, items: rest ?? {} }
  const tuple = { ...list, prefixItems: prefix }
  if (rest !== false) return rest === undefined ? tuple : { ...tuple, items: rest }
  return { ...tuple, maxItems: Math.min(Number(list.maxItems ?? prefix.length), prefix.length) }
}

function tidyObject(schema: JsonSchema): JsonSchema {
  const { additionalProperties: rest, propertyNames: names, required, ...object } = schema
  const keys = isSchema(names) ? without(names, 'type') : {}
  const needed = Array.isArray(required) && required.length > 0 ? { required } : {}
  // A record over a choice of keys is an object with those properties, which every provider understands.
  if (Array.isArray(keys.enum) && !('properties' in object) && isSchema(rest)) {
    const properties = Object.fromEntries(keys.enum.map(key => [key, rest]))
    return { ...object, properties, ...needed, additionalProperties: false }
  }
  return {
    ...object,
    ...needed,
    ...(Object.keys(keys).length > 0 ? { propertyNames: keys } : {}),
    ...(rest === undefined ? {} : { additionalProperties: isSchema(rest) ? open(rest) : rest }),
  }
}

const open = (rest: JsonSchema): unknown => (isNothing(rest) ? false : Object.keys(rest).length === 0 ? true : rest)

function refuseOddStream(schema: JsonSchema, path: Issue['path']): JsonSchema {
  if (!['whole', 'first', undefined].includes(schema.stream as string))
    throw new TypeError(`Cannot show '${pathText(path)}' by stream: '${schema.stream}': it is 'whole' or 'first'`)
  return schema
}

/** No answer has a key that must be there and cannot be. */
function refuseImpossible(schema: JsonSchema, path: Issue['path']): JsonSchema {
  const { properties = {}, required = [], prefixItems = [] } = schema as Record<string, any>
  const key = required.find((each: string) => isNothing(properties[each]))
  const index = prefixItems.findIndex(isNothing)
  if (key !== undefined) throw notExpressible('never', [...path, key])
  if (index >= 0) throw notExpressible('never', [...path, index])
  return schema
}
