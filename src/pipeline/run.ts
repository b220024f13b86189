import { BudgetError, ConfigError } from '../errors.ts'
import type { Extractor } from '../extractor.ts'
import { Limiter } from '../http/limits.ts'
import type { Model } from '../types.ts'
import { resolveModel } from '../wire/providers.ts'
import { Buyer } from './buyer.ts'
import { failureOf, lastingOf } from './failure.ts'
import { fingerprintOf } from './fingerprint.ts'
import { hashOf, textOf } from './key.ts'
import { Meter } from './meter.ts'
import { Outbox } from './outbox.ts'
import type { OpenSource } from './source.ts'
import type { ExtractAllOptions, Journal, Place, Progress, RecordItem, RecordRun, Stop, Summary } from './types.ts'

/** Milliseconds between two calls of `onProgress`: ten a second. */
const progressPause = 100

/** How far items may run ahead of the loop, in multiples of the concurrency; in order, one slow record holds many up. */
const ahead = { settled: 2, ordered: 8 }

/**
 * One run over records, whoever reads it.
 *
 * 1. Nothing is read, sent or locked before the first touch.
 * 2. Every record that was pulled comes to one item, or the run says why it stopped; `done + failed + kept` is the number
 *    of items.
 * 3. A record counts when the journal has it: a crash loses nothing that counted, and buys again at most what was in
 *    flight.
 * 4. No more records are pulled than can be worked on or waited for: memory does not grow with their number.
 */
export class LazyRun<A, I, O> implements RecordRun<A, O> {
  readonly #extractor: Extractor<A, I, O>
  readonly #open: () => OpenSource<A>
  readonly #options: ExtractAllOptions<A>
  readonly #concurrency: number
  readonly #meter: Meter
  readonly #buyer: Buyer<A, I, O>
  readonly #outbox: Outbox<RecordItem<A, O>>
  readonly #busy = new Map<string, Promise<unknown>>()
  #limiter: Limiter | undefined
  #source: OpenSource<A> | undefined
  /** The source has been asked and has not answered. */
  #pulling = false
  /** The source has no more. */
  #dry = false
  #index = 0
  #working = 0
  #stopped: { readonly by: Stop; readonly error?: unknown } | undefined
  #broken: { readonly error: unknown } | undefined
  #lastFailure: Progress['lastFailure']
  #done: Promise<Summary> | undefined
  #finish: (() => void) | undefined
  #begun = false
  #promised = false
  #over = false

  constructor(extractor: Extractor<A, I, O>, open: () => OpenSource<A>, options: ExtractAllOptions<A>) {
    this.#extractor = extractor
    this.#open = open
    this.#options = options
    this.#concurrency = options.concurrency ?? 8
    this.#meter = new Meter(options.prices)
    this.#buyer = new Buyer(extractor, this.#meter)
    this.#outbox = new Outbox(options.ordered ?? false, () => this.#feed())
  }

  // ---- readers

  then<R = Summary, E = never>(
    onfulfilled?: ((summary: Summary) => R | PromiseLike<R>) | null,
    onrejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    this.#promised = true
    return this.#touch().then(onfulfilled, onrejected)
  }

