import { isComposite } from './composite.ts'
import { BudgetError, ConfigError } from './errors.ts'
import type { BudgetLimits, Call, Price, SharedBudget, Spent, Usage } from './types.ts'

/** Characters to a token, where nobody counted. */
export const charactersPerToken = 4
/** Costs are summed in whole units of this many to the dollar, so that no sum ends in ...00000001. */
const unitsPerDollar = 1e12
/** A timer holds no more milliseconds. */
const longestTimer = 2 ** 31 - 1

/**
 * A budget that several extractions, or all of an extractor, share: give it to each as `budget`.
 *
 * 1. *Nothing is sent once it is spent.* It is checked before each request; calls that run side by side may exceed it by
 *    what they have under way.
 *
 * @throws TypeError, RangeError for limits that are none.
 */
export const createBudget = (limits: BudgetLimits): SharedBudget => {
  checkBudget(limits)
  return new Budget(limits)
}

/** @throws TypeError, RangeError for limits that are none. */
export const checkBudget = (limits: unknown): void => {
  if (isShared(limits)) return
  if (!isComposite(limits)) throw new TypeError(`Cannot keep a budget of '${limits}': ${wanted}`)
  for (const [name, value] of Object.entries(limits)) {
    if (!(names as readonly string[]).includes(name))
      throw new TypeError(`Cannot keep a budget of '${name}': ${wanted}`)
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      throw new RangeError(`Cannot keep a budget of ${value} ${name}: it must be a number of at least 0`)
  }
}

const names = ['usd', 'tokens', 'calls', 'ms'] as const
const wanted = 'give { usd, tokens, calls, ms }, or what createBudget returns'

/** Whether it is one of `createBudget`. */
export const isShared = (budget: unknown): budget is Budget => typeof (budget as Budget | null)?.admit === 'function'

/** The shared one itself, or one for this extraction alone. */
export const budgetOf = (budget: BudgetLimits | SharedBudget | undefined): Budget =>
  isShared(budget) ? budget : new Budget((budget as BudgetLimits | undefined) ?? {})

export class Budget implements SharedBudget {
  readonly limits: BudgetLimits
  readonly #isLimited: boolean
  #usd = 0
  #tokens = 0
  #output = 0
  #calls = 0
  #ended = 0
  #unpriced: string | undefined
  /** Tokens that `#usd` was spent on. */
  #paid = 0
  #started: number | undefined

  constructor(limits: BudgetLimits) {
    this.limits = limits
    this.#isLimited = names.some(name => limits[name] !== undefined)
  }

  get spent(): Spent {
    const ms = this.#started === undefined ? 0 : Math.round(performance.now() - this.#started)
    return { usd: this.#usd, tokens: this.#tokens, calls: this.#calls, ms }
  }

  /**
   * A request is about to be sent: counts it.
   *
   * @throws BudgetError where there is nothing left for it, ConfigError `no_price` where nobody knows what calls cost.
   */
  admit(json: string, model: string, price: Price | undefined): void {
    const { limits } = this
    if (limits.usd !== undefined && price === undefined && this.#unpriced === model) {
      const example = `prices: { '${model}': { input, output } }`
      throw new ConfigError(
        `Cannot keep to a budget of $${limits.usd}: nobody says what a call of ${model} costs; give ${example}`,
        'no_price',
      )
    }
    this.#started ??= performance.now()
    if (!this.#isLimited) {
      this.#calls++
      return
    }
    const { spent } = this
    const input = tokensIn(json)
    const output = this.#ended === 0 ? 0 : Math.round(this.#output / this.#ended)
    const usd = price
      ? priceOf(price, { inputTokens: input, outputTokens: output })
      : this.#ended && this.#usd / this.#ended
    const expected: Spent = { usd, tokens: input + output, calls: 1, ms: 0 }
    for (const name of names) {
      const limit = limits[name]
      if (limit === undefined || (spent[name] < limit && spent[name] + expected[name] <= limit)) continue
      const next = name === 'ms' ? '' : `, and this one was expected to take ${inWords(expected[name], name)}`
      throw new BudgetError(
        `Cannot send another request: of a budget of ${inWords(limit, name)}, ${inWords(spent[name], name)} are spent${next}`,
        name,
        { spent, expected },
      )
    }
    this.#calls++
  }

  /**
   * A call has ended. Of a call whose usage never came, the estimate is charged; where no price makes USD of it, what a token
   * has cost so far.
   */
  charge(
    call: Pick<Call, 'model' | 'usage' | 'finishReason'>,
    { inputTokens = 0, outputTokens = 0, totalTokens = inputTokens + outputTokens }: Usage,
    usd: number | undefined,
  ): void {
    this.#ended++
    this.#tokens += totalTokens
    this.#output += outputTokens
    if (usd === undefined && !isLost(call, this.#paid)) this.#unpriced = call.model
    const charged = usd ?? (this.#paid && (totalTokens * this.#usd) / this.#paid)
    this.#usd = sum([this.#usd, charged])
    if (charged) this.#paid += totalTokens
  }

  /** Ends a call when its time is up; what it returns takes that back. */
  watch(stop: (error: BudgetError) => void): () => void {
    const { ms = Infinity } = this.limits
    const left = ms === Infinity ? ms : ms - this.spent.ms
    if (left > longestTimer) return () => {}
    const timer = setTimeout(() => {
      const words = `Cannot wait for the answer: the budget of ${inWords(this.limits.ms!, 'ms')} is spent`
      stop(new BudgetError(words, 'ms', { spent: this.spent }))
    }, left)
    return () => clearTimeout(timer)
  }
}

const inWords = (amount: number, name: keyof Spent): string =>
  name === 'usd' ? `$${Number(amount.toPrecision(3))}` : `${amount.toLocaleString('en')} ${name}`

/** An image in the text of a request is no text. */
export const tokensIn = (json: string): number =>
  Math.ceil(json.replace(/"data:[^",]{0,200},[^"]*"/g, '').length / charactersPerToken)

export const tokensOf = (characters: number): number => Math.ceil(characters / charactersPerToken)

/**
 * Whether a call without a cost is one whose cost was only lost: it broke off before its end, or calls that cost something
 * (tokens of those in all: `paid`) have said so.
 */
export const isLost = ({ usage, finishReason }: Pick<Call, 'usage' | 'finishReason'>, paid: number): boolean =>
  usage === undefined && (finishReason === undefined || paid > 0)

/** USD. */
export const priceOf = (
  { input, output, cachedInput = input }: Price,
  { inputTokens = 0, outputTokens = 0, cachedInputTokens = 0 }: Usage,
): number => {
  const units = (inputTokens - cachedInputTokens) * input + cachedInputTokens * cachedInput + outputTokens * output
  return Math.round((units / 1e6) * unitsPerDollar) / unitsPerDollar
}

/** USD. */
export const sum = (parts: readonly number[]): number =>
  parts.reduce((all, part) => all + Math.round(part * unitsPerDollar), 0) / unitsPerDollar
