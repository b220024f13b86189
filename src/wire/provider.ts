import { isComposite } from '../composite.ts'
import { ConfigError } from '../errors.ts'
import { RetryBudget } from '../http/budget.ts'
import type { Limiter } from '../http/limits.ts'
import { nearest } from '../nearest.ts'
import { type Dialect, dialects } from '../schema/index.ts'
import type { Model, Options } from '../types.ts'

/** How one endpoint differs from the next. A difference is a flag here, never a branch on a name. */
interface ProviderRow {
  readonly name: string
  /** Everything before `/chat/completions`. */
  readonly baseURL: string
  /** The environment variable that holds the key. */
  readonly keyVariable: string | undefined
  /** The header that carries the key; `authorization` gets it as a bearer token. */
  readonly keyHeader: string
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens'
  /** Send `strict: false` on functions instead of leaving it out. */
  readonly sendsStrict: boolean
  /** Usage and cost must be asked for with `usage: { include: true }` (OpenRouter). */
  readonly asksForUsage: boolean
  readonly reasoning: 'object' | 'effort'
  /** A function may be forced while the model reasons. */
  readonly forcesWhileReasoning: boolean
  /** The arguments of a forced function come in one piece, so that nothing grows. */
  readonly argumentsAtOnce: boolean
  /** Whose rules schemas keep. */
  readonly dialect: Dialect
}

/** An endpoint with its settings and what it taught us. */
export interface Provider {
  readonly row: ProviderRow
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: typeof globalThis.fetch | undefined
  /** The key is read per request and held in no object. */
  readonly key: () => string | undefined | Promise<string | undefined>
  /** What answers of this endpoint have shown, for the requests that follow. */
  readonly memory: {
    maxTokensField?: ProviderRow['maxTokensField']
    /** Every call goes through it, once a run over records has put it here. */
    limiter?: Limiter
    /** By model and way of asking, what was said when that way was refused. */
    readonly refusals: Map<string, string>
  }
  /** Shared by all calls, so that an outage is not multiplied. */
  readonly retries: RetryBudget
}

export interface ProviderOptions {
  /** Used in `'name/model-id'`, messages and the ledger. */
  readonly name: string
  /** Everything before `/chat/completions`, such as `http://localhost:11434/v1`. https, or http on a loopback address. */
  readonly baseURL: string
  readonly apiKey?: Options['apiKey']
  /** The environment variable to read the key from when `apiKey` is absent. */
  readonly keyVariable?: string | undefined
  /** Default `authorization`, as a bearer token; any other header (`api-key`) gets the bare key. */
  readonly keyHeader?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Added to the URL, such as `{ 'api-version': '2026-01-01' }`. */
  readonly query?: Readonly<Record<string, string>> | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Default `max_tokens`; a 400 that names `max_completion_tokens` switches by itself. */
  readonly maxTokensField?: ProviderRow['maxTokensField'] | undefined
  /** Send `strict: false` on functions instead of leaving it out. Default false. */
  readonly sendsStrict?: boolean | undefined
  /** Ask for usage and cost as OpenRouter wants it. Default false. */
  readonly asksForUsage?: boolean | undefined
  /** `reasoning: { effort }` (`object`) or `reasoning_effort` (`effort`, the default). */
  readonly reasoning?: ProviderRow['reasoning'] | undefined
  /**
   * Whether a function may be forced when the `reasoning` option is set. Default true: a 400 that says otherwise is learnt
   * from. False saves that request.
   */
  readonly forcesWhileReasoning?: boolean | undefined
  /** The arguments of a forced function come in one piece: `result.mode.why` then says how to get growing partials. Default false. */
  readonly argumentsAtOnce?: boolean | undefined
  /**
   * What the endpoint takes of JSON Schema: `plain` (default, all of it), `openai`, `openai-strict`, `xai`, `groq`, `gemini`,
   * `anthropic`. With `strict: true`, `plain`, `openai` and `groq` become `openai-strict`.
   */
  readonly dialect?: Dialect | undefined
  /**
   * Retries that all calls together may make before calls succeed again. A retry takes one; a call that succeeds after
   * retries gives one back, a call that succeeds at once a quarter. Default 100, as the built-in providers have it.
   */
  readonly retryBudget?: number | undefined
}

/** A provider that can be called with a model id. */
export type ProviderFunction = (id: string) => Model

const carried = Symbol.for('decant.provider')

/**
 * Any OpenAI-compatible endpoint: `const ollama = createProvider({ name: 'ollama', baseURL: 'http://localhost:11434/v1' })`,
 * then `model: ollama('qwen3')`.
 *
 * @throws TypeError for an unknown option or a name that is none, RangeError for a `retryBudget` below 0, ConfigError `bad_option` for a base URL that is no https
 * URL (http is allowed on loopback addresses only).
 */
