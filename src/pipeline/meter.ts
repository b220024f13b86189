import { isLost, priceOf, sum } from '../budget.ts'
import type { Call, Price, Usage } from '../types.ts'
import { failureOf } from './failure.ts'
import type { FailureKind, RecordItem, Totals } from './types.ts'

/** Kinds of failures that are told apart, and keys that are remembered of each. */
const mostKinds = 50
const mostKeys = 5
/** Seconds over which the rate is taken. */
const seconds = 60
/** Records after which a forecast says something. */
const enough = 20

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Counted = Omit<Mutable<Totals>, 'elapsed' | 'cost' | 'costOf'>

/** Sums a run up as it goes. */
export class Meter {
  readonly sums: Counted = {
    done: 0,
    failed: 0,
    kept: 0,
    keptFailed: 0,
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    knownCost: 0,
    unpriced: 0,
    cached: 0,
  }
  readonly costOf: Partial<Record<Call['kind'], number>> = {}
  /** Requests that were sent. */
  calls = 0
  /** A call came to its end and nobody said what it cost. */
  unreported = false
  /** Failures since the last record that was done. */
  inRow = 0
  readonly #prices: Price | undefined
  /** Tokens of the calls that cost something, and of those whose cost was lost. */
  #paid = 0
  #lost = 0
  readonly #kinds = new Map<string, Mutable<FailureKind> & { keys: string[] }>()
  readonly #started = performance.now()
  readonly #perSecond = new Array<{ second: number; count: number }>(seconds)
  #mean = 0
  #spread = 0
  #ended: number | undefined

  constructor(prices: Price | undefined) {
    this.#prices = prices
  }

  get elapsed(): number {
    return Math.round((this.#ended ?? performance.now()) - this.#started)
  }

  end(): void {
    this.#ended ??= performance.now()
  }

  /** Records that were bought. */
  get settled(): number {
    return this.sums.done + this.sums.failed
  }

  get tokens(): number {
    return this.sums.inputTokens + this.sums.outputTokens
  }

  /** USD for a budget: a call whose cost was lost has cost as much a token as the others. */
  get spent(): number {
    const { knownCost } = this.sums
    return this.#paid === 0 ? knownCost : sum([knownCost, (this.#lost * knownCost) / this.#paid])
  }

  get totals(): Totals {
    const { knownCost, unpriced } = this.sums
    const cost = unpriced === 0 ? { cost: knownCost } : {}
    return { ...this.sums, ...cost, costOf: { ...this.costOf }, elapsed: this.elapsed }
  }

  get failures(): readonly FailureKind[] {
    return [...this.#kinds.values()].sort((a, b) => b.count - a.count)
  }

  /** USD of one call; undefined when nobody knows, 0 when the provider refused it. */
  priceOf(call: Call): number | undefined {
    if (call.cost !== undefined) return call.cost
    const usage = call.usage ?? call.estimated
    if (usage === undefined) return 0
    return this.#prices && priceOf(this.#prices, usage)
  }

  /** USD of all calls of a record. */
  costOfCalls(calls: readonly Call[]): number | undefined {
    const prices = calls.map(call => this.priceOf(call))
    return prices.every(price => price !== undefined) ? sum(prices) : undefined
  }

  /** Calls were paid for, whatever became of their record. */
  spend(calls: readonly Call[]): void {
    for (const call of calls) {
      if (call.cached) this.sums.cached++
      else this.calls++
      const usage: Usage = call.usage ?? call.estimated ?? {}
      this.sums.inputTokens += usage.inputTokens ?? 0
      this.sums.outputTokens += usage.outputTokens ?? 0
      this.sums.cachedInputTokens += usage.cachedInputTokens ?? 0
      const price = this.priceOf(call)
      const tokens = usage.totalTokens ?? (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0)
      if (price === undefined) {
        this.sums.unpriced++
        if (isLost(call, this.#paid)) this.#lost += tokens
        else this.unreported = true
      } else {
        if (price > 0) this.#paid += tokens
        this.sums.knownCost = sum([this.sums.knownCost, price])
        this.costOf[call.kind] = sum([this.costOf[call.kind] ?? 0, price])
      }
    }
  }

  /** A record has settled and counts. */
  count(item: RecordItem<any, any>): void {
    const failed = item.status === 'failed'
    if (failed) this.#note(item.key, item.error)
    if (item.kept) {
      this.sums.kept++
      if (failed) this.sums.keptFailed++
      return
    }
    if (failed) this.sums.failed++
    else this.sums.done++
    this.inRow = failed ? this.inRow + 1 : 0
    this.#tick()
    this.#learn(item.cost ?? 0)
  }

  /** Records a second, over the last minute or since the beginning. */
  get rate(): number {
    const now = this.#second
    let count = 0
    for (const each of this.#perSecond) if (each !== undefined && now - each.second < seconds) count += each.count
    const over = Math.min(seconds, this.elapsed / 1000)
    return over > 0 ? count / over : 0
  }

  /** What all will have cost when so many more have been bought. */
  forecast(more: number): { cost: number; margin: number } | undefined {
    if (this.settled < enough || this.sums.unpriced > 0) return undefined
    const deviation = Math.sqrt(this.#spread / (this.settled - 1))
    // 95 in 100 of normally distributed sums lie within 1.96 deviations.
    return { cost: this.sums.knownCost + more * this.#mean, margin: 1.96 * deviation * Math.sqrt(more) }
  }

  get #second(): number {
    return Math.floor(this.elapsed / 1000)
  }

  #tick(): void {
    const second = this.#second
    const slot = this.#perSecond[second % seconds]
    if (slot?.second === second) slot.count++
    else this.#perSecond[second % seconds] = { second, count: 1 }
  }

  /** Welford's running mean and squared deviations. */
  #learn(cost: number): void {
    const off = cost - this.#mean
    this.#mean += off / this.settled
    this.#spread += off * (cost - this.#mean)
  }

  #note(key: string, error: unknown): void {
    const { code, path, message } = failureOf(error)
    const id = `${code} ${path}`
    let kind = this.#kinds.get(id)
    if (kind === undefined) {
      if (this.#kinds.size === mostKinds) return
      kind = { code, path, count: 0, keys: [], message }
      this.#kinds.set(id, kind)
    }
    kind.count++
    if (kind.keys.length < mostKeys) kind.keys.push(key)
  }
}
