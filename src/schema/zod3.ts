import { ignoreOverride, type Options, parseDef, parseStringDef, type Refs, zodToJsonSchema } from 'zod-to-json-schema'
import type { JsonSchema } from '../types.ts'
import { inexpressible, nothing } from './inexpressible.ts'
import { isObjectLike, isSteady, type Language } from './language.ts'
import { type Check, formats, LENIENT, LOCAL_DATE_TIME, patternCheck, stringSchema } from './strings.ts'
import { mapOf, setOf, typed } from './typed.ts'
import { without } from './walk.ts'

/** The inside of a Zod 3 schema, of any copy of Zod. */
interface Definition {
  readonly typeName: string
  readonly description?: string
  readonly coerce?: boolean
  readonly value?: unknown
  readonly unknownKeys?: string
  readonly innerType?: Zod3
  readonly keyType?: Zod3
  readonly valueType?: Zod3
  readonly minSize?: { readonly value: number } | null
  readonly effect?: { readonly type: string }
  readonly defaultValue?: () => unknown
  readonly options?: readonly Zod3[] | ReadonlyMap<unknown, Zod3>
  readonly checks?: readonly StringCheck[]
}

interface Zod3 {
  readonly _def: Definition
}

interface StringCheck {
  readonly kind: string
  readonly regex?: RegExp
  readonly local?: boolean
  readonly version?: string
}

export const zod3: Language = {
  speaks: schema =>
    isObjectLike(schema) &&
    isObjectLike(schema._def) &&
    typeof schema._def.typeName === 'string' &&
    '~standard' in schema,

  describe(schema) {
    const definitions: Record<string, unknown> = {}
    const json = zodToJsonSchema(schema, { ...conversion, ...recursion(definitions) }) as JsonSchema
    return { ...json, $defs: definitions }
  },

  async check(schema, value) {
    const { success, data, error } = await schema.safeParseAsync(value)
    return success ? { value: data } : { issues: error.issues }
  },
}

const conversion: Partial<Options> = {
  pipeStrategy: 'input',
  // Only then is a plain object left open, as its schema is; `passthrough` is put back in `express`.
  removeAdditionalStrategy: 'strict',
  allowedAdditionalProperties: undefined,
}

/**
 * References for schemas that hold themselves, and for no others. The converter's own are paths through the document,
 * ambiguous for keys with a slash, and one for every reuse; without them it turns recursion into `{}` and a warning.
 */
function recursion(definitions: Record<string, unknown>): Partial<Options> {
  const open = new Set<unknown>()
  const names = new Map<unknown, string>()
  const reference = (def: unknown): any => ({ $ref: `#/$defs/${names.get(def)}` })
  return {
    $refStrategy: 'none',
    override(def) {
      if (open.has(def) && !names.has(def)) names.set(def, `__schema${names.size}`)
      if (names.has(def)) return reference(def)
      open.add(def)
      return ignoreOverride
    },
    postProcess(json, def, refs) {
      open.delete(def)
      const expressed = express((json ?? {}) as JsonSchema, def as unknown as Definition, refs)
      if (!names.has(def)) return expressed as any
      definitions[names.get(def)!] = expressed
      return reference(def)
    },
  }
}

/** Puts right what the conversion of one schema leaves out or guesses. */
function express(json: JsonSchema, def: Definition, refs: Refs): JsonSchema {
  const rewrites = def.typeName === 'ZodEffects' && def.effect?.type === 'preprocess'
  const lenient = def.coerce || def.typeName === 'ZodCatch' || rewrites ? { [LENIENT]: true } : {}
  const expressed = { ...meaning(json, def, refs), ...lenient }
  return def.description === undefined ? expressed : { ...expressed, description: def.description }
}

function meaning(json: JsonSchema, def: Definition, refs: Refs): JsonSchema {
  switch (def.typeName) {
    case 'ZodString':
      return stringSchema((def.checks ?? []).flatMap(check => asCheck(check, refs)))
    case 'ZodDate':
      return def.coerce ? { type: 'string', format: 'date-time' } : typed.date
    case 'ZodBigInt':
      return def.coerce ? { type: 'string' } : typed.bigint
    case 'ZodMap':
      return mapOf(parse(def.keyType!, refs), parse(def.valueType!, refs))
    case 'ZodSet':
      return setOf(parse(def.valueType!, refs), def.minSize?.value)
    case 'ZodSymbol':
      return inexpressible('symbol')
    case 'ZodFunction':
      return inexpressible('function')
    case 'ZodNaN':
      return inexpressible('nan')
    case 'ZodUndefined':
    case 'ZodVoid':
    case 'ZodNever':
      return nothing()
    case 'ZodLiteral':
      return literal(def.value)
    case 'ZodObject':
      return def.unknownKeys === 'passthrough' && json.additionalProperties === undefined
        ? { ...json, additionalProperties: true }
        : json
    // The converter squashes branches of primitive types into one list of types and loses what each of them said.
    case 'ZodUnion':
    case 'ZodDiscriminatedUnion':
      return 'anyOf' in json ? json : { anyOf: [...(def.options?.values() ?? [])].map(option => parse(option, refs)) }
    case 'ZodNullable':
      return 'anyOf' in json ? json : { anyOf: [parse(def.innerType!, refs), { type: 'null' }] }
    case 'ZodDefault':
      return isSteady(json.default, def.defaultValue?.()) ? json : without(json, 'default')
    default:
      return json
  }
}

const parse = (schema: Zod3, refs: Refs): unknown => parseDef(schema._def as never, refs)

const literal = (value: unknown): JsonSchema => {
  if (value === undefined) return nothing()
  return ['string', 'number', 'boolean'].includes(typeof value) || value === null
    ? { const: value }
    : inexpressible('literal')
}

const rewriting = new Set(['trim', 'toLowerCase', 'toUpperCase'])

function asCheck(check: StringCheck, refs: Refs): Check[] {
  const { kind, regex, local, version } = check
  if (rewriting.has(kind)) return ['rewrites']
  if (kind === 'regex' && regex !== undefined) return [patternCheck(regex)]
  if (kind === 'datetime' && local) return [{ exact: LOCAL_DATE_TIME }]
  const named = formats.get(kind === 'ip' ? `ip${version}` : kind)
  if (named !== undefined) return [{ exact: named }]
  // For either version of a range the converter asks for both at once.
  if (kind === 'cidr' && version === undefined) return []
  const { type: _, ...keywords } = parseStringDef({ checks: [check] } as never, refs) as JsonSchema
  return [{ exact: keywords }]
}
