import { isComposite } from '../composite.ts'
import { SchemaError } from '../errors.ts'
import type { Issue, JsonSchema, Schema } from '../types.ts'
import { canonicalize } from './canonical.ts'
import type { Dialect, Rewrite } from './dialects.ts'
import { issuesOf, thrown } from './issues.ts'
import type { Language } from './language.ts'
import { languageOf } from './languages.ts'
import { functionName } from './name.ts'
import { repoint } from './references.ts'
import { rewrite } from './rewrite.ts'
import { annotations, hasOnly, mapEntries, propertiesOf, same } from './walk.ts'
import { plain } from './wire.ts'

/** The way from what a model wrote to what it must have meant: nothing else than case, blanks and quotes is between them. */
export interface Normalizer {
  /** Whether a string at a place of these schemas may be another value: it has to be read to its end first. */
  readonly waits: (schemas: readonly JsonSchema[]) => boolean
  /** What a string means there; the string itself where it fits, means nothing, or could mean two things. */
  readonly read: (schemas: readonly JsonSchema[], text: string) => string | number
}

/** A schema, ready to be asked for, followed and decoded. */
export interface Declaration<_I, O> {
  /** The function's name, legal for every provider: `^[a-zA-Z0-9_-]{1,64}$`. */
  readonly name: string
  readonly description: string | undefined
  /** The input side in the user's shape, every constraint kept: draft 2020-12 as plain JSON data. References are `#` or `#/$defs/name`. */
  readonly canonical: JsonSchema
  /** The function's `parameters` as they are sent: compact, the root always an object. */
  readonly wire: JsonSchema
  /** The key of `wire` that holds the answer, when the root had to be wrapped to be an object. */
  readonly wrapper: string | undefined
  /** Whose rules the wire schema keeps. */
  readonly dialect: Dialect
  /** What the provider's dialect could not say as it was; where there are any, values are read back through the inverse. */
  readonly rewrites: readonly Rewrite[]
  /** What a string may stand for, where the caller wants that to be known. */
  readonly normalizer?: Normalizer
  /** Whether a string and nothing else is declared: the answer is then the message text and no function is needed. */
  readonly isText: boolean
  /**
   * The user's own schema: transforms and refinements, async ones too, each run once. Never throws: what user code throws
   * becomes an issue `threw` with its `cause`, which no other answer of the model would mend.
   */
  readonly validate: (value: unknown) => Promise<{ value: O } | { issues: Issue[]; cause?: unknown }>
}

export interface SchemaOptions {
  /** Before the schema's own title or id. */
  readonly name?: string | undefined
  /** Before the schema's own description. */
  readonly description?: string | undefined
  /** Whose rules the wire schema keeps. Default `plain`: all that JSON Schema says. */
  readonly dialect?: Dialect | undefined
  /** When neither the option nor the schema has a name. Default `extract`. */
  readonly fallbackName?: string | undefined
}

/**
 * Compiles a schema of any library we speak into what is sent, what is followed and what decides at the end.
 *
 * A schema is compiled once: metadata that is added to a registry after its first use is not seen.
 *
 * Throws `SchemaError` when the schema cannot be sent - `not_expressible` with the path of the place, `empty_schema` for
 * a root that says nothing - and `TypeError` for what is no schema.
 */
export function compileSchema<I, O>(schema: Schema<I, O>, options: SchemaOptions = {}): Declaration<I, O> {
  const key = JSON.stringify([options.name, options.description, options.fallbackName, options.dialect])
  const known = compiled.get(schema)?.get(key)
  if (known !== undefined) return known
  const declaration = compile(schema, options)
  const kept = compiled.get(schema) ?? new Map()
  // Names and descriptions that are made per call must not pile up.
  if (kept.size === mostKept) kept.clear()
  compiled.set(schema, kept.set(key, declaration))
  return declaration
}

const mostKept = 16

/** Schemas do not change, and one is asked for again and again: per schema, the declarations by their options. */
const compiled = new WeakMap<object, Map<string, Declaration<any, any>>>()

