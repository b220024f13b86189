import { type Choice, choiceOf } from './choice.ts'
import { ConfigError } from './errors.ts'
import { type PlannedExample, planExamples } from './examples.ts'
import { checkOptions } from './options.ts'
import { compileSchema, type Declaration, type Dialect, strictDialect } from './schema/index.ts'
import type { Examples, Model, Options, Prompt, Schema, Tool } from './types.ts'
import type { Provider } from './wire/provider.ts'
import { resolveModel } from './wire/providers.ts'
import type { WireFunction } from './wire/wire.ts'

interface PlannedTool {
  readonly declaration: Declaration<unknown, unknown>
  readonly execute: Tool['execute']
}

/** Everything that a run needs and that is known before anything is sent, but the prompt: the same from record to record. */
export interface Plan<I, O> {
  readonly declaration: Declaration<I, O>
  /** Where the schema is one: its members are the functions. */
  readonly choice: Choice | undefined
  readonly provider: Provider
  readonly modelId: string
  readonly examples: readonly PlannedExample[]
  readonly tools: ReadonlyMap<string, PlannedTool>
  /** As sent with every request: the tools, then the answer. */
  readonly functions: readonly WireFunction[]
  /** The last of them: those whose arguments are the answer. */
  readonly answers: readonly WireFunction[]
  readonly options: Options<any>
  readonly maxSteps: number
  readonly maxRetries: number
  readonly maxRetryDelay: number
  readonly maxRepairs: number
  /** The same for every other model that may be asked, in order. */
  readonly fallbacks: readonly Plan<I, O>[]
}

/**
 * @throws what `extract` throws before it returns: `TypeError` and `RangeError` for misuse, `ConfigError` for an unknown
 * provider, `SchemaError` for a schema that cannot be sent.
 */
export const planOf = <I, O>(schema: Schema<I, O>, options: Options<any> & Examples<Prompt, I>): Plan<I, O> => {
  checkOptions(options as unknown as Record<string, unknown>)
  const { provider, id } = targetOf(options.model, options)
  const others = (options.fallback ?? []).map(model => targetOf(model, options))
  const spoken = spokenTo(provider, schema, options)
  // One provider's credentials are none of another's business.
  const bare = { ...options, apiKey: undefined, headers: undefined }
  const fallbacks = others.map(other => {
    const isSame = other.provider.row.dialect === provider.row.dialect
    const its = isSame ? spoken : spokenTo(other.provider, schema, options)
    return planned(its, other, other.provider === provider ? options : bare, [])
  })
  return planned(spoken, { provider, id }, options, fallbacks)
}

/** Assigned and not spread: then every plan has the same shape, however many extractors there are. */
const planned = <I, O>(
  spoken: Spoken<I, O>,
  { provider, id }: ReturnType<typeof resolveModel>,
  options: Options<any>,
  fallbacks: readonly Plan<I, O>[],
): Plan<I, O> =>
  Object.assign({}, spoken, {
    provider,
    modelId: id,
    options,
    maxSteps: options.maxSteps ?? 5,
    maxRetries: options.maxRetries ?? 2,
    maxRetryDelay: options.maxRetryDelay ?? 60_000,
    maxRepairs: options.maxRepairs ?? 1,
    fallbacks,
  })

/** Whose rules a schema keeps. */
export const dialectOf = ({ row }: Provider, { strict }: Pick<Options<any>, 'strict'>): Dialect =>
  strict ? strictDialect(row.dialect) : row.dialect

/** What of a plan depends on the provider's dialect. */
type Spoken<I, O> = Pick<Plan<I, O>, 'declaration' | 'choice' | 'examples' | 'tools' | 'functions' | 'answers'>

const spokenTo = <I, O>(
  provider: Provider,
  schema: Schema<I, O>,
  options: Options<any> & Examples<Prompt, I>,
): Spoken<I, O> => {
  const dialect = dialectOf(provider, options)
  const choice = choiceOf(schema)
  const declaration = compileSchema(schema, {
    name: options.schemaName,
    description: options.schemaDescription,
    fallbackName: choice && Object.keys(choice.members).join('_or_'),
    dialect,
  })
  const declared = choice ? choice.declarations(dialect) : declaration.isText ? [] : [declaration]
  const answers = choice === undefined ? answersOf(declaration) : declared.map(functionOf)
  const names = answers.map(({ name }) => name)
  const tools = planTools(options.tools ?? {}, names, dialect)
  return {
    declaration,
    choice,
    examples: planExamples(options.examples ?? [], declaration, choice, declared),
    tools,
    functions:
      tools.size === 0 ? answers : [...[...tools.values()].map(tool => functionOf(tool.declaration)), ...answers],
    answers,
  }
}

const targetOf = (model: string | Model, { reasoning }: Options<any>): ReturnType<typeof resolveModel> => {
  const target = resolveModel(model)
  const { name, reasoning: style } = target.provider.row
  if (reasoning?.maxTokens !== undefined && style !== 'object') {
    throw new ConfigError(`Cannot send reasoning.maxTokens to '${name}': it takes reasoning.effort only`, 'bad_option')
  }
  return target
}

export const functionOf = ({ name, description, wire }: Declaration<unknown, unknown>): WireFunction => ({
  name,
  description,
  parameters: wire,
})

const answersKnown = new WeakMap<object, readonly WireFunction[]>()

/** The same list for the same declaration: `jsonOf` knows it again. */
const answersOf = (declaration: Declaration<unknown, unknown>): readonly WireFunction[] => {
  const known = answersKnown.get(declaration)
  if (known !== undefined) return known
  const answers = declaration.isText ? [] : [functionOf(declaration)]
  answersKnown.set(declaration, answers)
  return answers
}

const planTools = (
  tools: Readonly<Record<string, Tool>>,
  answers: readonly string[],
  dialect: Dialect,
): ReadonlyMap<string, PlannedTool> => {
  const planned = new Map<string, PlannedTool>()
  for (const [name, tool] of Object.entries(tools)) {
    const reject = (why: string): never => {
      throw new ConfigError(`Cannot offer tool '${name}': ${why}`, 'bad_option')
    }
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) reject('a name has 1 to 64 letters, digits, _ or -')
    if (answers.includes(name)) reject('the answer function has that name; give the schema another one with schemaName')
    if (typeof tool?.execute !== 'function') reject('execute must be a function')
    if (tool.inputSchema === undefined) reject('inputSchema is missing')
    const declaration = compileSchema<unknown, unknown>(tool.inputSchema, {
      name,
      description: tool.description,
      dialect,
    })
    if (declaration.wrapper !== undefined || declaration.isText) reject('inputSchema must be an object schema')
    planned.set(name, { declaration, execute: tool.execute })
  }
  return planned
}
