import type { Message } from './prompts.ts'
import type { DeepPartial } from './schemas.ts'

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
