/** Public types that belong to no single room. */

import type { At, Atom, ElementPath, Item, ValuePath } from './paths.ts'

// ---------------------------------------------------------------- schemas

interface Types<I, O> {
  readonly input: I
  readonly output: O
}

interface Standard<I, O> {
  readonly version: 1
  readonly vendor: string
  readonly validate: (value: unknown) => unknown
  readonly types?: Types<I, O> | undefined
}

interface ZodSchema<I, O> {
  readonly '~standard': Standard<I, O>
  readonly _zod: object
}

interface Zod3Schema<I, O> {
  readonly '~standard': Standard<I, O>
  readonly _def: object
  readonly safeParseAsync: unknown
}

/** A schema of any library that carries Standard JSON Schema (https://standardschema.dev/json-schema). */
export interface StandardJsonSchema<I, O> {
  readonly '~standard': Standard<I, O> & {
    readonly jsonSchema: {
      readonly input: (options: { readonly target: any }) => Record<string, unknown>
      readonly output: (options: { readonly target: any }) => Record<string, unknown>
    }
  }
}

/**
 * What `extract` takes as a schema: Zod 4, Zod 4 mini, Zod 3, or anything with Standard JSON Schema.
 * Structural on purpose, so schemas made by another copy or version of a library are the same to us.
 */
export type Schema<I = any, O = any> = ZodSchema<I, O> | Zod3Schema<I, O> | StandardJsonSchema<I, O>

/** The side of a schema that the model writes. */
export type Input<S> = 0 extends 1 & S
  ? any
  : S extends { readonly '~standard': { readonly types?: Types<infer I, any> | undefined } }
    ? I
    : never

/** The side of a schema that the caller receives. */
export type Output<S> = 0 extends 1 & S
  ? any
  : S extends { readonly '~standard': { readonly types?: Types<any, infer O> | undefined } }
    ? O
    : never

/** A JSON Schema object, as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown }

// ---------------------------------------------------------------- partials

/**
 * A value that is still arriving: every property may be absent, lists hold partial elements, atoms are whole. Read-only,
 * since snapshots share every branch that did not change.
 *
 * A schema's own word on how it is shown is `stream`, in Zod's `.meta()` or as a keyword of JSON Schema; no model is sent
 * it. `'whole'`: a string that does not grow. `'first'`: a field that is shown first of its object, which is not shown
 * before the field is whole and valid; elements of a list behind such an object wait with it. It is called so because it
 * should also come first in the schema: the later it comes, the longer its object is held back.
 */
export type DeepPartial<T> = 0 extends 1 & T
  ? T
  : unknown extends T
    ? T
    : T extends Atom
      ? T
      : T extends readonly unknown[]
        ? number extends T['length']
          ? readonly DeepPartial<T[number]>[]
          : { readonly [K in keyof T]?: DeepPartial<T[K]> }
        : { readonly [K in keyof T]?: DeepPartial<T[K]> }

// ---------------------------------------------------------------- prompts

export interface FunctionCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

type Extra = { readonly [wire: string]: unknown }

/** A part of a message. Extra keys (cache marks) pass through. */
export type Part = Extra &
  (
    | { readonly type: 'text'; readonly text: string }
    | {
        readonly type: 'image_url'
        /** `url`: https, or the image itself as `data:image/png;base64,…`. */
        readonly image_url: Extra & { readonly url: string; readonly detail?: 'low' | 'high' | 'auto' | undefined }
      }
    | {
        readonly type: 'file'
        /** `file_data`: the file itself as `data:application/pdf;base64,…`. */
        readonly file: Extra & {
          readonly filename?: string | undefined
          readonly file_data?: string | undefined
          readonly file_id?: string | undefined
        }
      }
  )

/** A chat message in the standard shape. Extra keys (cache marks, names) pass through on every role. */
export type Message = Extra &
  (
    | { readonly role: 'system' | 'developer' | 'user'; readonly content: string | readonly Part[] }
    | {
        readonly role: 'assistant'
        readonly content?: string | readonly Part[] | null | undefined
        readonly tool_calls?: readonly FunctionCall[] | undefined
      }
    | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string | readonly Part[] }
  )

/** A string is one user message. */
export type Prompt = string | readonly Message[]

/** An input and the output it should have got, in the shape that the model writes. */
export interface Example<A = Prompt, I = any> {
  readonly input: A
  readonly output: I
}

export interface Examples<A, I> {
  /**
   * Shown to the model before the prompt, as turns that were had already: each input, and its output as a call of the
   * function. Checked against the schema before anything is sent. Not part of `result().messages`.
   */
  readonly examples?: readonly Example<A, I>[] | undefined
}

// ---------------------------------------------------------------- tools and models

