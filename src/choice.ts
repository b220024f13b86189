import { Composer } from './decode/composer.ts'
import { ConfigError, SchemaError } from './errors.ts'
import { callTexts, faultInCalls, isInCall, pathInCalls, repairCalls } from './repair/choice.ts'
import type { Fault } from './repair/fault.ts'
import { compileSchema, type Declaration, type Dialect, validatorOf } from './schema/index.ts'

import { mapSchemas } from './schema/walk.ts'
import type { Input, Issue, JsonSchema, Message, Output, Schema, StandardJsonSchema } from './types.ts'
import type { Turn, WireCall } from './wire/wire.ts'

/** Alternatives by name; each one is a function, and its schema an object's. */
export type Members = Readonly<Record<string, Schema>>

export type NamedInput<M extends Members> = {
  [K in keyof M & string]: { name: K; value: Input<M[K]> }
}[keyof M & string]

export type NamedOutput<M extends Members> = {
  [K in keyof M & string]: { name: K; value: Output<M[K]> }
}[keyof M & string]

/** What a run has to know of a choice, and all that is done for one: who never makes a choice does not load it. */
export interface Choice {
  readonly many: boolean
  readonly members: Members
  /** @throws SchemaError `bad_root`. */
  readonly declarations: (dialect: Dialect) => Declaration<unknown, unknown>[]
  /** Puts the calls together as one text, which it feeds. */
  readonly composer: (wrapper: string | undefined, feed: (text: string) => void) => Composer
  /** The messages that ask for the calls again. */
  readonly repairMessages: (turn: Turn, fault: Fault, calls: readonly WireCall[]) => Message[]
  /** What is wrong with the text of all, in the words of the calls. */
  readonly told: (fault: Fault, calls: readonly WireCall[]) => Fault
  /** A path of the answer as the model knows it, from its calls. */
  readonly known: (path: Issue['path']) => Issue['path']
  /** Whether a path stands inside of the arguments of a call, and not at what makes it a call. */
  readonly isInside: (path: Issue['path']) => boolean
  /** The arguments of each call, from the text of all. */
  readonly split: (text: string, wrapper: string | undefined) => string[]
}

const carried = Symbol.for('decant.choice')

/**
 * One of several functions, the model picks: `extract(oneOf({ refund: Refund, escalate: Escalate }), mail, …)`. The output
 * is `{ name, value }`, a discriminated union.
 *
 * @throws TypeError for no members; ConfigError `bad_option` for a name that no provider takes. `extract` throws SchemaError
 * `bad_root` for a member that is no object schema.
 */
export const oneOf = <M extends Members>(members: M): StandardJsonSchema<NamedInput<M>, NamedOutput<M>> =>
  choiceSchema(false, checked('oneOf', members))

/**
 * Calls of several functions, as many as the model makes: `extract(manyOf({ add: Operands, multiply: Operands }), …)`. The
 * output is a list of `{ name, value }`; `elements()` has each one as its call closes.
 *
 * @throws as `oneOf` does.
 */
export const manyOf = <M extends Members>(members: M): StandardJsonSchema<NamedInput<M>[], NamedOutput<M>[]> =>
  choiceSchema(true, checked('manyOf', members))

/** The choice behind a schema that `oneOf` or `manyOf` made, in whichever copy of this module. */
export const choiceOf = (schema: unknown): Choice | undefined =>
  (schema as { readonly [carried]?: Choice } | null | undefined)?.[carried]

const checked = (verb: string, members: Members): Members => {
  const names = Object.keys(Object(members))
  if (names.length === 0) throw new TypeError(`Cannot choose between no members: give ${verb}({ name: schema, … })`)
  for (const name of names) {
    if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) continue
    throw new ConfigError(`Cannot offer member '${name}': a name has 1 to 64 letters, digits, _ or -`, 'bad_option')
  }
  return members
}

