import { tokensOf } from './budget.ts'
import { defined } from './defined.ts'
import { SchemaError } from './errors.ts'
import { askingOf, isInContent, requestOf } from './modes.ts'
import { dialectOf, type Plan, planOf } from './plan.ts'
import { messagesOf } from './prompt.ts'
import { bodyOf } from './request.ts'
import type { Declaration, Dialect, Rewrite } from './schema/index.ts'
import { isSchema, mapSchemas, pathOf } from './schema/walk.ts'
import type { Issue, JsonSchema, Message, Options, Schema, UsedMode } from './types.ts'
import { resolveModel } from './wire/providers.ts'

/** What a schema comes to on the wire. */
export interface Explanation {
  /** Whose rules the schema keeps: the provider's, or what `strict: true` makes of them. */
  readonly dialect: Dialect
  /** How the answer is asked for, as in `result().mode`. Undefined where the schema cannot be sent. */
  readonly mode: UsedMode | undefined
  /** The `mode` to ask for when growing partials are wanted; undefined where the one above gives them, or none does. */
  readonly recommended: 'json-schema' | undefined
  /** What the schema adds to each request, as it is sent: its part of the body, and of the instructions in the mode `json`. */
  readonly sent: {
    readonly tools?: readonly unknown[]
    readonly tool_choice?: unknown
    readonly response_format?: unknown
    readonly instructions?: string
  }
  /** What is not sent as it was declared; values are read back into the declared shape. */
  readonly rewrites: readonly ExplainedRewrite[]
  /** What cannot be sent, with path and rule: where there is any, `extract` throws. */
  readonly refused: readonly Issue[]
  /** Of `sent`, as JSON: UTF-16 units. */
  readonly characters: number
  /** About as many tokens, from the characters: within a fifth of what tokenizers count for most schemas. */
  readonly tokens: number
}

export interface ExplainedRewrite {
  /** The function's. */
  readonly name: string
  /** In the shape of the schema; `[]` stands for any element or key. */
  readonly path: Issue['path']
  /** In few words. */
  readonly rule: string
  readonly reason: string
}

/**
 * Tells what a schema comes to on the wire, before anything is sent: `explain(Person, { model: 'openai/gpt-4o-mini', strict: true })`.
 *
 * @param options as for `extract`; `model`, `mode`, `strict`, `reasoning`, `tools`, `maxSteps` and
 * `extraBody` change what is told.
 * @throws what `extract` throws before it returns, but for a schema that cannot be sent: that is in `refused`.
 */
export const explain = <I, O>(schema: Schema<I, O>, options: Options<any, O>): Explanation => {
  const { provider } = resolveModel(options.model)
  const dialect = dialectOf(provider, options)
  let plan: Plan<I, O>
  try {
    plan = planOf(schema, { ...options, instructions: undefined, fallback: [] })
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    const { path, code, message, issues } = error
    const refused = issues.length > 0 ? issues : [{ path, code, message }]
    return {
      dialect,
      mode: undefined,
      recommended: undefined,
      sent: {},
      rewrites: [],
      refused,
      characters: 0,
      tokens: 0,
    }
  }
  const { asking, mode } = askingOf(plan)
  const sent = sentIn(
    bodyOf(
      { ...plan, options: { strict: options.strict, extraBody: options.extraBody } as Options },
      requestOf(plan, asking, messagesOf(''), plan.maxSteps <= 1, false),
    ),
  )
  const characters = Object.keys(sent).length === 0 ? 0 : JSON.stringify(sent).length
  return {
    dialect,
    mode,
    recommended: asking === 'forced' && provider.row.argumentsAtOnce ? 'json-schema' : undefined,
    sent,
    rewrites: declarationsOf(plan, isInContent(asking), dialect).flatMap(rewritesOf),
    refused: [],
    characters,
    tokens: tokensOf(characters),
  }
}

const sentIn = ({ tools, tool_choice, response_format, messages }: Record<string, any>): Explanation['sent'] => {
  const [first] = messages as readonly Message[]
  return {
    ...defined({ tools, tool_choice, response_format }),
    ...(first?.role === 'system' && { instructions: String(first.content) }),
  }
}

const declarationsOf = (
  { tools, choice, declaration }: Plan<any, any>,
  inContent: boolean,
  dialect: Dialect,
): readonly Declaration<unknown, unknown>[] => {
  const answers =
    choice !== undefined && !inContent ? choice.declarations(dialect) : declaration.isText ? [] : [declaration]
  return [...Array.from(tools.values(), tool => tool.declaration), ...answers]
}

const rewritesOf = ({
  name,
  canonical,
  wrapper,
  dialect,
  rewrites,
}: Declaration<unknown, unknown>): ExplainedRewrite[] => {
  const root = {
    path: [],
    rule: 'wrapped root',
    reason: `the arguments of a function are an object: it stands under '${wrapper}'`,
  }
  const told = rewrites.map(each => ({ path: each.path, rule: each.rule, reason: `${dialect} ${reasonOf(each)}` }))
  const all = [...(wrapper === undefined ? [] : [root]), ...typedIn(canonical), ...told]
  const distinct = new Map(all.map(each => [JSON.stringify(each), each]))
  return Array.from(distinct.values(), each => ({ name, ...each }))
}

const reasonOf = ({ rule, keyword }: Rewrite): string =>
  rule !== 'told in words'
    ? reasons[rule]
    : keyword === 'enum'
      ? 'takes a choice of strings only'
      : `takes no ${keyword}`

const reasons: Readonly<Record<Exclude<Rewrite['rule'], 'told in words'>, string>> = {
  'optional as null': 'wants every key: null says that it is absent',
  'records as pairs': 'takes no keys but those that are named: sent as a list of { key, value }',
  'no tuples': 'takes no prefixItems: sent as a list of what its places take',
  'one type a place': 'takes one type a place: sent as anyOf',
  'reference alone': 'takes no keyword beside a $ref',
}

/** The places of which JSON has no word for the value. */
const typedIn = (canonical: JsonSchema): Omit<ExplainedRewrite, 'name'>[] => {
  const found: Omit<ExplainedRewrite, 'name'>[] = []
  const seen = new Set<unknown>()
  const visit = (schema: JsonSchema, path: Issue['path']): JsonSchema => {
    const { '~as': kind, $ref } = schema
    if (typeof kind === 'string')
      found.push({ path, rule: wireKinds[kind]!, reason: 'JSON has no word for it: made again of what comes' })
    const body = $ref === '#' ? canonical : (canonical.$defs as any)?.[String($ref).replace('#/$defs/', '')]
    if (isSchema(body) && !seen.has(body)) {
      seen.add(body)
      visit(body, path)
    }
    return mapSchemas(schema, (child, step) => visit(child, [...path, ...pathOf(step)]))
  }
  visit(canonical, [])
  return found
}

const wireKinds: Readonly<Record<string, string>> = {
  date: 'Date as string',
  bigint: 'bigint as string',
  url: 'URL as string',
  set: 'Set as list',
  map: 'Map as pairs',
}