/** A function that the model may call before it answers. */
export interface Tool<S = Schema> {
  readonly description?: string | undefined
  /** An object schema; the arguments are decoded with it before `execute` sees them. */
  readonly inputSchema: S
  /** The result goes back to the model: a string as it is, anything else as JSON. A throw goes back as an error text. */
  readonly execute: (input: Output<S>, context: ToolContext) => unknown
}

export interface ToolContext {
  /** The id of the call, as the provider gave it. */
  readonly id: string
  /** Aborts with the extraction. */
  readonly signal: AbortSignal
}

/** A provider's model, made by calling a provider: `provider('my-model')`. */
export interface Model {
  readonly provider: string
  readonly id: string
}

// ---------------------------------------------------------------- accounts

/** Tokens. A field that nobody reported is absent, never 0. */
export interface Usage {
  readonly inputTokens?: number
  /** Includes reasoning tokens, whether or not the provider counts them apart. */
  readonly outputTokens?: number
  readonly cachedInputTokens?: number
  readonly reasoningTokens?: number
  readonly totalTokens?: number
}

/** USD for a million tokens. */
export interface Price {
  readonly input: number
  readonly output: number
  /** Default: as `input`. */
  readonly cachedInput?: number | undefined
}

/** What may be spent, by all calls: retries, steps, repairs and fallbacks too. */
export interface BudgetLimits {
  readonly usd?: number | undefined
  readonly tokens?: number | undefined
  readonly calls?: number | undefined
  /** From the first request on. A call that runs longer is ended. */
  readonly ms?: number | undefined
}

export interface Spent {
  readonly usd: number
  readonly tokens: number
  readonly calls: number
  readonly ms: number
}

/** A budget of several extractions, from `createBudget`. */
export interface SharedBudget {
  readonly limits: BudgetLimits
  /** So far. Calls whose usage never came count with their estimates. */
  readonly spent: Spent
}

/** One thing wrong with, or mended in, an answer. */
export interface Issue {
  readonly path: readonly (string | number)[]
  readonly code: string
  readonly message: string
}

/** One HTTP request of an extraction, in the ledger; or an answer that stood in its place. */
export interface Call {
  readonly kind: 'first' | 'step' | 'retry' | 'repair' | 'fallback'
  /** Nothing was sent: the answer came out of the `cache`. It used and cost 0. */
  readonly cached?: true
  /** Which growth of the partials this call belonged to, from 1. */
  readonly attempt: number
  /** `provider/id`, as asked. */
  readonly model: string
  /** How the answer was asked for. */
  readonly mode: UsedMode['used']
  readonly requestId?: string
  /** The answer's own id, and the model that wrote it, as the provider names them: a router may pick another one. */
  readonly responseId?: string
  readonly responseModel?: string
  /** Absent when the provider never reported it, for example because the call was cut. */
  readonly usage?: Usage
  /** In place of `usage` when it is absent: about four characters a token. */
  readonly estimated?: Usage
  /** USD: as the provider reported it, else by `prices`. */
  readonly cost?: number
  readonly finishReason?: string
  readonly issues: readonly Issue[]
  /** `pending` while it runs, then `ok`, `aborted`, or the code of what went wrong. */
  readonly outcome: string
  /** Characters of output that were read, reasoning included: where a call was stopped early, all that was. */
  readonly received: number
  /** Milliseconds from the request to the first byte of the body, to the first thing that could be shown, and to the end. */
  readonly timing: { readonly firstByte?: number; readonly firstPartial?: number; readonly total?: number }
}

/** How the answer was asked for, and why so. */
export interface UsedMode {
  readonly used: 'tool' | 'json-schema' | 'json' | 'text'
  /** In words: the rule, the provider's refusal or the silence that decided. */
  readonly why: string
}

export interface Result<O> {
  readonly output: O
  /** The answer as data, before the schema's own transforms. */
  readonly input: unknown
  /** The answer as the model wrote it: the function's arguments as JSON text, or the message text. */
  readonly text: string
  /** The reasoning of all calls, blank line between calls; empty when none was shown. */
  readonly reasoning: string
  /** The sum over `calls`; a field that one call did not report is absent. */
  readonly usage: Usage
  /** USD over `calls`; absent when one call did not report it. */
  readonly cost?: number
  readonly finishReason: string | null
  readonly mode: UsedMode
  /** The answer came out of the `cache`. */
  readonly cached?: true
  readonly calls: readonly Call[]
  /** Lossless mendings that were needed, and odd things that were tolerated. */
  readonly warnings: readonly Issue[]
  /** The whole transcript, every call in it answered: append a user message and use it as a prompt. */
  readonly messages: readonly Message[]
  /** Of the call that gave the answer; 200 and no headers where that was the `cache`. */
  readonly response: { readonly status: number; readonly headers: Headers }
}

