import { follow } from '../abort.ts'
import { isShared } from '../budget.ts'
import type { Extractor } from '../extractor.ts'
import { Limiter } from '../http/limits.ts'
import type { Model } from '../types.ts'
import { resolveModel } from '../wire/providers.ts'
import { Buyer } from './buyer.ts'
import { fingerprintOf } from './fingerprint.ts'
import { Meter } from './meter.ts'
import { Outbox } from './outbox.ts'
import type { OpenSource } from './source.ts'
import type { ExtractAllOptions, Journal, Progress, RecordItem, RecordRun, Summary } from './types.ts'
import { Workers } from './workers.ts'

/** Milliseconds between two calls of `onProgress`: ten a second. */
const progressPause = 100

/**
 * One run over records, whoever reads it.
 *
 * 1. Nothing is read, sent or locked before the first touch.
 * 2. Every record that was pulled comes to one item, or the run says why it stopped; `done + failed + kept` is the number
 *    of items.
 * 3. A record counts when the journal has it: a crash loses nothing that counted, and buys again at most what was in
 *    flight.
 */
export class LazyRun<A, I, O> implements RecordRun<A, O> {
  readonly #extractor: Extractor<A, I, O>
  readonly #open: () => OpenSource<A>
  readonly #options: ExtractAllOptions<A>
  readonly #concurrency: number
  readonly #meter: Meter
  readonly #buyer: Buyer<A, I, O>
  readonly #outbox: Outbox<RecordItem<A, O>>
  readonly #workers: Workers<A, I, O>
  #limiter: Limiter | undefined
  #done: Promise<Summary> | undefined
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
    this.#outbox = new Outbox(options.ordered ?? false, () => this.#workers.feed())
    const { name, declaration } = extractor
    const sharesBudget = isShared(declaration.budget)
    this.#workers = new Workers({
      name,
      sharesBudget,
      options,
      buyer: this.#buyer,
      meter: this.#meter,
      outbox: this.#outbox,
    })
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
    if (!this.#over) this.#workers.end('stop')
  }

  abort(reason: unknown = new DOMException('The run was aborted', 'AbortError')): void {
    if (!this.#over && this.#workers.broken === undefined) this.#workers.abort(reason)
  }

  get progress(): Progress {
    const total = this.#total
    const { rate } = this.#meter
    const { done, failed, kept } = this.#meter.sums
    const more = total === undefined ? undefined : Math.max(0, total - done - failed - kept)
    const forecast = more === undefined ? undefined : this.#meter.forecast(more)
    const { lastFailure } = this.#workers
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
      ...(lastFailure !== undefined && { lastFailure }),
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
    const workers = this.#workers
    const { signal, journal, limits, budget } = this.#options
    const stop = (): void => this.abort(signal?.reason)
    if (signal?.aborted) stop()
    const leave = signal && follow(signal, stop)
    const { model, fallback = [] } = this.#extractor.declaration
    const [limiter] = [model, ...fallback].map(limiterOf)
    this.#limiter = limiter!
    const release = this.#limiter.impose(limits ?? {})
    const ticking = this.#options.onProgress && setInterval(() => this.#tell(), progressPause)
    let opened: Journal | undefined
    let source: OpenSource<A> | undefined
    const ms = budget?.ms
    const late = ms === undefined ? undefined : setTimeout(() => workers.spent('ms', `${ms} ms have passed`), ms)
    try {
      if (journal !== undefined) {
        await journal.open(this.#extractor.name, await fingerprintOf(this.#extractor))
        opened = journal
      }
      if (workers.stopped === undefined) {
        source = this.#open()
        await workers.work(source)
      }
    } catch (error) {
      workers.break(error)
    }
    await source?.close()
    try {
      await opened?.close()
    } catch (error) {
      workers.break(error)
    }
    clearTimeout(late)
    clearInterval(ticking)
    release()
    leave?.()
    this.#meter.end()
    this.#over = true
    this.#tell()
    if (workers.broken !== undefined) {
      this.#outbox.close(workers.broken)
      throw workers.broken.error
    }
    const { by, error } = workers.stopped ?? {}
    this.#outbox.close(by === undefined || by === 'stop' ? {} : { error })
    return {
      ...this.#meter.totals,
      failures: this.#meter.failures,
      ...(by !== undefined && { stopped: by }),
      ...(error !== undefined && { error }),
    }
  }

  get #total(): number | undefined {
    return this.#options.total ?? (this.#over && this.#workers.dry ? this.#workers.taken : undefined)
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
