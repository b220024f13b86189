import type { ExtractError } from './errors.ts'
import type { Call, Issue, Usage } from './types.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
export type OpenCall = Mutable<Omit<Call, 'timing'>> & { timing: Mutable<Call['timing']> }

/** Characters to a token, where nobody counted. */
const charactersPerToken = 4
/** Costs are summed in whole units of this many to the dollar, so that no sum ends in ...00000001. */
const unitsPerDollar = 1e12

/** Every HTTP request of one extraction. An unknown part makes a sum unknown, never 0. */
export class Ledger {
  readonly calls: OpenCall[] = []
  readonly #refused = new Set<OpenCall>()

  open(kind: Call['kind'], attempt: number, model: string): OpenCall {
    const call: OpenCall = { kind, attempt, model, issues: [], outcome: 'pending', received: 0, timing: {} }
    this.calls.push(call)
    return call
  }

  /** The provider answered with an error status: no model ran, so the call has no part in any sum. */
  refused(call: OpenCall): void {
    this.#refused.add(call)
  }

  /** A call whose usage never came gets an estimate of its own, marked as one by its place. */
  estimate(call: OpenCall, sent: number, received: number): void {
    if (call.usage !== undefined || this.#refused.has(call)) return
    const inputTokens = Math.ceil(sent / charactersPerToken)
    const outputTokens = Math.ceil(received / charactersPerToken)
    call.estimated = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens }
  }

  get #billed(): OpenCall[] {
    return this.calls.filter(call => !this.#refused.has(call))
  }

  get usage(): Usage {
    const sum: Mutable<Usage> = {}
    for (const field of fields) {
      const parts = this.#billed.map(({ usage }) => usage?.[field])
      if (parts.length > 0 && parts.every(part => part !== undefined)) sum[field] = parts.reduce((a, b) => a + b, 0)
    }
    return sum
  }

  get cost(): number | undefined {
    const parts = this.#billed.map(({ cost }) => cost)
    if (parts.length === 0 || !parts.every(part => part !== undefined)) return undefined
    return parts.reduce((sum, part) => sum + Math.round(part * unitsPerDollar), 0) / unitsPerDollar
  }

  /** What the last call came to, in the ledger's words. */
  settle(outcome: string, issues: readonly Issue[]): void {
    const last = this.calls.at(-1)
    if (last === undefined) return
    last.outcome = outcome
    last.issues = issues
  }

  /** Puts the receipt on an error: a failed extraction still cost money. */
  sign(error: ExtractError): void {
    const { cost } = this
    const requestId = error.requestId ?? this.calls.at(-1)?.requestId
    Object.assign(error, {
      calls: this.calls,
      usage: this.usage,
      ...(cost !== undefined && { cost }),
      ...(requestId !== undefined && { requestId }),
    })
  }
}

const fields = ['inputTokens', 'outputTokens', 'cachedInputTokens', 'reasoningTokens', 'totalTokens'] as const
