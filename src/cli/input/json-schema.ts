import type { JsonSchema, Schema, StandardJsonSchema } from 'decant'
import { UsageError } from '../failure.ts'

/** A schema that is sent as it is, and whose answers are taken as they come: for answers known beforehand. */
export const asSent = <T>(schema: JsonSchema): StandardJsonSchema<T, T> => {
  const said = () => ({ ...schema })
  return {
    '~standard': {
      version: 1,
      vendor: 'decant',
      validate: value => ({ value }),
      jsonSchema: { input: said, output: said },
    },
  }
}

/**
 * The schema of a JSON Schema file: sent as it stands there, answers judged by the installed Zod's own reading of it.
 *
 * @throws UsageError when the installed Zod is too old, or cannot read this schema
 */
export const readJsonSchema = async (schema: JsonSchema, file: string): Promise<Schema> => {
  const { z } = (await import('zod')) as { z: { fromJSONSchema?: (schema: JsonSchema) => Schema } }
  if (z.fromJSONSchema === undefined) {
    throw new UsageError(
      `Cannot use '${file}': judging by a JSON Schema needs zod 4.2 or later beside decant`,
      'npm install zod@latest, or declare the schema in a module',
    )
  }
  try {
    const judge = z.fromJSONSchema(schema)
    const sent = asSent<unknown>(schema)
    return { '~standard': { ...sent['~standard'], validate: value => judge['~standard'].validate(value) } }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`Cannot use '${file}' as a JSON Schema: ${why}`, undefined, { cause })
  }
}
