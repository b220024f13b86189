import type { BudgetLimits, Event, Issue, Price, SharedBudget } from './accounts.ts'
import type { Extraction } from './extraction.ts'
import type { Model, Tool } from './prompts.ts'
import type { Schema } from './schemas.ts'

/** What a `repair` function gets to write its message from. */
export interface Failure {
  /** Such as `schema_mismatch`, `invalid_json`. */
  readonly code: string
  readonly issues: readonly Issue[]
  /** The value that was refused, where the text held one. */
  readonly input: unknown
  /** The answer as the model wrote it. */
  readonly text: string
}

/** Milliseconds. */
export interface Timeouts {
  /** To the response headers of a stream. Default 60,000. */
  readonly firstByte?: number | undefined
  /** Between data events of a stream; comments do not count. Default 60,000. */
  readonly idle?: number | undefined
  /** One call in all. Default 600,000 streamed, 240,000 plain. */
  readonly total?: number | undefined
}

/** Where reading stops for good. All are characters but `depth`. */
export interface Limits {
  /** Of the answer, arguments or text. Default 16,777,216, which is the most. */
  readonly length?: number | undefined
  /** Blanks in a row outside the strings of the arguments. Default 4,096. */
  readonly blanks?: number | undefined
  /** Lists and objects open at once. Default 128, at most 1,000. */
  readonly depth?: number | undefined
}

/**
 * What keeps answers: `memoryCache()`, `directoryCache(path)` of `decant/node`, a `Map`, or any object with these two.
 * Values are texts that only `get` has to give back; what it has not is `undefined` or `null`. Both may be async.
 */
export interface CacheStore {
  get(key: string): string | null | undefined | PromiseLike<string | null | undefined>
  set(key: string, value: string): unknown
}

/** The schemas of tools by name: what the types of `execute` come from. */
export type ToolSchemas<T> = { readonly [K in keyof T]: Schema }

/** Something that a check of the caller's has found. */
export interface Finding {
  readonly message: string
  /** Where in the answer. Default: the whole. */
  readonly path?: Issue['path'] | undefined
  /** Default `custom`. */
  readonly code?: string | undefined
}

