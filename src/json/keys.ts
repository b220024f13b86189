import type { Pieces } from './string.ts'

/** A key of the document, and the one that followed it last time. */
interface Seen {
  readonly key: string
  next: Seen | undefined
}

/**
 * Puts keys together. Lists of like objects repeat their keys in one order, so a key is first compared with the one
 * that followed last time: while they agree nothing is built, and what comes out is the very string that the engine
 * already knows as a property's name.
 */
export class Keys implements Pieces {
  readonly #seen = new Map<string, Seen>()
  #last: Seen = { key: '', next: undefined }
  #guess: Seen | undefined
  /** How many characters of the guess were right. */
  #right = 0
  #built = ''

  begin(): void {
    this.#guess = this.#last.next
    this.#right = 0
    this.#built = ''
  }

  grow(piece: string): void {
    if (this.#guess !== undefined && goesOn(this.#guess.key, this.#right, piece)) this.#right += piece.length
    else this.#build(piece)
  }

  end(): string {
    if (this.#guess?.key.length !== this.#right) {
      this.#build('')
      this.#guess = this.#known(this.#built)
      this.#last.next = this.#guess
    }
    this.#last = this.#guess
    return this.#guess.key
  }

  /** The guess was wrong: from here on the key is built. */
  #build(piece: string): void {
    if (this.#guess !== undefined) this.#built = this.#guess.key.slice(0, this.#right)
    this.#guess = undefined
    this.#built += piece
  }

  #known(key: string): Seen {
    const seen = this.#seen.get(key) ?? { key, next: undefined }
    this.#seen.set(key, seen)
    return seen
  }
}

/** `startsWith`, at half the price for pieces of a few characters. */
const goesOn = (key: string, from: number, piece: string): boolean => {
  for (let i = 0; i < piece.length; i++) {
    if (key.charCodeAt(from + i) !== piece.charCodeAt(i)) return false
  }
  return true
}
