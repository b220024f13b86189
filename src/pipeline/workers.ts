import { BudgetError, ConfigError } from '../errors.ts'
import type { Buyer } from './buyer.ts'
import { failureOf, lastingOf } from './failure.ts'
import { Keeper, type Named } from './keeper.ts'
import type { Meter } from './meter.ts'
import type { Outbox } from './outbox.ts'
import type { OpenSource } from './source.ts'
import { Turns } from './turns.ts'
import type { ExtractAllOptions, Progress, RecordItem, Stop } from './types.ts'

/** How far items may run ahead of the loop, in multiples of the concurrency; in order, one slow record holds many up. */
const ahead = { settled: 2, ordered: 8 }

/** What the workers have in their hands besides the records. */
interface Tools<A, I, O> {
  /** Of the extractor, for messages. */
  readonly name: string
  /** One budget for all its records. */
  readonly sharesBudget: boolean
  readonly options: ExtractAllOptions<A>
  readonly buyer: Buyer<A, I, O>
  readonly meter: Meter
  readonly outbox: Outbox<RecordItem<A, O>>
}

/**
 * Takes records from a source and makes an item of each, so many at once, until there are no more or something ends it.
 *
 * 4. No more records are pulled than can be worked on or waited for: memory does not grow with their number.
 */
export class Workers<A, I, O> {
  /** Why no more records are taken, when that is not for want of them. */
  stopped: { readonly by: Stop; readonly error?: unknown } | undefined
  /** The run itself cannot go on. */
  broken: { readonly error: unknown } | undefined
  lastFailure: Progress['lastFailure']
  /** Records that were taken. */
  taken = 0
  /** The source has no more. */
  dry = false
  readonly #name: string
  readonly #sharesBudget: boolean
  readonly #options: ExtractAllOptions<A>
  readonly #concurrency: number
  readonly #buyer: Buyer<A, I, O>
  readonly #meter: Meter
  readonly #outbox: Outbox<RecordItem<A, O>>
  readonly #keeper: Keeper<A, I, O>
  readonly #turns = new Turns()
  #source: OpenSource<A> | undefined
  /** The source has been asked and has not answered. */
  #pulling = false
  #working = 0
  #finish: (() => void) | undefined

  constructor({ name, sharesBudget, options, buyer, meter, outbox }: Tools<A, I, O>) {
    this.#name = name
    this.#sharesBudget = sharesBudget
    this.#options = options
    this.#concurrency = options.concurrency ?? 8
    this.#buyer = buyer
    this.#meter = meter
    this.#outbox = outbox
    this.#keeper = new Keeper(buyer, options)
  }

  /** Resolves when everything that was taken has settled and no more is. */
  work(source: OpenSource<A>): Promise<void> {
    this.#source = source
    return new Promise(resolve => {
      this.#finish = resolve
      this.feed()
    })
  }

