import { compileCheck } from './decode/check/index.ts'
import { patternOf } from './decode/check/pattern.ts'
import { SchemaError } from './errors.ts'
import { createJsonParser, type JsonValue } from './json/index.ts'
import { isNothing } from './schema/inexpressible.ts'
import { isSchema, mapEntries, mapSchemas, without } from './schema/walk.ts'
import type { Issue, JsonSchema, StandardJsonSchema } from './types.ts'

/** What a check of the whole answer comes to, as in Standard Schema. */
export type Validated<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly PropertyKey[] | undefined }[] }

export interface JsonSchemaOptions<T> {
  /**
   * Decides at the end in the place of our own check, for keywords that it does not know: Ajv, say. The answer is JSON data;
   * what comes back as `value` is the output.
   */
  readonly validate?: ((value: unknown) => Validated<T> | Promise<Validated<T>>) | undefined
}

/**
 * A plain JSON Schema as a schema: `extract(jsonSchema<Person>({ type: 'object', … }), …)`. The type is yours to give.
 *
 * @param schema draft 2020-12, or draft 7; references local. Every answer is checked against it: `type`, `enum`, `const`,
 * all limits, `pattern`, `format` (as ajv-formats does), `properties` and what belongs to them, `items`, `prefixItems`,
 * `uniqueItems`, `anyOf`, `oneOf`, `allOf`, `$ref`. Patterns and formats are not held against strings of over 10,000
 * characters, and a least length is kept in code points or in UTF-16 units.
 * @throws SchemaError `not_expressible` for a keyword that is not checked, such as `if`, unless `validate` is given.
 */
export const jsonSchema = <T = unknown>(
  schema: JsonSchema,
  options: JsonSchemaOptions<T> = {},
): StandardJsonSchema<T, T> => {
  if (!isSchema(schema)) throw new TypeError('Cannot use this as a JSON Schema: it must be an object')
  const document = newest(JSON.parse(JSON.stringify(schema)))
  if (options.validate === undefined) refuseUnchecked(document)
  const validate = options.validate ?? checkOf(document)
  const described = (): Record<string, unknown> => ({ ...document })
  return {
    '~standard': {
      version: 1,
      vendor: 'decant',
      validate,
      jsonSchema: { input: described, output: described },
    },
  }
}

/** A document of draft 7 as one of draft 2020-12, in which a tuple has a keyword of its own. */
const newest = (schema: JsonSchema): JsonSchema => {
  const { items, additionalItems, ...rest } = mapSchemas(schema, newest)
  const list = Array.isArray(items)
    ? { ...rest, prefixItems: items, ...(additionalItems === undefined ? {} : { items: additionalItems }) }
    : { ...rest, ...(items === undefined ? {} : { items }) }
  return mapEntries(list, (keyword, value) => (definitions.has(keyword) ? everyBody(value, newest) : value))
}

const definitions = new Set(['$defs', 'definitions'])

const everyBody = (bodies: unknown, visit: (body: JsonSchema) => unknown): unknown =>
  isSchema(bodies) ? mapEntries(bodies, (_, body) => (isSchema(body) ? visit(body) : body)) : bodies

/** Keywords that change what is valid and that the check knows nothing of. */
const unchecked =
  'not if contains dependentRequired dependentSchemas dependencies unevaluatedProperties unevaluatedItems $dynamicRef $recursiveRef'

const refuseUnchecked = (schema: JsonSchema): JsonSchema => {
  const keyword = isNothing(without(schema, 'title', 'description'))
    ? undefined
    : unchecked.split(' ').find(each => Object.hasOwn(schema, each))
  if (keyword !== undefined) throw notChecked(`'${keyword}'`)
  const patterns = [schema.pattern ?? [], Object.keys(schema.patternProperties ?? {})].flat()
  const unsafe = patterns.find(pattern => patternOf(pattern) === undefined)
  if (unsafe !== undefined) throw notChecked(`the pattern '${unsafe}', which is none or may take exponential time,`)
  for (const bodies of [schema.$defs, schema.definitions]) everyBody(bodies, refuseUnchecked)
  return mapSchemas(schema, refuseUnchecked)
}

const notChecked = (what: string): SchemaError =>
  new SchemaError(
    `Cannot check answers against a JSON Schema with ${what}: give jsonSchema() a validate function, or leave it out`,
    'not_expressible',
  )

const checkOf = (document: JsonSchema) => {
  const check = compileCheck(document)
  return (value: unknown): Validated<any> => {
    const text = JSON.stringify(value)
    if (text === undefined) return { issues: [missing] }
    const checker = check.start()
    const parser = createJsonParser({ maxDepth: Infinity, maxLength: Infinity, follower: checker })
    parser.feed(text)
    parser.finish()
    const { issues } = checker
    return issues.length > 0 ? { issues } : { value: value as JsonValue }
  }
}

const missing: Issue = { path: [], code: 'invalid_type', message: 'expected a value, got nothing' }
