import type { Call, Issue, Price, Usage } from '../types.ts'

/** What records may come from. It is read no faster than records are wanted, and its `return` is called when they no longer are. */
export type Source<A> = Iterable<A> | AsyncIterable<A> | ReadableStream<A>

/** A record and what it is known by. */
export interface Place<A> {
  readonly key: string
  /** The record's place in the source, from 0. */
  readonly index: number
  readonly record: A
}

/** What became of one record. */
export type RecordItem<A, O> = Place<A> & {
  /** Read from the journal, not bought in this run. */
  readonly kept: boolean
  readonly calls: readonly Call[]
  /** The sum over `calls`; a field that one call did not report is absent. */
  readonly usage: Usage
  /** USD, as reported or by `prices`; absent when unknown. */
  readonly cost?: number
} & (
    | { readonly status: 'done'; readonly output: O }
    /** `error` is what the extraction threw, or the extractor's `prompt` for this record. */
    | { readonly status: 'failed'; readonly error: unknown }
  )

/** Failures of one kind: the same code at the same place. */
export interface FailureKind {
  readonly code: string
  /** Such as `lines[].qty`; empty where there is none. */
  readonly path: string
  readonly count: number
  /** The first few. */
  readonly keys: readonly string[]
  /** Of the first one. */
  readonly message: string
}

/** Sums of a run. A call whose usage never came is in them with its estimate; `unpriced` says how many have no known cost. */
export interface Totals {
  readonly done: number
  readonly failed: number
  /** Records that the journal had, whatever had become of them. They are neither in `done` nor in `failed`. */
  readonly kept: number
  /** How many of `kept` had failed. */
  readonly keptFailed: number
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  /** USD; absent when a call cost something nobody told. */
  readonly cost?: number
  /** USD that are known to be spent: less than the cost when `unpriced` is above 0. */
  readonly knownCost: number
  /** What `knownCost` went to. */
  readonly costOf: Readonly<Partial<Record<Call['kind'], number>>>
  /** Calls that cost something nobody told. */
  readonly unpriced: number
  /** Calls that were answered by the `cache`. */
  readonly cached: number
  /** Milliseconds since the run began. */
  readonly elapsed: number
}

/**
 * Why a run ended early. `auth`, `quota`: the provider refuses every call. `failures`: too many in a row. `budget`: as
 * asked, of the run or with one that the extractor shares. `abort`: by `signal` or `abort()`. `stop`: by `stop()`.
 */
export type Stop = 'auth' | 'quota' | 'failures' | 'budget' | 'abort' | 'stop'

export interface Summary extends Totals {
  /** Absent when the source was read to its end. */
  readonly stopped?: Stop
  /** What stopped it: the `APIError`, the `BudgetError`, the last failure in a row, the reason of an abort. */
  readonly error?: unknown
  /** The most frequent kinds first, at most 50. */
  readonly failures: readonly FailureKind[]
}

/** A run as it stands. */
export interface Progress extends Totals {
  /** Records in all, when known. */
  readonly total?: number
  /** Records that are being worked on. `waiting`: for the limits, or to be tried again. */
  readonly inFlight: { readonly reading: number; readonly repairing: number; readonly waiting: number }
  /** Records a second, over the last minute; kept ones do not count. */
  readonly rate: number
  /** Milliseconds to the end at this rate; absent when that cannot be told. */
  readonly left?: number
  /** USD the whole run will have cost, give or take; absent before 20 records are done and where the total is unknown. */
  readonly forecast?: { readonly cost: number; readonly margin: number }
  /** What holds the next call up. */
  readonly wait?: Wait
  /** How many calls may run at once now. Below the option after the provider had enough. */
  readonly concurrency: number
  readonly lastFailure?: {
    readonly key: string
    readonly index: number
    readonly code: string
    readonly path: string
    readonly message: string
  }
}

export interface Wait {
  /** Such as `429 from openai`, `rpm`, `tpm`. */
  readonly reason: string
  /** Milliseconds until the next call. */
  readonly ms: number
}

/** Most calls and tokens in any 60 seconds, over all runs on the same provider. */
export interface RateLimits {
  /** Requests per minute, retries and repairs included. */
  readonly rpm?: number | undefined
  /** Tokens per minute, sent and received: estimated before a call, corrected after it. */
  readonly tpm?: number | undefined
}

/** When to start no more records. What is in flight is finished: it is paid for. */
export interface Budget {
  readonly usd?: number | undefined
  readonly tokens?: number | undefined
  readonly ms?: number | undefined
}

