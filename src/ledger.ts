import { type Budget, budgetOf, priceOf, sum, tokensIn, tokensOf } from './budget.ts'
import { defined } from './defined.ts'
import type { BudgetError, ExtractError } from './errors.ts'
import type { Call, Issue, Options, Price, Usage } from './types.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
export type OpenCall = Mutable<Omit<Call, 'timing'>> & { timing: Mutable<Call['timing']> }

/** Every HTTP request of one extraction. An unknown part makes a sum unknown, never 0. */
export class Ledger {
  readonly calls: OpenCall[] = []
  readonly #refused = new Set<OpenCall>()
  readonly #prices: Readonly<Record<string, Price>>
  readonly #budget: Budget

  constructor({ prices = {}, budget }: Pick<Options, 'prices' | 'budget'> = {}) {
    this.#prices = prices
    this.#budget = budgetOf(budget)
  }

  /** @throws BudgetError where nothing is left for this request, ConfigError `no_price`. */
  admit(json: string, model: string): void {
    this.#budget.admit(json, model, this.#prices[model])
  }

  /** Ends a call when the time of the budget is up; what it returns takes that back. */
  watch(stop: (error: BudgetError) => void): () => void {
    return this.#budget.watch(stop)
  }

  open(kind: Call['kind'], attempt: number, model: string, mode: Call['mode']): OpenCall {
    const call: OpenCall = { kind, attempt, model, mode, issues: [], outcome: 'pending', received: 0, timing: {} }
    this.calls.push(call)
    return call
  }

  /** An answer that nothing was sent for: its part in every sum is 0, whichever the others have. */
  recalled(call: Pick<OpenCall, 'kind' | 'attempt' | 'model' | 'mode' | 'received' | 'timing'>): void {
    const usage = Object.fromEntries(fields.map(field => [field, 0]))
    this.calls.push({ ...call, cached: true, usage, cost: 0, issues: [], outcome: 'ok' })
  }

  /** The provider answered with an error status, or was not reached: no model ran, so the call has no part in any sum. */
  refused(call: OpenCall): void {
    this.#refused.add(call)
  }

  /**
   * A call has ended. One whose usage never came gets an estimate of its own, marked as one by its place.
   *
   * @param sent the request, `received` the characters of the answer.
   */
  close(call: OpenCall, sent: string, received: number): void {
    if (this.#refused.has(call)) return
    const price = this.#prices[call.model]
    if (call.usage === undefined) {
      const inputTokens = tokensIn(sent)
      const outputTokens = tokensOf(received)
      call.estimated = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens }
    } else if (price !== undefined && call.cost === undefined && isWhole(call.usage))
      call.cost = priceOf(price, call.usage)
    const usage = call.usage ?? call.estimated!
    this.#budget.charge(call, usage, call.cost ?? (price && priceOf(price, usage)))
  }

  get #billed(): OpenCall[] {
    return this.calls.filter(call => !this.#refused.has(call))
  }

  get usage(): Usage {
    const billed = this.#billed
    if (billed.length === 1) return billed[0]!.usage ?? {}
    const whole: Mutable<Usage> = {}
    for (const field of fields) {
      const parts = billed.map(({ usage }) => usage?.[field])
      if (parts.length > 0 && parts.every(part => part !== undefined)) whole[field] = parts.reduce((a, b) => a + b, 0)
    }
    return whole
  }

  get cost(): number | undefined {
    const parts = this.#billed.map(({ cost }) => cost)
    if (parts.length === 0 || !parts.every(part => part !== undefined)) return undefined
    return sum(parts)
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
    Object.assign(error, defined({ calls: this.calls, usage: this.usage, cost, requestId }))
  }
}

const fields = ['inputTokens', 'outputTokens', 'cachedInputTokens', 'reasoningTokens', 'totalTokens'] as const

const isWhole = ({ inputTokens, outputTokens }: Usage): boolean =>
  inputTokens !== undefined && outputTokens !== undefined
