import { isComposite } from './composite.ts'
import type { Call, Issue, Spent, Usage } from './types.ts'

/** What every error of the family may carry. */
export interface ErrorDetails {
  readonly cause?: unknown
  readonly issues?: readonly Issue[] | undefined
  readonly finishReason?: string | null | undefined
  readonly requestId?: string | undefined
  /** The raw answer so far. */
  readonly text?: string | undefined
  /** The best partial value so far. */
  readonly partial?: unknown
}

const family = Symbol.for('decant.error')

/**
 * The base of every error that decant throws on purpose. Misuse is a `TypeError` or `RangeError` instead, and an abort
 * rethrows `signal.reason` untouched.
 *
 * `instanceof` goes by brand: the ESM and the CommonJS build hold two copies of each class, and both recognise both.
 */
export class ExtractError extends Error {
  /** What went wrong; the closed list of each class stands in its own declaration. */
  readonly code: string
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  readonly issues: readonly Issue[]
  readonly finishReason: string | null
  /** Every HTTP request of the run: a failed extraction still cost money. */
  declare readonly calls: readonly Call[]
  declare readonly usage: Usage
  /** USD over `calls`; absent when one call did not report it. */
  declare readonly cost?: number
  declare readonly requestId?: string
  /** The raw answer. Not enumerable, so that logs stay clean. */
  declare readonly text: string
  /** The last partial value. Not enumerable, so that logs stay clean. */
  declare readonly partial: unknown

  constructor(message: string, code: string, retryable: boolean, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.retryable = retryable
    this.issues = details.issues ?? []
    this.finishReason = details.finishReason ?? null
    if (details.requestId !== undefined) this.requestId = details.requestId
    this.calls = []
    this.usage = {}
    hide(this, 'text', details.text ?? '')
    hide(this, 'partial', details.partial)
    hide(this, family, brandsOf(new.target))
    hide(this, 'name', new.target.brand)
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A user's own subclass has no brand of its own.
    if (!Object.hasOwn(this, 'brand')) return Function.prototype[Symbol.hasInstance].call(this, value)
    const brands = isComposite(value) ? (value as { [family]?: string[] })[family] : undefined
    return brands?.includes(this.brand) ?? false
  }

  /** The name that crosses module copies; class names do not survive minifiers. */
  protected static readonly brand: string = 'ExtractError'
}

/**
 * The caller's set-up is wrong. `unknown_provider`, `no_key`, `bad_option`, `no_price`.
 * The message names the variable or the option.
 */
export class ConfigError extends ExtractError {
  declare readonly code: 'unknown_provider' | 'no_key' | 'bad_option' | 'no_price'
  protected static override readonly brand = 'ConfigError'
  constructor(message: string, code: ConfigError['code'], details?: ErrorDetails) {
    super(message, code, false, details)
  }
}

/** The schema cannot be sent. `not_expressible`, `empty_schema`, `bad_root`. */
export class SchemaError extends ExtractError {
  declare readonly code: 'not_expressible' | 'empty_schema' | 'bad_root'
  /** Where in the schema. */
  readonly path: Issue['path']
  protected static override readonly brand = 'SchemaError'
  constructor(message: string, code: SchemaError['code'], details?: ErrorDetails & { path?: Issue['path'] }) {
    super(message, code, false, details)
    this.path = details?.path ?? []
  }
}

/** The provider answered with an error. `rate_limit`, `quota`, `auth`, `not_found`, `bad_request`, `upstream`. */
export class APIError extends ExtractError {
  declare readonly code: 'rate_limit' | 'quota' | 'auth' | 'not_found' | 'bad_request' | 'upstream'
  /** The HTTP status; inside a 200 the status that the body's error names, else 200. */
  readonly status: number
  /** Milliseconds after which the provider says to come back. */
  declare readonly retryAfter?: number
  protected static override readonly brand = 'APIError'
  constructor(
    message: string,
    code: APIError['code'],
    details: ErrorDetails & { status: number; retryable: boolean; retryAfter?: number | undefined },
  ) {
    super(message, code, details.retryable, details)
    this.status = details.status
    if (details.retryAfter !== undefined) this.retryAfter = details.retryAfter
  }
}

/** The answer broke on its way. `network`, `interrupted` (an early end), `malformed`. Retryable. */
export class StreamError extends ExtractError {
  declare readonly code: 'network' | 'interrupted' | 'malformed'
  protected static override readonly brand = 'StreamError'
  constructor(message: string, code: StreamError['code'], details?: ErrorDetails & { retryable?: boolean }) {
    super(message, code, details?.retryable ?? true, details)
  }
}

