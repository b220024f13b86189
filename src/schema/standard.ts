import type { JsonSchema, StandardJsonSchema } from '../types.ts'
import { inexpressible, type Kind, nothing } from './inexpressible.ts'
import type { RawIssue } from './issues.ts'
import { isObjectLike, type Language } from './language.ts'
import { typed } from './typed.ts'

/** Any library that carries Standard JSON Schema, ArkType for one. */
export const standard: Language = {
  speaks: schema =>
    isObjectLike(schema) &&
    isObjectLike(schema['~standard']) &&
    isObjectLike(schema['~standard'].jsonSchema) &&
    typeof schema['~standard'].jsonSchema.input === 'function',

  describe(schema: StandardJsonSchema<unknown, unknown>) {
    const { jsonSchema, vendor } = schema['~standard']
    const options = {
      target: 'draft-2020-12',
      ...(vendor === 'arktype' ? { libraryOptions: { fallback: arktype } } : {}),
    }
    return jsonSchema.input(options)
  },

  async check(schema: StandardJsonSchema<unknown, unknown>, value) {
    const result = (await schema['~standard'].validate(value)) as { value: unknown; issues?: readonly RawIssue[] }
    return result.issues === undefined ? { value: result.value } : { issues: result.issues }
  },
}

/** ArkType says `{}` where JSON has no word, unless told otherwise by kind of difficulty (its `ToJsonSchema` fallbacks). */
const arktype = {
  date: () => typed.date,
  unit: ({ unit }: { unit?: unknown }): JsonSchema => (unit === undefined ? nothing() : inexpressible('literal')),
  domain: ({ domain }: { domain?: string }) =>
    domain === 'bigint' ? typed.bigint : inexpressible(domain === 'symbol' ? domain : 'custom'),
  proto: ({ proto }: { proto?: { readonly name?: string } }) =>
    proto?.name === 'URL' ? typed.url : inexpressible(protos[proto?.name ?? ''] ?? 'custom'),
}

const protos: Readonly<Record<string, Kind>> = {
  Map: 'map',
  Set: 'set',
  Function: 'function',
  File: 'file',
}
