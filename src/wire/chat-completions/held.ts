import { decodeUtf8 } from '../../text.ts'
import type { Bytes, StringBody } from './bytes.ts'

/** More room than this is not kept, in bytes. */
const maxRoom = 4096

/** Pieces of a JSON string, in bytes, that are decoded together. */
export class HeldText {
  #bytes = new Uint8Array(0)
  #size = 0
  #ends: number[] = []
  #escaped = false
  /** UTF-16 units, unescaped. */
  length = 0

  append({ view }: Bytes, piece: StringBody): void {
    const size = this.#size + piece.end - piece.start
    if (size > this.#bytes.length) this.#grow(size)
    // Mostly four: a loop is quicker than a call.
    for (let at = piece.start; at < piece.end; at++) this.#bytes[this.#size++] = view.getUint8(at)
    this.#escaped ||= piece.escaped
    this.length += piece.length
    this.#ends.push(this.length)
  }

  /** All of it unescaped, and where each piece ends in it. Nothing is held after that. */
  take(): { readonly text: string; readonly ends: readonly number[] } {
    const raw = decodeUtf8(this.#bytes.subarray(0, this.#size))
    const taken = { text: this.#escaped ? (JSON.parse(`"${raw}"`) as string) : raw, ends: this.#ends }
    if (this.#bytes.length > maxRoom) this.#bytes = new Uint8Array(0)
    this.#size = 0
    this.#ends = []
    this.#escaped = false
    this.length = 0
    return taken
  }

  #grow(size: number): void {
    const bytes = new Uint8Array(Math.max(2 * size, 256))
    bytes.set(this.#bytes.subarray(0, this.#size))
    this.#bytes = bytes
  }
}