/** A clock ran out. `first_byte`, `idle`, `total`; the first two are retryable. */
export class TimeoutError extends ExtractError {
  declare readonly code: 'first_byte' | 'idle' | 'total'
  protected static override readonly brand = 'TimeoutError'
  constructor(message: string, code: TimeoutError['code'], details?: ErrorDetails) {
    super(message, code, code !== 'total', details)
  }
}

/**
 * The answer came and is not what was asked for. `no_call`, `wrong_call`, `invalid_json`, `schema_mismatch`,
 * `truncated`, `refused`, `content_filter`, `degenerate`, `limit`; the first four are shown back to the model, unless the
 * user's own schema threw: that error is the `cause`.
 */
export class OutputError extends ExtractError {
  declare readonly code:
    | 'no_call'
    | 'wrong_call'
    | 'invalid_json'
    | 'schema_mismatch'
    | 'truncated'
    | 'refused'
    | 'content_filter'
    | 'degenerate'
    | 'limit'
  /** Where elements were handed out, of which some are wrong: they are final, so nothing was repaired. */
  declare readonly handedOut?: readonly Issue['path'][]
  protected static override readonly brand = 'OutputError'
  constructor(
    message: string,
    code: OutputError['code'],
    details?: ErrorDetails & { handedOut?: readonly Issue['path'][] },
  ) {
    super(message, code, repairable.has(code) && details?.cause === undefined, details)
    if (details?.handedOut !== undefined) this.handedOut = details.handedOut
  }
}

const repairable: ReadonlySet<string> = new Set(['no_call', 'wrong_call', 'invalid_json', 'schema_mismatch'])

/** The run cannot go on because of a tool. `unknown_tool`, `bad_input`, `failed`, `max_steps`. */
export class ToolError extends ExtractError {
  declare readonly code: 'unknown_tool' | 'bad_input' | 'failed' | 'max_steps'
  readonly toolName: string
  protected static override readonly brand = 'ToolError'
  constructor(message: string, code: ToolError['code'], details: ErrorDetails & { toolName: string }) {
    super(message, code, false, details)
    this.toolName = details.toolName
  }
}

/** A recording cannot serve. `no_match`, `unreadable`, `secret_found`. */
export class CassetteError extends ExtractError {
  declare readonly code: 'no_match' | 'unreadable' | 'secret_found'
  protected static override readonly brand = 'CassetteError'
  constructor(message: string, code: CassetteError['code'], details?: ErrorDetails) {
    super(message, code, false, details)
  }
}

/** What may be spent is spent. `usd`, `tokens`, `calls`, `ms`: what has run out. */
export class BudgetError extends ExtractError {
  declare readonly code: 'usd' | 'tokens' | 'calls' | 'ms'
  /** By all who share the budget. */
  declare readonly spent?: Spent
  /** What the request that was not sent would have come to, about. */
  declare readonly expected?: Spent
  protected static override readonly brand = 'BudgetError'
  constructor(
    message: string,
    code: BudgetError['code'],
    details?: ErrorDetails & { spent?: Spent; expected?: Spent },
  ) {
    super(message, code, false, details)
    if (details?.spent !== undefined) this.spent = details.spent
    if (details?.expected !== undefined) this.expected = details.expected
  }
}

/**
 * A journal cannot serve. `foreign`: it is of another extractor. `locked`: another process writes it. `unreadable`: it is
 * no journal, not there, or damaged. `failed`: it could not be written, so that what was done last does not count.
 * `key_conflict`: it has another record under the key of this one.
 */
export class JournalError extends ExtractError {
  declare readonly code: 'foreign' | 'locked' | 'unreadable' | 'failed' | 'key_conflict'
  protected static override readonly brand = 'JournalError'
  constructor(message: string, code: JournalError['code'], details?: ErrorDetails) {
    super(message, code, false, details)
  }
}

const brandsOf = (top: unknown): string[] => {
  const brands: string[] = []
  for (let at = top; typeof at === 'function' && at !== Error; at = Object.getPrototypeOf(at)) {
    brands.push((at as unknown as { brand: string }).brand)
  }
  return brands
}

const hide = (target: object, key: PropertyKey, value: unknown): void => {
  Object.defineProperty(target, key, { value, enumerable: false, configurable: true, writable: true })
}