/** A choice is a schema like any other: where it cannot be functions it is a union of `{ name, value }`. */
const choiceSchema = (many: boolean, members: Members): StandardJsonSchema<any, any> => {
  const choice: Choice = {
    many,
    members,
    declarations: dialect => declarationsOf(members, dialect),
    composer: (wrapper, feed) => new Composer(many, wrapper, feed),
    repairMessages: (turn, fault, calls) => repairCalls(turn, fault, calls, many),
    told: (fault, calls) => faultInCalls(fault, calls, many),
    known: path => pathInCalls(path, many),
    isInside: path => isInCall(path, many),
    split: (text, wrapper) => callTexts(text, wrapper, many),
  }
  const describe = (): Record<string, unknown> => describeChoice(choice)
  const schema: StandardJsonSchema<any, any> = {
    '~standard': {
      version: 1,
      vendor: 'decant',
      validate: value => validateChoice(choice, value),
      jsonSchema: { input: describe, output: describe },
    },
  }
  return Object.defineProperty(schema, carried, { value: choice })
}

const declarationsOf = (members: Members, dialect: Dialect): Declaration<unknown, unknown>[] =>
  Object.entries(members).map(([name, schema]) => {
    const declaration = compileSchema<unknown, unknown>(schema, { name, dialect })
    if (declaration.wrapper === undefined && !declaration.isText) return declaration
    throw new SchemaError(
      `Cannot offer '${name}' as a function: its schema must be an object's; wrap it in z.object({ … })`,
      'bad_root',
      { path: [name] },
    )
  })

const describeChoice = ({ many, members }: Choice): Record<string, unknown> => {
  const definitions: Record<string, JsonSchema> = {}
  const branches = Object.entries(members).map(([name, schema]) => {
    const { $defs = {}, ...root } = compileSchema<unknown, unknown>(schema, { name }).canonical
    for (const [key, body] of Object.entries({ '': root, ...($defs as Record<string, JsonSchema>) }))
      definitions[key === '' ? name : `${name}.${key}`] = moved(body, name)
    return {
      type: 'object',
      properties: { name: { const: name }, value: { $ref: `#/$defs/${name}` } },
      required: ['name', 'value'],
    }
  })
  const one = { anyOf: branches }
  return { ...(many ? { type: 'array', items: one } : one), $defs: definitions }
}

/** References of a member's own document, in the document of the choice. */
const moved = (schema: JsonSchema, name: string): JsonSchema => {
  const inner = mapSchemas(schema, child => moved(child, name))
  if (typeof inner.$ref !== 'string') return inner
  return { ...inner, $ref: `#/$defs/${name}${inner.$ref.replace('#', '').replace('/$defs/', '.')}` }
}

type Checked = { readonly value: unknown } | { readonly issues: readonly Issue[] }

const validateChoice = async ({ many, members }: Choice, value: unknown): Promise<Checked> => {
  if (!many) return validateNamed(members, value, [])
  if (!Array.isArray(value)) return { issues: [{ path: [], code: 'invalid_type', message: 'must be a list' }] }
  const all = await Promise.all(value.map((each, index) => validateNamed(members, each, [index])))
  const issues = all.flatMap(each => ('issues' in each ? each.issues : []))
  return issues.length > 0 ? { issues } : { value: all.map(each => ('value' in each ? each.value : undefined)) }
}

/** @throws what the user's own schema throws. */
const validateNamed = async (members: Members, value: unknown, path: Issue['path']): Promise<Checked> => {
  const { name, value: inner } = Object(value) as { name?: unknown; value?: unknown }
  if (typeof name !== 'string' || !Object.hasOwn(members, name)) {
    const names = Object.keys(members).map(each => `'${each}'`)
    return { issues: [{ path: [...path, 'name'], code: 'invalid_value', message: `must be ${names.join(' or ')}` }] }
  }
  const result = await validatorOf<unknown, unknown>(members[name]!)(inner)
  if ('value' in result) return { value: { name, value: result.value } }
  if ('cause' in result) throw result.cause
  return { issues: result.issues.map(issue => ({ ...issue, path: [...path, 'value', ...issue.path] })) }
}