  [Symbol.asyncIterator](): AsyncIterator<RecordItem<A, O>, void, void> {
    let joined = false
    return {
      next: () => {
        if (!joined) this.#join()
        joined = true
        return this.#outbox.take()
      },
      return: async () => {
        if (joined && !this.#over) {
          this.#outbox.leave()
          if (!this.#promised) this.abort(new DOMException('The run was aborted: its loop was left', 'AbortError'))
          await this.#done?.catch(() => {})
        }
        return { done: true, value: undefined }
      },
    }
  }

  stop(): void {
    this.#end('stop')
  }

  abort(reason: unknown = new DOMException('The run was aborted', 'AbortError')): void {
    if (this.#over || this.#broken !== undefined) return
    this.#stopped = { by: 'abort', error: reason }
    for (const extraction of this.#buyer.live) extraction.abort(reason)
    this.#feed()
  }

  get progress(): Progress {
    const total = this.#total
    const { rate } = this.#meter
    const { done, failed, kept } = this.#meter.sums
    const more = total === undefined ? undefined : Math.max(0, total - done - failed - kept)
    const forecast = more === undefined ? undefined : this.#meter.forecast(more)
    const wait = this.#over ? undefined : this.#limiter?.wait
    return {
      ...this.#meter.totals,
      ...(total !== undefined && { total }),
      inFlight: this.#buyer.phases,
      rate,
      ...(more !== undefined && rate > 0 && { left: Math.round((more / rate) * 1000) }),
      ...(forecast !== undefined && { forecast }),
      ...(wait !== undefined && { wait }),
      concurrency: Math.min(this.#concurrency, this.#limiter?.width ?? this.#concurrency),
      ...(this.#lastFailure !== undefined && { lastFailure: this.#lastFailure }),
    }
  }

  // ---- the run

  #join(): void {
    if (this.#begun) {
      throw new TypeError(
        'Cannot read the items of a run that has begun: one loop reads them, and it begins before or with the run',
      )
    }
    this.#begun = true
    this.#outbox.join()
    // A loop hears of a failure itself.
    this.#touch().catch(() => {})
  }

  #touch(): Promise<Summary> {
    this.#done ??= Promise.resolve().then(() => {
      this.#begun = true
      return this.#run()
    })
    return this.#done
  }

  async #run(): Promise<Summary> {
    const { signal, journal, limits, budget } = this.#options
    const follow = (): void => this.abort(signal?.reason)
    if (signal?.aborted) follow()
    signal?.addEventListener('abort', follow, { once: true })
    const { model, fallback = [] } = this.#extractor.declaration
    const [limiter] = [model, ...fallback].map(limiterOf)
    this.#limiter = limiter!
    const release = this.#limiter.impose(limits ?? {})
    const ticking = this.#options.onProgress && setInterval(() => this.#tell(), progressPause)
    let opened: Journal | undefined
    const ms = budget?.ms
    const late = ms === undefined ? undefined : setTimeout(() => this.#spent('ms', `${ms} ms have passed`), ms)
    try {
      if (journal !== undefined) {
        await journal.open(this.#extractor.name, await fingerprintOf(this.#extractor))
        opened = journal
      }
      if (this.#stopped === undefined) {
        this.#source = this.#open()
        await new Promise<void>(resolve => {
          this.#finish = resolve
          this.#feed()
        })
      }
    } catch (error) {
      this.#break(error)
    }
    await this.#source?.close()
    await opened?.close().catch(error => this.#break(error))
    clearTimeout(late)
    clearInterval(ticking)
    release()
    signal?.removeEventListener('abort', follow)
    this.#meter.end()
    this.#over = true
    this.#tell()
    if (this.#broken !== undefined) {
      this.#outbox.close(this.#broken)
      throw this.#broken.error
    }
    const { by, error } = this.#stopped ?? {}
    this.#outbox.close(by === undefined || by === 'stop' ? {} : { error })
    return {
      ...this.#meter.totals,
      failures: this.#meter.failures,
      ...(by !== undefined && { stopped: by }),
      ...(error !== undefined && { error }),
    }
  }

  /** Pulls records while there is room for them. */
  #feed(): void {
    while (!this.#pulling && this.#hasRoom()) {
      this.#pulling = true
      try {
        const step = this.#source!.next()
        if (!(step instanceof Promise)) this.#take(step)
        else
          step.then(
            each => {
              this.#take(each)
              this.#feed()
            },
            error => this.#break(error, false),
          )
      } catch (error) {
        this.#break(error, false)
      }
    }
    if (this.#working === 0 && (this.#stopped !== undefined || this.#broken !== undefined || this.#dry))
      this.#finish?.()
  }

  #hasRoom(): boolean {
    if (this.#source === undefined || this.#dry || this.#stopped !== undefined || this.#broken !== undefined)
      return false
    const { ordered } = this.#options
    const open = this.#concurrency * (ordered ? ahead.ordered : ahead.settled)
    return this.#working < this.#concurrency && this.#outbox.open < open && this.#affords()
  }

  /** Whether the budget is likely to pay for one more record beside those in flight. */
  #affords(): boolean {
    const { usd, tokens } = this.#options.budget ?? {}
    if (usd === undefined && tokens === undefined) return true
    const { settled, sums } = this.#meter
    // The first record goes alone: it shows what one costs.
    if (settled === 0) return this.#working === 0
    const fits = (spent: number, most: number | undefined): boolean =>
      most === undefined || spent + (this.#working + 1) * (spent / settled) <= most
    const usdFits = fits(sums.cost, usd)
    if (usdFits && fits(this.#meter.tokens, tokens)) return true
    if (this.#working === 0) {
      if (usdFits) this.#spent('tokens', `${this.#meter.tokens} of ${tokens} tokens are spent`)
      else this.#spent('usd', `$${sums.cost} of $${usd} are spent`)
    }
    return false
  }

  #take(step: IteratorResult<A, unknown>): void {
    this.#pulling = false
    // A record that comes after the end of the run was never begun: a journal knows nothing of it.
    if (step.done || this.#stopped !== undefined || this.#broken !== undefined) {
      this.#dry = true
      return
    }
    this.#working++
    this.#outbox.open++
    void this.#work(step.value, this.#index++)
  }

  /** Never rejects. */
  async #work(record: A, index: number): Promise<void> {
    let item: RecordItem<A, O> | undefined
    try {
      item = await this.#itemOf(record, index)
    } catch (error) {
      this.#break(error)
    }
    this.#working--
    this.#outbox.put(index, item)
    this.#feed()
  }

  async #itemOf(record: A, index: number): Promise<RecordItem<A, O> | undefined> {
    const { journal } = this.#options
    const key = this.#givenKey(record, index) ?? (await hashOf(textOf(record, index)))
    const place = { key, index, record }
    if (journal === undefined) return this.#bought(place, 1)
    // The same key again waits for the first: it is bought once.
    for (let other = this.#busy.get(key); other !== undefined; other = this.#busy.get(key)) await other
    const work = this.#known(place, journal)
    const quiet = work.catch(() => {})
    this.#busy.set(key, quiet)
    return work.finally(() => this.#busy.delete(key))
  }

  async #known(place: Place<A>, journal: Journal): Promise<RecordItem<A, O> | undefined> {
    const entry = await journal.read(place.key)
    const kept = entry && (await this.#buyer.kept(entry, place, this.#options.retryFailed ?? false))
    if (kept === undefined) return this.#bought(place, (entry?.tries ?? 0) + 1)
    this.#meter.count(kept)
    return kept
  }

  async #bought(place: Place<A>, tries: number): Promise<RecordItem<A, O> | undefined> {
    if (this.#abandoned) return undefined
    const { journal, budget, maxFailuresInRow = 20 } = this.#options
    const { item, entry } = await this.#buyer.buy(place, tries)
    if (item.status === 'failed' && this.#abandoned) return undefined
    const lasting = lastingOf(item, this.#meter.sums.done > 0)
    if (lasting !== undefined && item.status === 'failed') {
      if (lasting === 'config') this.#break(item.error)
      else this.#end(lasting, item.error)
      return undefined
    }
    await journal?.append(entry())
    this.#meter.count(item)
    if (item.status === 'failed') {
      this.#lastFailure = { key: item.key, index: item.index, ...failureOf(item.error) }
      if (this.#meter.inRow >= maxFailuresInRow) this.#end('failures', item.error)
    }
    if (budget?.usd !== undefined && this.#meter.sums.unpriced > 0) {
      this.#break(
        new ConfigError(
          `Cannot keep to a budget of $${budget.usd}: ${this.#extractor.name} has calls whose cost the provider does not report; give prices`,
          'no_price',
        ),
      )
    }
    return item
  }

  #givenKey(record: A, index: number): string | undefined {
    const { key, journal } = this.#options
    if (key === undefined) return journal === undefined ? String(index) : undefined
    const given: unknown = key(record, index)
    if (typeof given === 'string' && given !== '') return given
    throw new TypeError(
      `Cannot tell record ${index} by its key: key() returned ${given === '' ? `''` : `a ${typeof given}`}, not a string`,
    )
  }

  // ---- its end

  get #abandoned(): boolean {
    return this.#stopped?.by === 'abort' || this.#broken !== undefined
  }

  #spent(what: 'usd' | 'tokens' | 'ms', how: string): void {
    this.#end('budget', new BudgetError(`The budget of the run is used up: ${how}`, what))
  }

  /** No more records; what is in flight is finished. */
  #end(by: Stop, error?: unknown): void {
    if (this.#stopped !== undefined || this.#over) return
    this.#stopped = { by, error }
    this.#feed()
  }

  /** The run itself cannot go on. */
  #break(error: unknown, abort = true): void {
    this.#broken ??= { error }
    if (abort) for (const extraction of this.#buyer.live) extraction.abort(error)
    this.#feed()
  }

  get #total(): number | undefined {
    return this.#options.total ?? (this.#over && this.#dry ? this.#index : undefined)
  }

  #tell(): void {
    try {
      this.#options.onProgress?.(this.progress)
    } catch {}
  }
}

const limiterOf = (model: string | Model): Limiter => {
  const { provider } = resolveModel(model)
  provider.memory.limiter ??= new Limiter(provider.row.name)
  return provider.memory.limiter
}
