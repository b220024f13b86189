import { globalRegistry, regexes, safeParseAsync, toJSONSchema } from 'zod/v4/core'
import type { JsonSchema } from '../types.ts'
import { inexpressible, nothing } from './inexpressible.ts'
import { isObjectLike, isSteady, type Language } from './language.ts'
import { refersToRoot } from './references.ts'
import { type Check, formats, LENIENT, LOCAL_DATE_TIME, patternCheck, stringSchema } from './strings.ts'
import { mapOf, setOf, typed } from './typed.ts'
import { without } from './walk.ts'

/** A Zod 4 schema, classic or mini, of any copy of Zod. */
interface Zod4 {
  readonly _zod: {
    readonly def: Definition
    readonly optin?: string | undefined
    readonly bag?: { readonly Class?: unknown }
  }
  readonly meta?: () => JsonSchema | undefined
}

interface Definition {
  readonly type: string
  readonly coerce?: boolean
  readonly mode?: string
  readonly values?: readonly unknown[]
  readonly innerType?: Zod4
  readonly keyType?: Zod4
  readonly valueType?: Zod4
  readonly in?: Zod4
  readonly items?: readonly Zod4[]
  readonly rest?: Zod4 | null
  readonly defaultValue?: unknown
  readonly checks?: readonly { readonly _zod: { readonly def: CheckDefinition } }[]
}

interface CheckDefinition {
  readonly check?: string
  readonly format?: string
  readonly pattern?: RegExp
  readonly minimum?: number
  readonly maximum?: number
  readonly length?: number
  readonly local?: boolean
  readonly precision?: number | null
}

export const zod4: Language = {
  speaks: schema => isObjectLike(schema) && '_zod' in schema,

  describe(schema) {
    const json = convert(schema)
    const { title, id } = metadata.get(schema) ?? {}
    const name = title ?? id
    return name === undefined ? json : { ...json, title: name }
  },

  async check(schema, value) {
    const { success, data, error } = await safeParseAsync(schema, value)
    return success ? { value: data } : { issues: error.issues }
  },
}

const convert = (schema: Zod4, open: ReadonlySet<Zod4> = new Set()): JsonSchema =>
  toJSONSchema(schema as never, {
    io: 'input',
    // Everything that cannot be said comes through as `{}` and is told apart here: a handler that could say so itself
    // is newer than the oldest Zod we take.
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) =>
      express(zodSchema as unknown as Zod4, jsonSchema as Record<string, unknown>, open),
    metadata: metadata as typeof globalRegistry,
  })

/** A schema made by another copy of Zod keeps its metadata in that copy's registry, which only the schema itself can read. */
const metadata = {
  get: (schema: Zod4): JsonSchema | undefined =>
    typeof schema.meta === 'function' ? schema.meta() : globalRegistry.get(schema as never),
}

/** Puts right what Zod's conversion of one schema leaves out, guesses or adds of its own. */
function express(schema: Zod4, json: Record<string, unknown>, open: ReadonlySet<Zod4>): void {
  const { def } = schema._zod
  const rewrites =
    def.type === 'string'
      ? false
      : (def.type === 'pipe' && def.in?._zod.def.type === 'transform') ||
        def.checks?.some(check => check._zod.def.check === 'overwrite')
  if (def.coerce || def.type === 'catch' || rewrites) json[LENIENT] = true
  switch (def.type) {
    case 'string':
      for (const keyword of stringKeywords) delete json[keyword]
      Object.assign(json, stringSchema(stringChecks(def)), ownKeywords(schema))
      break
    case 'date':
      Object.assign(
        json,
        def.coerce ? { type: 'string', format: 'date-time' } : { ...typed.date, ...ownKeywords(schema) },
      )
      break
    case 'bigint':
      Object.assign(json, def.coerce ? { type: 'string' } : { ...typed.bigint, ...ownKeywords(schema) })
      break
    case 'map':
    case 'set':
      Object.assign(json, collection(schema, open), ownKeywords(schema))
      break
    case 'symbol':
    case 'function':
    case 'nan':
    case 'custom':
      Object.assign(json, schema._zod.bag?.Class === URL ? typed.url : inexpressible(def.type), ownKeywords(schema))
      break
    case 'file':
      replace(json, { ...inexpressible('file'), ...ownKeywords(schema) })
      break
    case 'undefined':
    case 'void':
      replace(json, nothing())
      break
    case 'literal':
      if (def.values?.every(value => value === undefined)) replace(json, nothing())
      if (def.values?.some(value => typeof value === 'bigint' || typeof value === 'symbol')) {
        replace(json, { ...inexpressible('literal'), ...ownKeywords(schema) })
      }
      break
    case 'default':
    case 'prefault':
      if (!isSteady(json.default, def.defaultValue)) delete json.default
      break
    case 'catch':
      // Zod writes the value of .catch() as the default, but nothing in the input stands for it.
      delete json.default
      Object.assign(json, ownDefault(def.innerType?._zod.def))
      break
    case 'tuple':
      if ('prefixItems' in json) Object.assign(json, tupleSizes(def), { ...json })
      break
    case 'record':
      // A loose record passes keys of other names through; Zod writes it as if it did not.
      if (def.mode === 'loose' && Object.keys(json.propertyNames ?? {}).length > 1) {
        delete json.propertyNames
        json.additionalProperties = true
      }
      break
  }
}