export interface ExtractAllOptions<A> {
  /** Records in flight at once. Default 8. Fewer while the provider has enough: halved at each 429, then slowly more again. */
  readonly concurrency?: number | undefined
  /** Items in the order of the source. Default false: as they settle. */
  readonly ordered?: boolean | undefined
  /**
   * What a record is known by in the journal: the same key is the same record, bought once. A record that differs from an
   * earlier one of the same key fails with `key_conflict`. Default: a hash of the record where there is a journal, else its
   * index.
   */
  readonly key?: ((record: A, index: number) => string) | undefined
  /** Where finished records are noted, so that a run can go on after a crash. `fileJournal(path)` of `decant/node` is one. */
  readonly journal?: Journal | undefined
  /** Try records again that the journal has as failed. Default false. */
  readonly retryFailed?: boolean | undefined
  readonly limits?: RateLimits | undefined
  /** Stop when this many records in a row have failed. Default 20. */
  readonly maxFailuresInRow?: number | undefined
  readonly budget?: Budget | undefined
  readonly prices?: Price | undefined
  /** How many records there are. Default: the length of a list, the size of a set. */
  readonly total?: number | undefined
  /** Told at most ten times a second while the run goes on, and once at its end. What it throws is ignored. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A line of a journal: what became of one record. Plain data. */
export interface JournalEntry {
  readonly key: string
  readonly index: number
  readonly status: 'done' | 'failed'
  /** A hash of the record, where its key is one that was given. */
  readonly content?: string
  /** How often the record was tried in all runs. */
  readonly tries: number
  /** The answer as the schema received it; only of `done`. */
  readonly input?: unknown
  /** Only of `failed`. */
  readonly error?: FailureEntry
  readonly calls: readonly Call[]
  readonly usage: Usage
  readonly cost?: number
}

export interface FailureEntry {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly retryable: boolean
  readonly issues: readonly Issue[]
  readonly requestId?: string
  /** The beginning of the record as JSON. */
  readonly record: string
  /** The beginning of what the model said. */
  readonly text: string
}

/** What outputs depend on. A journal belongs to one of them. Hashes, and no key. */
export interface Fingerprint {
  /** `provider/id`. */
  readonly model: string
  /** Of the functions as they are sent. What a schema's own transforms and refinements do is not seen. */
  readonly schema: string
  /** Of the instructions and the source text of the extractor's `prompt`. What that function closes over is not seen. */
  readonly prompt: string
  /**
   * Of the other options that are sent, and of `fallback`. Not of those that say how an answer is mended or how long it may
   * be (`maxRepairs`, `repair`, `maxSteps`, `maxOutputTokens`, `onTruncated`): what is done is as good with any of them, and
   * what failed may be tried again with others.
   */
  readonly options: string
  /** Of the source text of `validate`. What that function closes over is not seen. */
  readonly validate: string
}

/** A store of finished records. One run at a time. */
export interface Journal {
  /** Called once, first. Throws when the store is another run's, or of another fingerprint; then it holds nothing open. */
  open(extractor: string, fingerprint: Fingerprint): Promise<void>
  /** The last entry of a key. */
  read(key: string): JournalEntry | undefined | Promise<JournalEntry | undefined>
  /** Resolves when the entry would survive a loss of power: only then the record counts. */
  append(entry: JournalEntry): Promise<void>
  /** Called once, last, unless `open` threw. */
  close(): Promise<void>
  /** The SHA-256 of a text in hexadecimal. Default: that of Web Crypto, which hands every text to another thread. */
  readonly sha256?: ((text: string) => string) | undefined
}

/**
 * One unstarted or running run over records. Nothing is read or sent before the first touch.
 *
 * - `await run`: the `Summary`. Failures of records are in it; it rejects only when the run itself breaks: the source
 *   throws, the journal cannot be written, a key is missing.
 * - `for await (const item of run)`: the items, by one loop that begins no later than the run. It throws what stopped the
 *   run; after `stop()` it just ends. Leaving it aborts the run, unless somebody awaits the summary.
 */
export interface RecordRun<A, O> extends PromiseLike<Summary>, AsyncIterable<RecordItem<A, O>, void, void> {
  /** As it stands now; also after the end. */
  readonly progress: Progress
  /** Starts no more records; those in flight are finished. */
  stop(): void
  /** Ends everything now: what is in flight is not finished and does not count. */
  abort(reason?: unknown): void
}