function compile<I, O>(schema: Schema<I, O>, options: SchemaOptions): Declaration<I, O> {
  const language = languageOf(schema)
  const canonical = canonicalize(describe(language, schema))
  const { dialect = 'plain' } = options
  const { wire: whole, wrapper } = plain(canonical, dialect)
  const answer = wrapper === undefined ? whole : propertiesOf(whole)[wrapper]!
  if (hasOnly(answer, annotations)) {
    throw new SchemaError(
      "Cannot send a schema with 'any value' at the root: it tells the model nothing; name the fields with z.object({ … })",
      'empty_schema',
    )
  }
  const { wire, rewrites } = rewrite(whole, dialect, wrapper)
  // Both are handed out again and again, and end up in request bodies that a caller may look at.
  freeze(canonical)
  freeze(wire)
  return {
    name: functionName([options.name, canonical.title, options.fallbackName]),
    description: options.description ?? (canonical.description as string | undefined),
    canonical,
    wire,
    wrapper,
    dialect,
    rewrites,
    isText: same(answer, { type: 'string' }),
    validate: validatorOf(schema, language),
  }
}

/**
 * The schema as what decides whether a value is valid. It gets a copy: what it sorts or adds in place has been shown to
 * somebody, or will be kept.
 *
 * @throws TypeError for what is no schema.
 */
export function validatorOf<I, O>(
  schema: Schema<I, O>,
  language: Language = languageOf(schema),
): Declaration<I, O>['validate'] {
  return async value => {
    try {
      const checked = await language.check(schema, copyOf(value))
      return 'issues' in checked ? { issues: issuesOf(checked.issues) } : { value: checked.value as O }
    } catch (error) {
      return { issues: [thrown(error)], cause: error }
    }
  }
}

/**
 * A function of our own whose parameters are made of parts of a canonical schema. It takes whatever comes: what its
 * arguments are good for is decided by the schema that the parts are from.
 */
export function compileParts(
  { $defs = {}, ...root }: JsonSchema,
  parameters: JsonSchema,
  { name, description, dialect }: { readonly name: string; readonly description: string; readonly dialect: Dialect },
): Declaration<unknown, unknown> {
  const definitions = $defs as Record<string, JsonSchema>
  // What refers to the root does not stand in it any more; what nothing refers to is left out.
  let self = 'whole'
  while (self in definitions) self += '_'
  const move = (part: unknown): JsonSchema => repoint(part as JsonSchema, `#/$defs/${self}`)
  const bodies = mapEntries({ ...definitions, [self]: root }, (_, body) => move(body))
  const canonical = canonicalize({ ...move(parameters), $defs: bodies })
  const validate = async (value: unknown): Promise<{ value: unknown }> => ({ value })
  const { wire: whole, wrapper } = plain(canonical, dialect)
  const { wire, rewrites } = rewrite(whole, dialect, wrapper)
  return { name, description, canonical, wire, wrapper, dialect, rewrites, isText: false, validate }
}

/** Lists and plain objects anew; a Date or Map was made for this value alone. */
export const copyOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copyOf)
  if (!isComposite(value) || Object.getPrototypeOf(value) !== Object.prototype) return value
  const copy: Record<string, unknown> = { ...value }
  // A key that is there is set as it is: of `__proto__` too.
  for (const key of Object.keys(copy)) copy[key] = copyOf(copy[key])
  return copy
}

const freeze = (value: unknown): void => {
  if (!isComposite(value) || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const each of Object.values(value)) freeze(each)
}

/** A library may refuse a schema in words of its own, and a schema without end overflows the stack. */
function describe(language: Language, schema: unknown): JsonSchema {
  try {
    return language.describe(schema)
  } catch (cause) {
    throw new SchemaError(
      `Cannot send a schema that JSON Schema cannot express: ${thrown(cause).message}`,
      'not_expressible',
      { cause },
    )
  }
}