export interface Options<T = {}, O = any> {
  /** `'provider/id'`, split at the first slash, or what a provider returns: `provider('id')`. */
  readonly model: string | Model
  /**
   * Models to ask in turn where the one before has failed: unreachable, out of time or quota, refused its key, refused to
   * answer, or wrong when all repairs were spent. Not for a broken request, an answer cut at `maxOutputTokens`, or a failure
   * of tools. Each begins with retries and repairs of its own; what tools have answered is kept. `apiKey` and `headers` of
   * the call go to the provider of `model` only: another one takes its key from its environment variable, or from
   * `createProvider`. `calls` say which model answered.
   */
  readonly fallback?: readonly (string | Model)[] | undefined
  /** Functions the model may call before it answers. */
  readonly tools?: { readonly [K in keyof T]: Tool<T[K]> } | undefined
  /** Put in front of the prompt as the system message. */
  readonly instructions?: string | undefined
  /**
   * How the answer is asked for. `tool`: as the arguments of a forced function. `json-schema`: as the message's text, which
   * the provider holds to the schema (`response_format`). `json`: as a text that is JSON, with the schema in the
   * instructions. `auto` (default): `tool`, and where the provider refuses or ignores that, `json`.
   *
   * What a provider refuses is not tried again with that model: a forced function is then only offered, `json-schema`
   * becomes `json`, and `json` does without `response_format`. `result().mode` and a `mode` event say so. JSON in the text is
   * looked for after a `</think>` and in a code fence, and in the mode `tool` never.
   */
  readonly mode?: 'auto' | 'tool' | 'json-schema' | 'json' | undefined
  /** Ask the provider to enforce the schema while it decodes. Default false. */
  readonly strict?: boolean | undefined
  /** Choose the wire yourself. Default: streamed for streaming readers, plain for `await`. */
  readonly stream?: boolean | undefined
  /** The function's name. Default: the schema's title, else `extract`. */
  readonly schemaName?: string | undefined
  /** The function's description. Default: the schema's description. */
  readonly schemaDescription?: string | undefined
  readonly maxOutputTokens?: number | undefined
  readonly temperature?: number | undefined
  readonly seed?: number | undefined
  readonly reasoning?:
    | { readonly effort?: 'low' | 'medium' | 'high' | undefined; readonly maxTokens?: number | undefined }
    | undefined
  /** Turns in which tools may be called, the answer's included. Default 5; on the last one the answer is forced. */
  readonly maxSteps?: number | undefined
  /**
   * Transport retries per request. Default 2. The wait before each is drawn between 0 and 0.5 s, then 1 s, 2 s, up to 8 s;
   * where the provider says when to come back, it is that, or up to a quarter longer.
   */
  readonly maxRetries?: number | undefined
  /**
   * Milliseconds. Default 60,000. A provider that asks for a longer wait is not waited for: the error comes at once, and its
   * `retryAfter` says when to come back.
   */
  readonly maxRetryDelay?: number | undefined
  /** Times a schema failure is shown to the model. Default 1. The same failure twice in a row ends it earlier. */
  readonly maxRepairs?: number | undefined
  /**
   * How a failure is repaired. `patch`: a small function is forced that takes values for the wrong places alone; they are
   * put into a copy, and the whole is validated again. `whole`: the answer is asked for once more. `auto` (default): a
   * patch where few places of a large answer are wrong and it is estimated to cost less in all. Where a patch is not
   * possible, or has changed nothing, the whole is asked for. A function writes the message for the whole itself.
   */
  readonly repair?: 'auto' | 'patch' | 'whole' | ((failure: Failure) => string) | undefined
  /**
   * Reads strings that do not fit as what they must have meant, before the schema sees them: of an enum or a literal the one
   * member that differs in nothing but case, blanks, `-` and `_`, and of a number its digits. Each one is told in
   * `result().warnings`; partials show it as it is read, from its end on. Where a string would do it stays one, and where it
   * could mean two things it is an issue. Default false: nothing is coerced.
   */
  readonly normalize?: boolean | undefined
  /**
   * Looks at the output when the schema has accepted it, for what a schema cannot know: the source (`text`, the words of the
   * user messages), a database, another model. What it finds is repaired like an issue of the schema; what it throws ends
   * the extraction. `signal` aborts with the extraction.
   */
  readonly validate?:
    | ((
        value: O,
        context: { readonly signal: AbortSignal; readonly text: string },
      ) => readonly Finding[] | PromiseLike<readonly Finding[]>)
    | undefined
  /**
   * What becomes of an answer that was cut at `maxOutputTokens`. `error` (default); `raise` asks once more with twice as
   * many. It is never mended.
   */
  readonly onTruncated?: 'error' | 'raise' | undefined
  /**
   * Checked before each request, with an estimate of what it will cost; a `BudgetError` in its place. An object of limits
   * is for each extraction; one from `createBudget` is for all that it is given to. `usd` needs a provider that reports
   * cost, or `prices`.
   */
  readonly budget?: BudgetLimits | SharedBudget | undefined
  /** By `provider/id`; where the provider reports no cost. */
  readonly prices?: Readonly<Record<string, Price>> | undefined
  /**
   * Where answers are kept that were right, and looked for before anything is sent: by a hash of the endpoint and of the
   * request's body, never by a key or a header. A kept answer is decoded by the same strict end - schema, refinements and
   * `validate` - and shown like any other, whole; it takes nothing of a budget, and `result().cached`, `calls` and a `cached`
   * event say so. Of an extraction with tools each turn is kept: tools run every time. Failures are never kept. What is
   * broken, does not fit any more or cannot be read or written is told in `result().warnings`, and the model is asked.
   */
  readonly cache?: CacheStore | undefined
  /**
   * What a stream does once its answer cannot become valid any more. `auto` (default): stops at once for what is wrong as a
   * whole - the root, text that is no JSON, a string that repeats itself without end - and reads the rest otherwise.
   * `stop`: stops at the first issue. `finish`: stops for the `limits` alone. The request is cancelled and a repair, while
   * one is left, begins at once. What the strict end would mend without loss stops nothing, nor does what shows at the end.
   */
  readonly onInvalid?: 'auto' | 'stop' | 'finish' | undefined
  /**
   * What becomes of half a surrogate pair, which JSON can hold (`"\\ud83e"`) and UTF-8, and so most databases and files, can
   * not. `keep` (default): it stays, as in `JSON.parse`. `replace`: it becomes U+FFFD, in partials too, with a warning
   * `replaced`. `refuse`: an issue `half_character`, which is repaired as any other. NUL is a character like any other: refuse it
   * in the schema where it does harm.
   */
  readonly wellFormed?: 'keep' | 'replace' | 'refuse' | undefined
  /** Beyond a limit the request is cancelled and an `OutputError` thrown: `degenerate` for blanks, else `limit`. */
  readonly limits?: Limits | undefined
  /** Milliseconds for each call in all, or one limit per clock. */
  readonly timeout?: number | Timeouts | undefined
  readonly signal?: AbortSignal | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Default: the global `fetch`. With one given, a missing key is no error and no credentials are sent. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Default: the provider's environment variable, read per request. */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined
  /** Merged shallowly into the request body, last; `undefined` removes a key. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined
  /**
   * Observes every event, and whose it is: one function may serve many extractions. `extraction.calls` is up to date, the
   * request of a `request` event is its last. What it throws is ignored: an observer cannot break an extraction.
   */
  readonly onEvent?: ((event: Event<unknown>, extraction: Extraction<unknown, unknown>) => void) | undefined
}
