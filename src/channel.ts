import type { Step } from './decode/path.ts'
import type { PathState, View } from './decode/view.ts'
import { type DecodeItem, ElementReader, type ElementSource } from './elements.ts'
import { nothing, QueueReader, Reader } from './reader.ts'
import type { DeepPartial, Event, Issue } from './types.ts'

/**
 * Between one run and its readers. Partials go through one slot, which holds the newest; events and elements are kept
 * until every reader has had them, and make the socket wait meanwhile, unless somebody waits for the end.
 */
export class Channel<I> implements ElementSource {
  /** Which growth the partials belong to, from 1. */
  attempt = 1
  readonly #partials = new Set<PartialReader<I>>()
  readonly #events = new Set<EventReader<I>>()
  readonly #elements = new Set<ElementReader<unknown>>()
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
    if (this.#observer === undefined) return
    // An observer cannot break an extraction, an async one neither.
    try {
      Promise.resolve(this.#observer(event as Event)).catch(() => {})
    } catch {}
  }

  /** A value has closed and is valid. `path` is for use during the call only. */
  complete(path: () => Issue['path'], value: unknown): void {
    if (!this.watched && this.#elements.size === 0) return
    const at = path()
    if (this.watched) this.emit({ type: 'complete', attempt: this.attempt, path: at, value })
    for (const reader of this.#elements) reader.offer(at, value)
  }

  /** Where elements stand that were handed out, and are final. */
  get handedOut(): Issue['path'][] {
    return [...this.#elements].flatMap(reader => reader.handedOut)
  }

  /** Where an answer has other elements than those that were handed out. */
  lostIn(input: unknown): Issue['path'][] {
    return [...this.#elements].flatMap(reader => reader.lostIn(input))
  }

  rejected(attempt: number, issue: Issue): void {
    this.emit({ type: 'issue', attempt, issue })
  }

  /** Resolves when all elements that came are decoded: what is wrong with them is told before the end. */
  settled(): Promise<unknown> | undefined {
    return this.#elements.size === 0 ? undefined : Promise.all([...this.#elements].map(reader => reader.settled))
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
    if (!this.watched) {
      // What is parsed closes the elements; a snapshot would be made for nobody.
      if (this.#elements.size > 0) void this.#view?.hopeless
      return
    }
    const { value } = this
    if (value === undefined || value === this.#reported) return
    this.#reported = value
    this.emit({ type: 'partial', attempt: this.attempt, value })
  }

  /** Resolves when every reader that loses nothing has had all that came; undefined when they have, or when somebody waits for the end. */
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
    for (const reader of [...this.#partials, ...this.#events, ...this.#elements]) reader.pump()
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
    return this.#partials.size + this.#events.size + this.#elements.size
  }

  /** @param onTouch called at the first `next`. */
  readPartials(onTouch: () => void): AsyncIterator<DeepPartial<I>, void, void> {
    return new PartialReader<I>(this, this.#partials, onTouch)
  }

  readEvents(onTouch: () => void): AsyncIterator<Event<I>, void, void> {
    return new EventReader<I>(this, this.#events, onTouch)
  }

  readElements<T>(
    onTouch: () => void,
    steps: readonly Step[],
    decode: DecodeItem | undefined,
  ): AsyncIterator<T, void, void> {
    return new ElementReader<T>(this, this.#elements, onTouch, steps, decode)
  }

  /** How far the value at a path has come in this attempt; of a text only the end tells. */
  stateOf(path: readonly (string | number)[]): PathState {
    if (this.#view === undefined) return 'absent'
    return this.#view.stateOf?.(path) ?? (this.#end?.failed === false ? 'complete' : this.begun ? 'open' : 'absent')
  }

  unsettledBefore(path: Issue['path']): boolean {
    return this.#view?.unsettledBefore?.(path) === true
  }

  replay(visit: (path: Issue['path'], value: unknown) => void): void {
    this.#view?.replay?.(visit)
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
    for (const reader of this.#elements) if (reader.behind) return true
    return false
  }
}

class PartialReader<I> extends Reader<DeepPartial<I>, Channel<I>> {
  #seen: unknown
  #attempt = 0

  protected take(): DeepPartial<I> | typeof nothing {
    const { value, attempt } = this.source
    if (value === undefined || (value === this.#seen && attempt === this.#attempt)) return nothing
    this.#seen = value
    this.#attempt = attempt
    return value
  }
}

class EventReader<I> extends QueueReader<Event<I>, Channel<I>> {
  #partial: Event<I> | undefined

  protected override joined(): void {
    for (const event of this.source.summarize()) this.push(event)
  }

  /**
   * Of the partials of one attempt it keeps the newest alone: where somebody waits for the end, nothing waits for this
   * reader, and each holds a list as long as what had come by then.
   */
  override push(event: Event<I>): void {
    if (event.type === 'partial') {
      if (this.#partial?.attempt === event.attempt) this.drop(this.#partial)
      this.#partial = event
    }
    super.push(event)
  }
}