/** What `events()` and `onEvent` see, in order. Events carry the prompt and the answer, never a key. */
export type Event<I = unknown> = { readonly attempt: number } & (
  | { readonly type: 'request'; readonly kind: Call['kind']; readonly body: Readonly<Record<string, unknown>> }
  /** In place of a `request`: the answer under this key of the `cache` stands for it, and follows. */
  | { readonly type: 'cached'; readonly kind: Call['kind']; readonly key: string }
  | { readonly type: 'text' | 'reasoning'; readonly delta: string }
  | { readonly type: 'partial'; readonly value: DeepPartial<I> }
  | { readonly type: 'complete'; readonly path: Issue['path']; readonly value: unknown }
  | { readonly type: 'issue'; readonly issue: Issue }
  | {
      readonly type: 'tool'
      /** `skipped`: the turn held the answer, so the tool was not run. */
      readonly state: 'started' | 'done' | 'failed' | 'skipped'
      readonly id: string
      readonly name: string
      readonly input: unknown
      readonly output?: unknown
      readonly error?: unknown
    }
  | { readonly type: 'retry'; readonly error: unknown; readonly delay: number }
  /** The provider has refused or ignored a way of asking: from now on it is asked like this. */
  | { readonly type: 'mode'; readonly mode: UsedMode }
  /** `patch`: only what is wrong is asked for, and the partials go on; `whole`: all of it, and they begin anew. */
  | { readonly type: 'repair'; readonly kind: 'patch' | 'whole'; readonly issues: readonly Issue[] }
  /** `error` is what the model before came to, `model` the one that is asked now, as `provider/id`. */
  | { readonly type: 'fallback'; readonly error: unknown; readonly model: string }
  | { readonly type: 'finish'; readonly finishReason: string | null; readonly usage: Usage }
  /** The last one of a failure, in place of `finish`: what the readers get. `aborted`: by its signal, `abort()` or its last reader. */
  | { readonly type: 'error'; readonly error: unknown; readonly aborted: boolean }
)

// ---------------------------------------------------------------- options

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
  /** Lists and objects open at once. Default 128. */
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
   * one is left, begins at once. What the strict end would mend without loss stops nothing.
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

// ---------------------------------------------------------------- verbs

/**
 * One unstarted or running extraction. Nothing is sent until it is read; every reader shares the one run.
 *
 * - `await extraction`: the output, strictly decoded.
 * - `for await (const partial of extraction)`: typed, immutable, growing snapshots; a failure throws from the loop.
 *
 * It has all that a `Promise` has, so a function may say that it returns one; unlike one it has not begun.
 */
export interface Extraction<I, O> extends Promise<O>, AsyncIterable<DeepPartial<I>, void, void>, AsyncDisposable {
  /** The output with its metadata. */
  result(): Promise<Result<O>>
  /** Everything, in order, lossless: a slow reader slows the socket. */
  events(): AsyncIterable<Event<I>, void, void>
  /**
   * The elements of a list, each once, as it closes and is valid. `path` names the list - `'orders[].items[]'`, by default
   * the root's `'[]'` - and `item` decodes each element by a schema of its own, async ones too; they come in order.
   *
   * Lossless: a slow reader slows the socket; a late one gets those that have closed first. A failure throws from the
   * loop after them. An invalid element is left out, told as an `issue` event, and holds up nothing. What `item` throws
   * is thrown from the loop.
   *
   * An element is final, whatever comes later. After a retry or a repair an element is known by its position: one that
   * was handed out is not handed out again, be it another there now, and one that was not is, when it is valid now.
   *
   * @throws TypeError for a path that the schema has no list at.
   */
  elements(this: [Item<I>] extends [never] ? never : unknown): AsyncIterable<Item<I>, void, void>
  elements<P extends string>(path: P & ElementPath<I, P>): AsyncIterable<At<I, P>, void, void>
  elements<P extends string, E>(path: P & ElementPath<I, P>, item: Schema<At<I, P>, E>): AsyncIterable<E, void, void>
  /**
   * How far the value at a path - `'customer'`, `'lines[0].total'`, `''` for the root - has come in this attempt: `absent`,
   * `open` (it may still grow), `complete` (closed, valid, and not to change again), `invalid`. Costs the length of the path.
   *
   * @throws TypeError for a path that the schema has no place for.
   */
  stateOf<P extends string>(path: P & ValuePath<I, P>): 'absent' | 'open' | 'complete' | 'invalid'
  /** Whether `stateOf(path)` is `complete`. */
  isComplete<P extends string>(path: P & ValuePath<I, P>): boolean
  /** Stops the run and the HTTP request. Readers see `reason` itself (default: an `AbortError`). */
  abort(reason?: unknown): void
  /** Which growth the partials belong to, from 1. Readable inside a loop. */
  readonly attempt: number
  /** The live ledger: every HTTP request so far. */
  readonly calls: readonly Call[]
  /** The first request body. Looking sends nothing and decides nothing: until a reader has picked, it is the plain one. */
  readonly request: Readonly<Record<string, unknown>>
}
