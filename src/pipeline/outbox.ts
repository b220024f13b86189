interface Waiter<T> {
  resolve(step: IteratorResult<T, void>): void
  reject(error: unknown): void
}

/** Between a run and the one loop that may read it: items wait here for the loop, or for those before them. */
export class Outbox<T> {
  readonly #ordered: boolean
  readonly #onTaken: () => void
  readonly #early = new Map<number, T | undefined>()
  #queue: T[] = []
  #head = 0
  #next = 0
  #waiters: Waiter<T>[] = []
  #end: { readonly error?: unknown } | undefined
  #read = false
  /** Records that were pulled and are neither taken nor dropped yet. */
  open = 0

  /** @param onTaken there is room for more. */
  constructor(ordered: boolean, onTaken: () => void) {
    this.#ordered = ordered
    this.#onTaken = onTaken
  }

  /** Somebody reads: from now on items are kept for the loop. */
  join(): void {
    this.#read = true
  }

  /** A record has settled; without an item when it came to nothing. */
  put(index: number, item: T | undefined): void {
    if (!this.#read || !this.#ordered) {
      this.#push(item)
      return
    }
    this.#early.set(index, item)
    while (this.#early.has(this.#next)) {
      const due = this.#early.get(this.#next)
      this.#early.delete(this.#next++)
      this.#push(due)
    }
  }

  /** Nothing more comes; `error` is what the loop ends with, if there is one. */
  close(end: { readonly error?: unknown }): void {
    this.#end = end
    this.#serve()
  }

  take(): Promise<IteratorResult<T, void>> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      this.#serve()
    })
  }

  /** The loop has gone. */
  leave(): void {
    this.#read = false
    this.open -= this.#queue.length - this.#head + this.#early.size
    this.#queue = []
    this.#head = 0
    this.#early.clear()
    this.#end = {}
    this.#serve()
    this.#onTaken()
  }

  #push(item: T | undefined): void {
    if (item === undefined || !this.#read) {
      this.open--
      return
    }
    this.#queue.push(item)
    this.#serve()
  }

  #serve(): void {
    while (this.#waiters.length > 0) {
      if (this.#head < this.#queue.length) {
        const value = this.#queue[this.#head++]!
        if (this.#head === this.#queue.length) {
          this.#queue = []
          this.#head = 0
        }
        this.open--
        this.#waiters.shift()!.resolve({ done: false, value })
        this.#onTaken()
      } else if (this.#end !== undefined) {
        const { resolve, reject } = this.#waiters.shift()!
        if ('error' in this.#end) reject(this.#end.error)
        else resolve({ done: true, value: undefined })
        // Told once; whoever asks again has heard it.
        this.#end = {}
      } else return
    }
  }
}
