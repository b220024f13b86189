import type { JsonSchema } from '../types.ts'
import { bounds, type Dialect, type DialectRules, dialects, rare } from './dialects.ts'
import { isNothing } from './inexpressible.ts'
import { refersToRoot, repoint } from './references.ts'
import { HINT, LENIENT } from './strings.ts'
import { mapEntries, mapSchemas, without } from './walk.ts'

/** What a dialect makes of a canonical schema. */
interface WireSchema {
  /** The `parameters` of the function; the root is always an object. */
  readonly wire: JsonSchema
  /** The key that holds the answer, when the canonical root could not stand at the root of a function. */
  readonly wrapper: string | undefined
}

const WRAPPER = 'value'

/**
 * The dialect that every provider takes: the canonical schema made compact, since every token of it is paid for on every
 * call. The root's title and description are the function's, a closed object need not say so, and a key that must not be
 * there is not mentioned.
 */
export function plain(canonical: JsonSchema, dialect: Dialect = 'plain'): WireSchema {
  const root = compact(without(canonical, 'title', 'description', '$defs'))
  const definitions = mapEntries((canonical.$defs ?? {}) as JsonSchema, (_, body) => compact(body as JsonSchema))
  const whole = Object.keys(definitions).length > 0 ? { ...root, $defs: definitions } : root
  const rules: DialectRules = dialects[dialect]
  const isRecord = (rules.closed || rules.noRest) && root.additionalProperties !== undefined
  if (root.type !== 'object' || isRecord || combining.some(keyword => keyword in root))
    return { wire: wrap(whole), wrapper: WRAPPER }
  // OpenAI refuses a function whose root does not name its properties, be there none.
  return { wire: 'properties' in whole ? whole : { ...whole, properties: {} }, wrapper: undefined }
}

/** Keywords that providers refuse at the root of a function. */
const combining = ['anyOf', 'allOf', 'not', 'enum', 'const', 'if', '$ref']

function wrap({ $defs = {}, ...root }: JsonSchema): JsonSchema {
  const definitions = $defs as Record<string, JsonSchema>
  if (![root, ...Object.values(definitions)].some(refersToRoot)) return envelope(root, definitions)
  // A root that holds itself has to have a name once it is not the root any more.
  let name = WRAPPER
  while (name in definitions) name += '_'
  const pointer = `#/$defs/${name}`
  const moved = mapEntries(definitions, (_, body) => repoint(body as JsonSchema, pointer))
  return envelope({ $ref: pointer }, { ...moved, [name]: repoint(root, pointer) })
}

const envelope = (inner: JsonSchema, definitions: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: { [WRAPPER]: inner },
  required: [WRAPPER],
  ...(Object.keys(definitions).length > 0 ? { $defs: definitions } : {}),
})

function compact(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(mapSchemas(schema, compact)).flatMap(([keyword, value]) => {
    if (keyword === HINT) return Object.entries(value as JsonSchema)
    // It is ours: how a partial is shown is nothing to the model.
    if (keyword === 'stream' || keyword === LENIENT) return []
    if (keyword === 'properties') return [[keyword, present(value as JsonSchema)]]
    return keywords.has(keyword) && !(keyword === 'additionalProperties' && value === false) ? [[keyword, value]] : []
  })
  return Object.fromEntries(entries)
}

const present = (properties: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(properties).filter(([, schema]) => !isNothing(schema)))

/** JSON Schema's own; what else a user wrote into the metadata of a schema is for the user's eyes. */
const keywords: ReadonlySet<string> = new Set(
  `${rare}${bounds}$ref $defs type enum const description properties required additionalProperties items prefixItems minItems pattern format anyOf allOf`.split(
    ' ',
  ),
)