  /** Pulls records while there is room for them. */
  feed(): void {
    while (!this.#pulling && this.#hasRoom()) {
      this.#pulling = true
      try {
        const step = this.#source!.next()
        if (!(step instanceof Promise)) this.#take(step)
        else
          step.then(
            each => {
              this.#take(each)
              this.feed()
            },
            error => this.break(error, false),
          )
      } catch (error) {
        this.break(error, false)
      }
    }
    if (this.#working === 0 && (this.stopped !== undefined || this.broken !== undefined || this.dry)) this.#finish?.()
  }

  #hasRoom(): boolean {
    if (this.#source === undefined || this.dry || this.stopped !== undefined || this.broken !== undefined) return false
    const { ordered } = this.#options
    const open = this.#concurrency * (ordered ? ahead.ordered : ahead.settled)
    return this.#working < this.#concurrency && this.#outbox.open < open && this.#affords()
  }

  /** Whether the budget is likely to pay for one more record beside those in flight. */
  #affords(): boolean {
    const { usd, tokens } = this.#options.budget ?? {}
    if (usd === undefined && tokens === undefined) return true
    const { settled, spent: dollars } = this.#meter
    // The first record goes alone: it shows what one costs.
    if (settled === 0) return this.#working === 0
    const fits = (spent: number, most: number | undefined): boolean =>
      most === undefined || spent + (this.#working + 1) * (spent / settled) <= most
    const usdFits = fits(dollars, usd)
    if (usdFits && fits(this.#meter.tokens, tokens)) return true
    if (this.#working === 0) {
      if (usdFits) this.spent('tokens', `${this.#meter.tokens} of ${tokens} tokens are spent`)
      else this.spent('usd', `$${Number(dollars.toPrecision(6))} of $${usd} are spent`)
    }
    return false
  }

  #take(step: IteratorResult<A, unknown>): void {
    this.#pulling = false
    // A record that comes after the end of the run was never begun: a journal knows nothing of it.
    if (step.done || this.stopped !== undefined || this.broken !== undefined) {
      this.dry = true
      return
    }
    this.#working++
    this.#outbox.open++
    void this.#work(step.value, this.taken++)
  }

  /** Never rejects. */
  async #work(record: A, index: number): Promise<void> {
    let item: RecordItem<A, O> | undefined
    try {
      item = await this.#itemOf(record, index)
    } catch (error) {
      this.break(error)
    }
    await this.#turns.next()
    this.#working--
    this.#outbox.put(index, item)
    this.feed()
  }

  async #itemOf(record: A, index: number): Promise<RecordItem<A, O> | undefined> {
    const naming = this.#keeper.name(record, index)
    const named = naming instanceof Promise ? await naming : naming
    const { place } = named
    if (this.#options.journal === undefined) return this.#bought(named, 1)
    // The same key again waits for the first: it is bought once.
    return this.#keeper.alone(place.key, async () => {
      const found = await this.#keeper.find(named)
      return 'item' in found ? this.#settled(found.item) : this.#bought(named, found.tries)
    })
  }

  async #bought(named: Named<A>, tries: number): Promise<RecordItem<A, O> | undefined> {
    if (this.#abandoned) return undefined
    const { item, entry } = await this.#buyer.buy(named.place, tries)
    if (item.status === 'failed' && this.#abandoned) return undefined
    const lasting = lastingOf(item, this.#meter.sums.done > 0, this.#sharesBudget)
    if (lasting !== undefined && item.status === 'failed') {
      if (lasting === 'config') this.break(item.error)
      else this.end(lasting, item.error)
      // What was bought before the budget was spent counts.
      if (lasting !== 'budget' || item.calls.length === 0) return undefined
    }
    await this.#keeper.note(entry, named)
    this.#settled(item)
    const { usd } = this.#options.budget ?? {}
    if (usd !== undefined && this.#meter.unreported) {
      this.break(
        new ConfigError(
          `Cannot keep to a budget of $${usd}: ${this.#name} has calls whose cost the provider does not report; give prices`,
          'no_price',
        ),
      )
    }
    return item
  }

  #settled(item: RecordItem<A, O>): RecordItem<A, O> {
    const { maxFailuresInRow = 20 } = this.#options
    this.#meter.count(item)
    if (item.status === 'failed' && !item.kept) {
      this.lastFailure = { key: item.key, index: item.index, ...failureOf(item.error) }
      if (this.#meter.inRow >= maxFailuresInRow) this.end('failures', item.error)
    }
    return item
  }

  // ---- the end

  /** The budget of the run is used up: where every record has been taken, it has sufficed. */
  spent(what: 'usd' | 'tokens' | 'ms', how: string): void {
    if (this.dry) return
    const { spent: usd, tokens, elapsed: ms, calls } = this.#meter
    this.end(
      'budget',
      new BudgetError(`The budget of the run is used up: ${how}`, what, { spent: { usd, tokens, calls, ms } }),
    )
  }

  /** No more records; what is in flight is finished. */
  end(by: Stop, error?: unknown): void {
    if (this.stopped !== undefined) return
    this.stopped = { by, error }
    this.feed()
  }

  /** No more records, and what is in flight does not count. */
  abort(reason: unknown): void {
    this.stopped = { by: 'abort', error: reason }
    for (const extraction of this.#buyer.live) extraction.abort(reason)
    this.feed()
  }

  /** The run itself cannot go on. */
  break(error: unknown, abort = true): void {
    this.broken ??= { error }
    if (abort) for (const extraction of this.#buyer.live) extraction.abort(error)
    this.feed()
  }

  get #abandoned(): boolean {
    return this.stopped?.by === 'abort' || this.broken !== undefined
  }
}
