import type { View } from './decode/view.ts'
import type { DeepPartial, Event } from './types.ts'

/** What a reader waits for has not come yet. */
const nothing = Symbol('nothing')

interface Waiter<T> {
  resolve(result: IteratorResult<T, void>): void
  reject(error: unknown): void
}

/**
 * Between one run and its readers. Partials go through one slot, which holds the newest; events are kept until every
 * reader has had them, and make the socket wait meanwhile.
 */
export class Channel<I> {
  /** Which growth the partials belong to, from 1. */
  attempt = 1
  readonly #partials = new Set<Reader<I, DeepPartial<I>>>()
  readonly #events = new Set<EventReader<I>>()
  readonly #observer: ((event: Event) => void) | undefined
  readonly #onLeave: () => void
  #view: View | undefined
  #before: View | undefined
  #reported: unknown
  #last: Event<I> | undefined
  #drained: (() => void) | undefined
  #hurried = false
  #end: { readonly failed: boolean; readonly error: unknown } | undefined

  /** @param onLeave a reader has left before the end. */
  constructor(observer: ((event: Event) => void) | undefined, onLeave: () => void) {
    this.#observer = observer
    this.#onLeave = onLeave
  }

  // ---- the run's side

  /** Whether anybody wants events; without, none need be made. */
  get watched(): boolean {
    return this.#events.size > 0 || this.#observer !== undefined
  }

  emit(event: Event<I>): void {
    // User code that outlives an abort may still have something to say.
    if (this.#end !== undefined) return
    this.#last = event
    for (const reader of this.#events) reader.push(event)
    // An observer cannot break an extraction, an async one neither.
    try {
      Promise.resolve(this.#observer?.(event as Event)).catch(() => {})
    } catch {}
  }

  /** An answer begins to grow. */
  show(view: View): void {
    this.#view = view
  }

  /** What was shown is not the answer: the next growth is another attempt. */
  restart(): void {
    if (this.#end !== undefined) return
    this.attempt++
    this.#before = this.best
    this.#view = undefined
    this.#reported = undefined
  }

  /**
   * The view may have grown. Told once for each piece of the network, however many deltas were in it: a snapshot of a
   * container costs its width, and nobody can tell apart what arrived together.
   */
  grew(): void {
    for (const reader of this.#partials) reader.pump()
    if (!this.watched) return
    const value = this.value
    if (value === undefined || value === this.#reported) return
    this.#reported = value
    this.emit({ type: 'partial', attempt: this.attempt, value })
  }

  /** Resolves when every event reader has had its events; undefined when they have, or when somebody waits for the end. */
  backlog(): Promise<void> | undefined {
    if (this.#hurried || !this.#waits()) return undefined
    return new Promise(resolve => {
      this.#drained = resolve
    })
  }

  /** Somebody waits for the end: a reader of events that stands still must not hold it up for ever. */
  hurry(): void {
    this.#hurried = true
    this.#release()
  }

  close(failed: boolean, error?: unknown): void {
    this.#end = { failed, error }
    for (const reader of [...this.#partials, ...this.#events]) reader.pump()
  }

  // ---- the readers' side

  get value(): DeepPartial<I> | undefined {
    return this.#view?.value as DeepPartial<I> | undefined
  }

  /** Something of the present attempt has come, whether or not it can be shown. */
  get begun(): boolean {
    return this.#view !== undefined && this.#view.text !== ''
  }

  /** The newest view that shows something, of whichever attempt: what an error carries. */
  get best(): View | undefined {
    return this.value === undefined ? this.#before : this.#view
  }

  get end(): { readonly failed: boolean; readonly error: unknown } | undefined {
    return this.#end
  }

  /** How many are reading now. */
  get readers(): number {
    return this.#partials.size + this.#events.size
  }

  /** @param onTouch called at the first `next`. */
  readPartials(onTouch: () => void): AsyncIterator<DeepPartial<I>, void, void> {
    return new PartialReader<I>(this, this.#partials, onTouch)
  }

  readEvents(onTouch: () => void): AsyncIterator<Event<I>, void, void> {
    return new EventReader<I>(this, this.#events, onTouch)
  }

  /** What a late reader of events begins with: the present snapshot; after a clean end the last event as well. */
  summarize(): Event<I>[] {
    const { value } = this
    this.#reported = value
    return [
      ...(value === undefined ? [] : [{ type: 'partial', attempt: this.attempt, value } as const]),
      ...(this.#end !== undefined && this.#last?.type === 'finish' ? [this.#last] : []),
    ]
  }

  /** A reader has nothing left to read for now. */
  took(): void {
    if (!this.#waits()) this.#release()
  }

  left(): void {
    this.took()
    if (this.#end === undefined) this.#onLeave()
  }

  #release(): void {
    this.#drained?.()
    this.#drained = undefined
  }

  #waits(): boolean {
    for (const reader of this.#events) if (reader.behind) return true
    return false
  }
}

/** An iterator over what a channel has for it. Joins at its first `next`; an iterator nobody reads costs nothing. */
abstract class Reader<I, T> implements AsyncIterator<T, void, void> {
  protected readonly channel: Channel<I>
  readonly #room: Set<Reader<I, T>>
  readonly #onTouch: () => void
  readonly #waiters: Waiter<T>[] = []
  #state: 'new' | 'reading' | 'over' = 'new'

  constructor(channel: Channel<I>, room: Set<any>, onTouch: () => void) {
    this.channel = channel
    this.#room = room
    this.#onTouch = onTouch
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#state === 'over') return Promise.resolve({ done: true, value: undefined })
    if (this.#state === 'new') {
      this.#state = 'reading'
      this.#room.add(this)
      this.joined()
      this.#onTouch()
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      this.pump()
    })
  }

  return(): Promise<IteratorResult<T, void>> {
    if (this.#state !== 'over') {
      const joined = this.#state === 'reading'
      this.#finish()
      if (joined) this.channel.left()
    }
    return Promise.resolve({ done: true, value: undefined })
  }

  /** Serves the waiters with what there is. */
  pump(): void {
    while (this.#waiters.length > 0) {
      const item = this.take()
      if (item !== nothing) {
        this.#waiters.shift()!.resolve({ done: false, value: item as T })
        continue
      }
      const { end } = this.channel
      if (end === undefined) return
      if (end.failed) this.#waiters.shift()!.reject(end.error)
      this.#finish()
    }
  }

  protected joined(): void {}
  protected abstract take(): T | typeof nothing

  #finish(): void {
    this.#state = 'over'
    this.#room.delete(this)
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined })
  }
}

class PartialReader<I> extends Reader<I, DeepPartial<I>> {
  #seen: unknown
  #attempt = 0

  protected take(): DeepPartial<I> | typeof nothing {
    const { value, attempt } = this.channel
    if (value === undefined || (value === this.#seen && attempt === this.#attempt)) return nothing
    this.#seen = value
    this.#attempt = attempt
    return value
  }
}

class EventReader<I> extends Reader<I, Event<I>> {
  #queue: Event<I>[] = []
  #head = 0

  get behind(): boolean {
    return this.#head < this.#queue.length
  }

  push(event: Event<I>): void {
    this.#queue.push(event)
    this.pump()
  }

  protected override joined(): void {
    this.#queue = this.channel.summarize()
  }

  protected take(): Event<I> | typeof nothing {
    const event = this.#queue[this.#head]
    if (event === undefined) return nothing
    this.#head++
    if (!this.behind) {
      this.#queue = []
      this.#head = 0
      this.channel.took()
    }
    return event
  }
}
