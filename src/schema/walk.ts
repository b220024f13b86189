import { isComposite } from '../composite.ts'
import type { JsonSchema } from '../types.ts'

/** One step from a schema into a schema that it holds: the keyword, and the key or index under it where there is one. */
export type Step = readonly [keyword: string, key?: string | number]

const one = new Set(
  'items additionalItems additionalProperties propertyNames contains not if then else unevaluatedItems unevaluatedProperties'.split(
    ' ',
  ),
)
const list = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems', 'items'])
const map = new Set(['properties', 'patternProperties', 'dependentSchemas'])

/**
 * A copy of `schema` with every schema directly inside it replaced by what `visit` returns. Only places that hold schemas
 * are visited - a `$ref` inside a default is data - and `$defs` are not: they belong to the document, not to a place in it.
 */
export function mapSchemas(schema: JsonSchema, visit: (child: JsonSchema, step: Step) => unknown): JsonSchema {
  return mapEntries(schema, (keyword, value) => {
    if (list.has(keyword) && Array.isArray(value)) {
      return value.map((each, index) => visit(spelled(each), [keyword, index]))
    }
    if (!isSchema(value)) return value
    if (map.has(keyword)) return mapEntries(value, (key, each) => visit(spelled(each), [keyword, key]))
    return one.has(keyword) ? visit(value, [keyword]) : value
  })
}

/** What the step adds to the path of a value; `[]` stands for any element or key. */
export const pathOf = ([keyword, key]: Step): (string | number)[] => {
  if (keyword === 'properties' || keyword === 'prefixItems') return [key!]
  if (keyword === 'items') return [key ?? '[]']
  return keyword === 'additionalProperties' ? ['[]'] : []
}

/** `true` and `false` are schemas as well. */
const spelled = (schema: unknown): JsonSchema => (schema === true ? {} : isSchema(schema) ? schema : { not: {} })

/** A copy with every value replaced. An own `__proto__` key stays a key. */
export const mapEntries = (object: JsonSchema, change: (key: string, value: unknown) => unknown): JsonSchema =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(key, value)]))

export const isSchema = (value: unknown): value is JsonSchema => isComposite(value) && !Array.isArray(value)

export const without = (schema: JsonSchema, ...keywords: string[]): JsonSchema =>
  keywords.some(keyword => Object.hasOwn(schema, keyword))
    ? Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)))
    : schema

/** What stands under a keyword that takes a list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const propertiesOf = ({ properties }: JsonSchema): Readonly<Record<string, JsonSchema>> =>
  (properties ?? {}) as Record<string, JsonSchema>

/** Its `type`, as a list. */
export const typesOf = ({ type }: JsonSchema): unknown[] => [type].flat()

/** Whether the schema has no keyword but these. */
export const hasOnly = (schema: JsonSchema, keywords: ReadonlySet<string>): boolean =>
  Object.keys(schema).every(keyword => keywords.has(keyword))

/** Keywords that say something of a value and refuse none. */
export const annotations: ReadonlySet<string> = new Set(['title', 'description', 'default', 'examples', 'deprecated'])

/** Whether both are the same JSON, the order of keys aside only where it was written the same. */
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