export const createProvider = (options: ProviderOptions): ProviderFunction => {
  checkOptions(options)
  checkURL(options)
  const provider = providerOf(options)
  return id => {
    if (typeof id !== 'string' || id === '')
      throw new TypeError(`Cannot name a model of '${options.name}': the id must be a non-empty string`)
    const model: Model = { provider: options.name, id }
    // A function, and not enumerable: a model may be logged, and a provider's headers are nobody's business.
    Object.defineProperty(model, carried, { value: () => provider })
    return model
  }
}

export const providerOf = (options: ProviderOptions): Provider => {
  const { apiKey, keyVariable } = options
  return {
    row: {
      name: options.name,
      baseURL: options.baseURL.replace(/\/+$/, ''),
      keyVariable,
      keyHeader: (options.keyHeader ?? 'authorization').toLowerCase(),
      maxTokensField: options.maxTokensField ?? 'max_tokens',
      sendsStrict: options.sendsStrict ?? false,
      asksForUsage: options.asksForUsage ?? false,
      reasoning: options.reasoning ?? 'effort',
      forcesWhileReasoning: options.forcesWhileReasoning ?? true,
      argumentsAtOnce: options.argumentsAtOnce ?? false,
      dialect: options.dialect ?? 'plain',
    },
    query: options.query ?? {},
    headers: options.headers ?? {},
    fetch: options.fetch,
    key() {
      const known = (): string | undefined => (keyVariable ? environment(keyVariable) : undefined)
      if (typeof apiKey !== 'function') return apiKey ?? known()
      return Promise.resolve(apiKey()).then(key => key ?? known())
    },
    memory: { refusals: new Map() },
    retries: new RetryBudget(options.retryBudget ?? 100),
  }
}

/** The provider behind a model that `createProvider` made, in whichever copy of this module. */
export const carriedProvider = (model: Model): Provider | undefined =>
  (model as { [carried]?: () => Provider })[carried]?.()

/** Absent in browsers, where no key should be. */
const environment = (name: string): string | undefined => {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.[name] || undefined
}

const optionNames = {
  name: true,
  baseURL: true,
  apiKey: true,
  keyVariable: true,
  keyHeader: true,
  headers: true,
  query: true,
  fetch: true,
  maxTokensField: true,
  sendsStrict: true,
  asksForUsage: true,
  reasoning: true,
  forcesWhileReasoning: true,
  argumentsAtOnce: true,
  dialect: true,
  retryBudget: true,
} satisfies Record<keyof ProviderOptions, true>

const checkOptions = (options: ProviderOptions): void => {
  if (!isComposite(options)) {
    throw new TypeError(
      `Cannot create a provider without options: give { name: 'ollama', baseURL: 'http://localhost:11434/v1' }`,
    )
  }
  const { name } = options
  if (typeof name !== 'string' || name === '' || name.includes('/')) {
    const given = typeof name === 'string' ? `name '${name}'` : 'no name'
    throw new TypeError(`Cannot create a provider with ${given}: it must be a non-empty string without '/'`)
  }
  for (const option of Object.keys(options)) {
    if (Object.hasOwn(optionNames, option)) continue
    const near = nearest(option, Object.keys(optionNames))
    const hint = near ? ` (did you mean '${near}'?)` : ''
    throw new TypeError(`Cannot create provider '${name}' with option '${option}': there is no such option${hint}`)
  }
  const { retryBudget = 0, dialect = 'plain' } = options
  if (!Object.hasOwn(dialects, dialect)) {
    throw new RangeError(
      `Cannot create provider '${name}' with dialect '${dialect}': it must be one of ${Object.keys(dialects).join(', ')}`,
    )
  }
  if (!(typeof retryBudget === 'number' && retryBudget >= 0)) {
    throw new RangeError(`Cannot create provider '${name}' with retryBudget '${retryBudget}': it must be 0 or more`)
  }
}

const checkURL = ({ name, baseURL }: ProviderOptions): void => {
  const wrong = (wanted: string): ConfigError =>
    new ConfigError(`Cannot create provider '${name}': baseURL ${wanted}`, 'bad_option')
  let url: URL
  try {
    url = new URL(baseURL)
  } catch {
    throw wrong(`must be an absolute URL such as 'https://example.com/v1'`)
  }
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw wrong('must be https (http only on a loopback address)')
  }
  if (url.search || url.hash) throw wrong('must not hold a query or a fragment: use the query option')
  if (url.username || url.password) throw wrong('must not hold a user name or password: use apiKey or headers')
}
