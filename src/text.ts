/** So many UTF-16 units are joined at a time. */
const block = 512
/** A piece of so many is a block of its own. */
const long = 128

/**
 * Text that comes in small pieces and is kept for long. A string that grows by `+=` keeps every piece and a node for each
 * until somebody reads it: at four characters a piece, fourteen bytes for each character. Here they are joined block by
 * block, so that each character is copied once; a long piece is kept as it is, so that all who keep it share it.
 */
export class GrowingText {
  #blocks = ''
  #pieces = ''

  append(piece: string): void {
    if (piece.length < long) {
      this.#pieces += piece
      if (this.#pieces.length >= block) this.#join()
    } else {
      this.#join()
      this.#blocks += flat(piece)
    }
  }

  get length(): number {
    return this.#blocks.length + this.#pieces.length
  }

  get value(): string {
    this.#join()
    return this.#blocks
  }

  #join(): void {
    this.#blocks += flat(this.#pieces)
    this.#pieces = ''
  }
}

/** V8 joins strings of 13 units and more only when somebody reads them: reading one character joins them all. */
export const flat = (text: string): string => (text.length < 13 || !Number.isNaN(text.charCodeAt(0)) ? text : '')

/** A part that does not hold the whole it was cut from: V8 cuts 13 units and more without copying them. */
export const own = (part: string): string => (part.length < 13 ? part : flat(part.charAt(0) + part.slice(1)))

/** The value of a whole JSON text; undefined for any other text. */
export const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Half surrogate pairs replaced. In JSON one is an escape, and servers refuse such a text. */
export const wellFormed = (text: string): string => text.toWellFormed()

/**
 * Fatal: a replacement character would be a wrong value that nobody notices. One for all and never asked to remember: Node
 * has a fast way for whole texts alone (a decoder that streams makes two-byte strings of ASCII, at several times the price
 * and with a converter of its own in memory).
 */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** @throws TypeError for bytes that are not UTF-8. */
export const decodeUtf8 = (bytes: Uint8Array): string => utf8.decode(bytes)

export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text)
