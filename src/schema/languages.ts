import { isObjectLike, type Language } from './language.ts'
import { standard } from './standard.ts'
import { zod3 } from './zod3.ts'
import { zod4 } from './zod4.ts'

/** In order: Zod 4 also has a `_def`, and its newer versions are Standard JSON Schema as well. */
const languages: readonly Language[] = [zod4, zod3, standard]

/** The language of a schema. Throws `TypeError` for what is none, with what it seems to be and what to do. */
export function languageOf(schema: unknown): Language {
  const language = languages.find(each => each.speaks(schema))
  if (language !== undefined) return language
  const [what, wanted] = diagnose(schema)
  throw new TypeError(`Cannot use '${what}' as a schema: ${wanted}`)
}

const accepted =
  'it must be a schema of Zod 4, Zod 4 mini, Zod 3 (3.25 or later), or one with Standard JSON Schema (ArkType, wrapped Valibot)'

function diagnose(schema: unknown): [what: string, wanted: string] {
  if (!isObjectLike(schema)) return [schema === null ? 'null' : typeof schema, accepted]
  const standardProps = schema['~standard']
  if (isObjectLike(schema._def) && typeof schema._def.typeName === 'string') {
    return ['a schema of an old Zod', 'zod 3.25.28 or later is needed']
  }
  if (isObjectLike(standardProps)) {
    const wrap =
      standardProps.vendor === 'valibot'
        ? 'wrap it in toStandardJsonSchema() of @valibot/to-json-schema'
        : 'its library must offer Standard JSON Schema (~standard.jsonSchema)'
    return [`a schema of ${String(standardProps.vendor)}`, wrap]
  }
  if (typeof schema === 'function') return ['a function', accepted]
  if (Array.isArray(schema)) return ['an array', accepted]
  if (Object.values(schema).some(value => languages.some(language => language.speaks(value)))) {
    return ['an object literal of schemas', 'wrap it in z.object({ … })']
  }
  if (jsonSchemaKeywords.some(keyword => keyword in schema)) {
    return ['a plain JSON Schema', 'wrap it in jsonSchema<YourType>({ … })']
  }
  return ['an object', accepted]
}

const jsonSchemaKeywords = ['$schema', '$ref', 'type', 'properties', 'anyOf', 'oneOf', 'allOf', 'enum']
