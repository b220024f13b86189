import type { Pieces } from './string.ts'

/** A key of the document, and the one that followed it last time. */
export interface Seen {
  readonly key: string
  /** How many others the document had before. */
  readonly order: number
  /** Each of its characters stands for itself in JSON, and is whole. */
  readonly isPlain: boolean
  next: Seen | undefined
}

const plainKey = /^[ !#-[\]-\uD7FF]*$/

/**
 * Puts keys together. Lists of like objects repeat their keys in one order, so a key is first compared with the one
 * that followed last time: while they agree nothing is built, and what comes out is the very string that the engine
 * already knows as a property's name.
 */
export class Keys implements Pieces {
  readonly #seen = new Map<string, Seen>()
  #last: Seen = { key: '', order: -1, isPlain: true, next: undefined }
  #guess: Seen | undefined
  /** How many characters of the guess were right. */
  #right = 0
  #built = ''

  begin(): void {
    const { next } = this.#last
    this.#guess = next?.isPlain ? next : undefined
    this.#right = 0
    this.#built = ''
  }

  /** How far the text, from `from` on, is the key that is guessed: that much of it is read. */
  follow(text: string, from: number): number {
    if (this.#guess === undefined) return from
    const { key } = this.#guess
    const ahead = this.#right - from
    const end = Math.min(text.length, key.length - ahead)
    let at = from
    while (at < end && text.charCodeAt(at) === key.charCodeAt(at + ahead)) at++
    this.#right = at + ahead
    return at
  }

  /** What the guess does not say. */
  grow(piece: string): void {
    if (this.#guess !== undefined) this.#built = this.#guess.key.slice(0, this.#right)
    this.#guess = undefined
    this.#built += piece
  }

  end(): Seen {
    if (this.#guess?.key.length !== this.#right) {
      this.grow('')
      this.#guess = this.#known(this.#built)
      this.#last.next = this.#guess
    }
    this.#last = this.#guess
    return this.#guess
  }

  #known(key: string): Seen {
    const seen = this.#seen.get(key) ?? { key, order: this.#seen.size, isPlain: plainKey.test(key), next: undefined }
    this.#seen.set(key, seen)
    return seen
  }
}
