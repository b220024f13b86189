import { wellFormed } from '../text.ts'

/** Takes a string in pieces, as they are decoded. */
export interface Pieces {
  grow(piece: string): void
}

/** From a string's text, cut anywhere, to pieces of whole characters. */
export class StringReader {
  /** What may come next; `end` once the closing quote was read. */
  expected: 'string' | 'escape' | 'hex' | 'end' = 'end'
  #into: Pieces
  /** Halves that stay alone are replaced. */
  readonly #mends: boolean
  /** A high surrogate that waits for its other half, so that no half character is ever shown. */
  #half = ''
  #hex = 0
  #hexDigits = 0

  constructor(into: Pieces, mends: boolean) {
    this.#into = into
    this.#mends = mends
  }

  /** Goes on after an opening quote. */
  begin(into: Pieces): void {
    this.#into = into
    this.expected = 'string'
  }

  /** Nothing waits for what comes next: a character that stands for itself may be read elsewhere. */
  get isPlain(): boolean {
    return this.expected === 'string' && this.#half === ''
  }

  /** One step. Returns where it stopped: where it began, if the character there cannot be. */
  read(text: string, at: number): number {
    if (this.expected === 'string') return this.#run(text, at)
    return this.expected === 'escape' ? this.#escape(text, at) : this.#unicode(text, at)
  }

  /** Takes a whole run of plain characters, and the quote or backslash that ends it. */
  #run(text: string, from: number): number {
    let at = from
    let last = 0
    let char = 0
    while (at < text.length) {
      char = text.charCodeAt(at)
      if (char === 0x22 || char === 0x5c || char < 0x20) break
      last = char
      at++
    }
    if (at > from) this.#grow(text.slice(from, at), last)
    if (at === text.length || char < 0x20) return at
    if (char === 0x5c) this.expected = 'escape'
    else this.#close()
    return at + 1
  }

  #escape(text: string, at: number): number {
    const char = text.charAt(at)
    if (char === 'u') {
      this.expected = 'hex'
      this.#hex = 0
      this.#hexDigits = 0
      return at + 1
    }
    const decoded = escapes[char]
    if (decoded === undefined) return at
    this.expected = 'string'
    this.#grow(decoded, 0)
    return at + 1
  }

  #unicode(text: string, at: number): number {
    const digit = hexDigit(text.charCodeAt(at))
    if (digit === undefined) return at
    this.#hex = this.#hex * 16 + digit
    if (++this.#hexDigits === 4) {
      this.expected = 'string'
      this.#grow(String.fromCharCode(this.#hex), this.#hex)
    }
    return at + 1
  }

  /** `last` is the code of the last unit of the piece. */
  #grow(piece: string, last: number): void {
    if (this.#half !== '' || (last & 0xfc00) === 0xd800) this.#pair(piece, last)
    else this.#give(piece)
  }

  /** No piece ends inside a pair. */
  #give(piece: string): void {
    this.#into.grow(this.#mends ? wellFormed(piece) : piece)
  }

  #pair(piece: string, last: number): void {
    const whole = this.#half + piece
    const halves = (last & 0xfc00) === 0xd800 ? 1 : 0
    this.#half = whole.slice(whole.length - halves)
    if (whole.length > halves) this.#give(whole.slice(0, whole.length - halves))
  }

  #close(): void {
    if (this.#half !== '') this.#give(this.#half)
    this.#half = ''
    this.expected = 'end'
  }
}

const escapes: { readonly [char: string]: string } = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

const hexDigit = (char: number): number | undefined => {
  if (char >= 0x30 && char <= 0x39) return char - 0x30
  const lower = char | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined
}
