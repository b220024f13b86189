import type { Issue } from '../types.ts'

/** What a provider takes of JSON Schema, as far as it takes less than all of it. */
export interface DialectRules {
  /** Every property must be `required`: one that may be absent is sent as nullable, and its null is read as absent. */
  readonly allRequired?: boolean
  /** Every object must say `additionalProperties: false`: a record is sent as a list of `{ key, value }`. */
  readonly closed?: boolean
  /** `additionalProperties` is no keyword: a record is sent as a list of pairs here, too. */
  readonly noRest?: boolean
  /** A tuple is sent as a list of anything that its places take. */
  readonly noTuples?: boolean
  /** A `$ref` may lead back to what holds it. */
  readonly noRecursion?: boolean
  /** What a `$ref` leads to is written out in its place. */
  readonly noReferences?: boolean
  /** A list of types is sent as `anyOf`. */
  readonly noTypeLists?: boolean
  /** A choice may hold strings only: of others the description tells. */
  readonly textChoices?: boolean
  /** A place that says nothing of its type is refused. */
  readonly typed?: boolean
  /** An intersection that is no object is refused. */
  readonly noAllOf?: boolean
  /** Keywords of which the description tells instead. */
  readonly told?: string
  /** The only formats that are sent; the description tells of others. */
  readonly formats?: string
  /** Properties in all, levels of objects, choices in all. */
  readonly limits?: readonly [properties: number, levels: number, choices: number]
}

/** No provider enforces these, and each refuses some. */
export const rare =
  'default examples deprecated title patternProperties propertyNames minProperties maxProperties dependentRequired dependentSchemas unevaluatedProperties uniqueItems contains minContains maxContains unevaluatedItems contentEncoding contentMediaType not if then else '

/** Of numbers, strings and lists; every provider takes `minItems`, if only up to 1. */
export const bounds = 'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems '

/**
 * - `openai-strict`: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas. Groq's `strict: true`
 *   (https://console.groq.com/docs/structured-outputs) asks for the same.
 * - `xai`: https://docs.x.ai/developers/model-capabilities/text/structured-outputs ("non-circular references only", "allOf
 *   (single subschema only)"); arguments of tools are always strict there.
 * - `gemini`: https://ai.google.dev/gemini-api/docs/function-calling and its `Schema`; its OpenAI-compatible endpoint answers
 *   400 `Unknown name` for every other keyword and `TYPE_STRING` for a choice of numbers.
 * - `anthropic`: https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations.
 * - `plain`, `openai` without `strict`, and `groq` take whatever JSON Schema says.
 */
export const dialects = {
  plain: {},
  openai: {},
  groq: {},
  'openai-strict': {
    allRequired: true,
    closed: true,
    noTuples: true,
    noAllOf: true,
    typed: true,
    told: rare,
    formats: 'date-time time date duration email hostname ipv4 ipv6 uuid',
    limits: [5000, 10, 1000],
  },
  xai: { noRecursion: true, noAllOf: true },
  gemini: {
    noRest: true,
    noTuples: true,
    noReferences: true,
    noRecursion: true,
    noTypeLists: true,
    textChoices: true,
    noAllOf: true,
    told: `${rare}exclusiveMinimum exclusiveMaximum multipleOf pattern`,
    formats: 'date-time',
  },
  anthropic: {
    closed: true,
    noTuples: true,
    noRecursion: true,
    noTypeLists: true,
    noAllOf: true,
    typed: true,
    told: `${rare}${bounds}pattern`,
    formats: 'date-time time date duration email hostname uri ipv4 ipv6 uuid',
  },
} as const satisfies Record<string, DialectRules>

/** The rules by which a schema becomes the `parameters` of a function. */
export type Dialect = keyof typeof dialects

/** The dialect where the provider is asked to enforce the schema. */
export const strictDialect = (dialect: Dialect): Dialect =>
  dialect === 'xai' || dialect === 'gemini' || dialect === 'anthropic' ? dialect : 'openai-strict'

/** One thing that a schema could not say to a provider as it was. */
export interface Rewrite {
  /** In the user's shape; `[]` stands for any element or key. */
  readonly path: Issue['path']
  readonly rule: Rule
  /** Of a rule that several keywords break, which one; nothing of it is left but words. */
  readonly keyword?: string
}

/** What is done about it; `explain` says why. */
export type Rule =
  | 'optional as null'
  | 'records as pairs'
  | 'no tuples'
  | 'one type a place'
  | 'reference alone'
  | 'told in words'
