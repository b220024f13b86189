/** What a reader waits for has not come yet. */
export const nothing = Symbol('nothing')

interface Waiter<T> {
  resolve(result: IteratorResult<T, void>): void
  reject(error: unknown): void
}

/** What readers read from, as far as it concerns each of them. */
export interface Source {
  readonly end: { readonly failed: boolean; readonly error: unknown } | undefined
  /** A reader has nothing left to read for now. */
  took(): void
  left(): void
}

/** An iterator over what a source has for it. Joins at its first `next`; an iterator nobody reads costs nothing. */
export abstract class Reader<T, S extends Source = Source> implements AsyncIterator<T, void, void> {
  protected readonly source: S
  readonly #room: Set<Reader<T, S>>
  readonly #onTouch: () => void
  readonly #waiters: Waiter<T>[] = []
  #state: 'new' | 'reading' | 'over' = 'new'

  constructor(source: S, room: Set<any>, onTouch: () => void) {
    this.source = source
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
      if (joined) this.source.left()
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
      const end = this.failure ?? this.source.end
      if (end === undefined || this.busy) return
      if (end.failed) this.#waiters.shift()!.reject(end.error)
      void this.return()
    }
  }

  protected joined(): void {}
  protected abstract take(): T | typeof nothing

  /** Something is still being made of what has come. */
  protected get busy(): boolean {
    return false
  }

  /** What ends this reader and no other. */
  protected get failure(): Source['end'] {
    return undefined
  }

  #finish(): void {
    this.#state = 'over'
    this.#room.delete(this)
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined })
  }
}

/** A reader that loses nothing. */
export abstract class QueueReader<T, S extends Source = Source> extends Reader<T, S> {
  /** What was taken is nothing, and so is what something newer stands for. */
  #queue: (T | typeof nothing)[] = []
  #head = 0

  /** It has not had all that came. */
  get behind(): boolean {
    return this.#head < this.#queue.length
  }

  push(item: T): void {
    this.#queue.push(item)
    this.pump()
  }

  /** Something newer is about to come in the place of an item, if that is still unread. */
  protected drop(item: T | undefined): void {
    for (let at = this.#queue.length - 1; at >= this.#head; at--)
      if (this.#queue[at] === item) {
        this.#queue[at] = nothing
        return
      }
  }

  protected take(): T | typeof nothing {
    let item: T | typeof nothing = nothing
    while (item === nothing && this.#head < this.#queue.length) {
      item = this.#queue[this.#head]!
      this.#queue[this.#head++] = nothing
    }
    if (item !== nothing && !this.behind) {
      this.#queue = []
      this.#head = 0
      this.source.took()
    }
    return item
  }
}
