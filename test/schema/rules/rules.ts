import type { Dialect } from '../../../src/schema/index.ts'
import { mapSchemas } from '../../../src/schema/walk.ts'
import type { JsonSchema } from '../../../src/types.ts'

/** What is wrong with the `parameters` of a function by a provider's own words; shares no code with the compiler. */
export type Rules = (parameters: JsonSchema) => string[]

const everySchema = (schema: JsonSchema): JsonSchema[] => {
  const found = [schema, ...Object.values((schema.$defs ?? {}) as Record<string, JsonSchema>).flatMap(everySchema)]
  mapSchemas(schema, child => found.push(...everySchema(child)))
  return found
}

const words = (text: string): Set<string> => new Set(text.split(/\s+/))

/** Keywords outside of the list, in any schema. */
const unknown = (schemas: readonly JsonSchema[], known: Set<string>): string[] =>
  schemas.flatMap(schema => Object.keys(schema).filter(keyword => !known.has(keyword)))

const problem = (schemas: readonly JsonSchema[], what: string, wrong: (schema: JsonSchema) => boolean): string[] =>
  schemas.filter(wrong).map(schema => `${what}: ${JSON.stringify(schema)}`)

const typesOf = ({ type }: JsonSchema): unknown[] => [type].flat()

const isCircular = (root: JsonSchema): boolean => {
  const bodies = (root.$defs ?? {}) as Record<string, JsonSchema>
  const reaches = (schema: JsonSchema, seen: readonly unknown[]): boolean =>
    everySchema({ ...schema, $defs: undefined }).some(
      ({ $ref }) =>
        $ref !== undefined &&
        ($ref === '#' || seen.includes($ref) || reaches(bodies[String($ref).slice(8)]!, [...seen, $ref])),
    )
  return reaches(root, [])
}

const rootIsObject = (root: JsonSchema): string[] =>
  root.type === 'object' &&
  root.properties !== undefined &&
  !('anyOf' in root) &&
  !('allOf' in root) &&
  !('oneOf' in root)
    ? []
    : ['the root is no plain object']

/**
 * https://platform.openai.com/docs/guides/structured-outputs#supported-schemas: root object and no anyOf; all fields required;
 * additionalProperties false; no allOf, not, dependentRequired, dependentSchemas, if; 5,000 properties, 10 levels, 1,000 enum
 * values; formats date-time, time, date, duration, email, hostname, ipv4, ipv6, uuid. No keyword beside a $ref
 * (https://github.com/vectorize-io/hindsight/pull/3944), every schema with a type.
 */
const openaiStrict: Rules = root => {
  const schemas = everySchema(root)
  const keywords = `type enum const description properties required additionalProperties items minItems maxItems minimum maximum
    exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern format anyOf $ref $defs`
  const objects = schemas.filter(schema => typesOf(schema).includes('object'))
  return [
    ...rootIsObject(root),
    ...unknown(schemas, words(keywords)),
    ...problem(objects, 'open', schema => schema.additionalProperties !== false),
    ...problem(
      objects,
      'optional',
      ({ properties = {}, required }) => `${Object.keys(properties as object)}` !== `${required ?? 'none'}`,
    ),
    ...problem(schemas, 'beside $ref', schema => '$ref' in schema && Object.keys(schema).length > 1),
    ...problem(schemas, 'untyped', schema => !['type', 'anyOf', '$ref', 'enum'].some(keyword => keyword in schema)),
    ...problem(
      schemas,
      'format',
      ({ format }) =>
        format !== undefined &&
        !words('date-time time date duration email hostname ipv4 ipv6 uuid').has(String(format)),
    ),
  ]
}

/**
 * https://docs.x.ai/developers/model-capabilities/text/structured-outputs: types, enum, const, anyOf, oneOf, allOf of a single
 * schema, $ref that is not circular, optional by absence.
 */
const xai: Rules = root => [
  ...rootIsObject(root),
  ...(isCircular(root) ? ['circular'] : []),
  ...problem(everySchema(root), 'allOf', ({ allOf }) => Array.isArray(allOf) && allOf.length > 1),
]

/**
 * https://ai.google.dev/api/caching#Schema, the fields of a function's `parameters`; anything else is a 400 `Unknown name`
 * (https://github.com/openswarm-ai/openswarm/issues/24, https://github.com/pizza-bot-app/pizza-bot/issues/62), and `enum` is
 * for strings (https://github.com/BrokkAi/bifrost/issues/25).
 */
const gemini: Rules = root => {
  const schemas = everySchema(root)
  const keywords = `type format description enum maxItems minItems properties required items minimum maximum minLength maxLength anyOf`
  return [
    ...rootIsObject(root),
    ...unknown(schemas, words(keywords)),
    ...problem(schemas, 'type list', ({ type }) => Array.isArray(type)),
    ...problem(schemas, 'enum', ({ enum: each = [] }) => (each as unknown[]).some(value => typeof value !== 'string')),
    ...problem(schemas, 'required', ({ properties = {}, required = [] }) =>
      (required as string[]).some(key => !Object.hasOwn(properties as object, key)),
    ),
  ]
}

/**
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations: no recursion, no numeric or
 * length limits, minItems 0 or 1, additionalProperties false, formats of a list; no anyOf at the root
 * (https://github.com/anthropics/claude-code/issues/40075).
 */
const anthropic: Rules = root => {
  const schemas = everySchema(root)
  const keywords = `type enum const description properties required additionalProperties items minItems format anyOf $ref $defs`
  return [
    ...rootIsObject(root),
    ...unknown(schemas, words(keywords)),
    ...(isCircular(root) ? ['circular'] : []),
    ...problem(
      schemas.filter(schema => typesOf(schema).includes('object')),
      'open',
      schema => schema.additionalProperties !== false,
    ),
    ...problem(schemas, 'minItems', ({ minItems = 0 }) => Number(minItems) > 1),
    ...problem(
      schemas,
      'format',
      ({ format }) =>
        format !== undefined &&
        !words('date-time time date duration email hostname uri ipv4 ipv6 uuid').has(String(format)),
    ),
  ]
}

/** OpenAI without `strict` refuses only a root that is no object (https://platform.openai.com/docs/guides/function-calling). */
export const rules: Readonly<Record<Dialect, Rules>> = {
  plain: rootIsObject,
  openai: rootIsObject,
  groq: rootIsObject,
  'openai-strict': openaiStrict,
  xai,
  gemini,
  anthropic,
}
