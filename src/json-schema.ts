import { compileExact } from './decode/check/index.ts'
import { patternOf } from './decode/check/pattern.ts'
import { SchemaError } from './errors.ts'
import { createJsonParser, type JsonValue } from './json/index.ts'
import { isNothing } from './schema/inexpressible.ts'
import { resolve } from './schema/references.ts'
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
 * all limits, `pattern`, `format` (`date`, `time`, `date-time`, `duration`, `email`, `hostname`, `ipv4`, `ipv6`, `uri`,
 * `uuid`; any other is an annotation), `properties` and what belongs to them, `items`, `prefixItems`, `uniqueItems`,
 * `anyOf`, `oneOf`, `allOf`, `$ref`. Patterns and formats are not held against strings of over 10,000 characters; up to
 * there a pattern takes what time it takes.
 * @throws SchemaError `not_expressible` for what is not checked - a keyword such as `if`, a reference out of the document,
 * a keyword's value that the draft forbids - unless `validate` is given.
 */
export const jsonSchema = <T = unknown>(
  schema: JsonSchema,
  options: JsonSchemaOptions<T> = {},
): StandardJsonSchema<T, T> => {
  if (!isSchema(schema)) throw new TypeError('Cannot use this as a JSON Schema: it must be an object')
  const document = newest(JSON.parse(JSON.stringify(schema)))
  if (options.validate === undefined) refuseUnchecked(document, document)
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

/** @param moved a base of its own (`$id`) stands above, so that `#` is not the document. */
const refuseUnchecked = (schema: JsonSchema, document: JsonSchema, moved = false): JsonSchema => {
  const keyword = isNothing(without(schema, 'title', 'description'))
    ? undefined
    : unchecked.split(' ').find(each => Object.hasOwn(schema, each))
  if (keyword !== undefined) throw notChecked(`'${keyword}'`)
  const wrong = Object.keys(schema).find(each => Object.hasOwn(forms, each) && !forms[each]!(schema[each]))
  if (wrong !== undefined) throw notChecked(`${wrong}: ${JSON.stringify(schema[wrong])}, which draft 2020-12 forbids`)
  const based = moved || (schema !== document && schema.$id !== undefined)
  const { $ref } = schema
  if ($ref !== undefined && (based || !isBody(resolve($ref, document))))
    throw notChecked(`the reference '${$ref}', which leads to no place in it`)
  const patterns = [schema.pattern ?? [], Object.keys(schema.patternProperties ?? {})].flat()
  const unsafe = patterns.find(pattern => patternOf(pattern) === undefined)
  if (unsafe !== undefined) throw notChecked(`the pattern '${unsafe}', which is none or may take exponential time`)
  const inner = (each: JsonSchema): JsonSchema => refuseUnchecked(each, document, based)
  for (const bodies of [schema.$defs, schema.definitions]) everyBody(bodies, inner)
  return mapSchemas(schema, inner)
}

type Form = (value: any) => boolean

const isNumber: Form = value => typeof value === 'number'
const isCount: Form = value => Number.isInteger(value) && value >= 0
const isChoice: Form = value => Array.isArray(value) && value.length > 0
const isBody: Form = value => typeof value === 'boolean' || isSchema(value)
const isBodies: Form = value => isSchema(value) && Object.values(value).every(isBody)
const isText: Form = value => typeof value === 'string'
const isType: Form = value => 'null boolean integer number string array object'.split(' ').includes(value)

/** What may stand under a keyword: the check would go by anything else in a way of its own, draft 4's `exclusiveMinimum: true` for one. */
const forms: Readonly<Record<string, Form>> = {
  type: value => isType(value) || (isChoice(value) && value.every(isType)),
  enum: isChoice,
  required: value => Array.isArray(value) && value.every(key => typeof key === 'string'),
  properties: isBodies,
  patternProperties: isBodies,
  additionalProperties: isBody,
  propertyNames: isBody,
  items: isBody,
  prefixItems: Array.isArray,
  uniqueItems: value => typeof value === 'boolean',
  pattern: isText,
  format: isText,
  anyOf: isChoice,
  oneOf: isChoice,
  allOf: isChoice,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minProperties: isCount,
  maxProperties: isCount,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  multipleOf: value => isNumber(value) && value > 0,
}

const notChecked = (what: string): SchemaError =>
  new SchemaError(
    `Cannot check answers against a JSON Schema with ${what}: give jsonSchema() a validate function, or leave it out`,
    'not_expressible',
  )

const checkOf = (document: JsonSchema) => {
  const start = compileExact(document)
  return (value: unknown): Validated<any> => {
    const text = JSON.stringify(value)
    if (text === undefined) return { issues: [missing] }
    const checker = start()
    const parser = createJsonParser({ maxDepth: Infinity, maxLength: Infinity, follower: checker })
    parser.feed(text)
    parser.finish()
    const { issues } = checker
    return issues.length > 0 ? { issues } : { value: value as JsonValue }
  }
}

const missing: Issue = { path: [], code: 'invalid_type', message: 'expected a value, got nothing' }