/** Zod converts no Map and no Set, nor what they hold: a conversion of its own, in which nothing may refer to another. */
function collection(schema: Zod4, open: ReadonlySet<Zod4>): JsonSchema {
  const { type, keyType, valueType, checks = [] } = schema._zod.def
  if (open.has(schema)) return inexpressible(type as 'map' | 'set')
  const members = [keyType, valueType].map(
    each => each && without(convert(each, new Set([...open, schema])), '$schema'),
  )
  if (members.some(each => each !== undefined && ('$defs' in each || refersToRoot(each)))) {
    return inexpressible(type as 'map' | 'set')
  }
  const least = Math.max(0, ...checks.map(({ _zod: { def } }) => (def.check === 'min_size' ? def.minimum! : 0)))
  return type === 'map' ? mapOf(members[0], members[1], least) : setOf(members[1], least)
}

/** How long a tuple may be, which Zod before 4.5 leaves out. */
function tupleSizes({ items = [], rest }: Definition): JsonSchema {
  let least = items.length
  while (least > 0 && items[least - 1]!._zod.optin !== undefined) least--
  return { ...(least > 0 ? { minItems: least } : {}), ...(rest ? {} : { maxItems: items.length }) }
}

/** The default inside a catch; reading it twice makes it twice. */
const ownDefault = (def: Definition | undefined): JsonSchema =>
  def?.type === 'default' && isSteady(def.defaultValue, def.defaultValue) ? { default: def.defaultValue } : {}

const stringKeywords = ['minLength', 'maxLength', 'format', 'pattern', 'allOf', 'contentEncoding']

const ownKeywords = (schema: Zod4): JsonSchema => {
  const { id: _, ...keywords } = metadata.get(schema) ?? {}
  return keywords
}

const replace = (json: Record<string, unknown>, by: JsonSchema): void => {
  for (const keyword of Object.keys(json)) delete json[keyword]
  Object.assign(json, by)
}

/** A format such as z.email() is a string and its own first check. */
const stringChecks = (def: Definition & CheckDefinition): Check[] =>
  [...(def.check === undefined ? [] : [def]), ...(def.checks ?? []).map(check => check._zod.def)].flatMap(asCheck)

/** Zod's own pattern of an email, in this copy or as it began before 4.6; `z.email({ pattern })` brings another, which decides. */
const isOwnEmail = ({ source }: RegExp): boolean =>
  source === regexes.email.source || source.startsWith(String.raw`^(?!\.)(?!.*\.\.)`)

function asCheck({
  check,
  format = '',
  pattern,
  minimum,
  maximum,
  length,
  local,
  precision,
}: CheckDefinition): Check[] {
  if (check === 'overwrite') return ['rewrites']
  if (check === 'min_length') return [{ exact: { minLength: minimum } }]
  if (check === 'max_length') return [{ exact: { maxLength: maximum } }]
  if (check === 'length_equals') return [{ exact: { minLength: length, maxLength: length } }]
  if (check !== 'string_format') return []
  if (format === 'datetime' && (local || precision === -1)) return [{ exact: LOCAL_DATE_TIME }]
  const named = formats.get(format)
  if (format === 'email' && pattern !== undefined && !isOwnEmail(pattern)) {
    return [{ hint: { format } }, patternCheck(pattern)]
  }
  return named !== undefined ? [{ exact: named }] : pattern === undefined ? [] : [patternCheck(pattern)]
}
