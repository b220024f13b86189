/** Milliseconds that limits are counted over. */
const span = 60_000

/** One call in the window. */
export interface Entry {
  readonly at: number
  tokens: number
}

/** The calls of the last 60 seconds with their tokens. Constant work for each call. */
export class Window {
  #entries: Entry[] = []
  #head = 0
  #tokens = 0

  add(at: number, tokens: number): Entry {
    // Without a limit nobody asks, and yet what is over must go.
    this.#expire(at)
    const entry = { at, tokens }
    this.#entries.push(entry)
    this.#tokens += tokens
    return entry
  }

  /** What the call really came to. */
  correct(entry: Entry, tokens: number): void {
    if (this.#holds(entry)) this.#tokens += tokens - entry.tokens
    entry.tokens = tokens
  }

  /** When a call more keeps to `rpm`. */
  whenCall(now: number, rpm: number): number {
    this.#expire(now)
    const over = this.#entries.length - this.#head - rpm
    return over < 0 ? now : this.#entries[this.#head + over]!.at + span
  }

  /** When so many tokens more keep to `tpm`; more than `tpm` do when nothing else is there. */
  whenTokens(now: number, tokens: number, tpm: number): number {
    this.#expire(now)
    let sum = this.#tokens + Math.min(tokens, tpm)
    let at = now
    for (let i = this.#head; sum > tpm && i < this.#entries.length; i++) {
      const entry = this.#entries[i]!
      sum -= entry.tokens
      at = entry.at + span
    }
    return at
  }

  #holds(entry: Entry): boolean {
    const oldest = this.#entries[this.#head]
    return oldest !== undefined && entry.at >= oldest.at
  }

  #expire(now: number): void {
    for (let entry = this.#entries[this.#head]; entry !== undefined; entry = this.#entries[++this.#head]) {
      if (entry.at + span > now) break
      this.#tokens -= entry.tokens
    }
    if (this.#head < 1024 || this.#head * 2 < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#head)
    this.#head = 0
  }
}
