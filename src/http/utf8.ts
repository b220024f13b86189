import { StreamError } from '../errors.ts'
import { decodeUtf8 } from '../text.ts'

/** From bytes in pieces to text: a character that is cut waits for its rest. */
export class Utf8Reader {
  #cut: Uint8Array | undefined

  /** A character has begun in a piece before and waits for its rest. */
  get waits(): boolean {
    return this.#cut !== undefined
  }

  /** @throws StreamError `malformed` for bytes that are not UTF-8. */
  read(bytes: Uint8Array): string {
    const whole = this.#cut ? joined(this.#cut, bytes) : bytes
    const end = whole.length - cutLength(whole)
    this.#cut = end < whole.length ? whole.slice(end) : undefined
    try {
      return decodeUtf8(whole.subarray(0, end))
    } catch {
      throw new StreamError('The answer holds bytes that are not UTF-8', 'malformed')
    }
  }
}

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}

/** How many bytes at the end begin a character whose rest is missing. */
const cutLength = (bytes: Uint8Array): number => {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes.at(-back) ?? 0
    // What goes on is 0b10xxxxxx. What begins no character at all is left for the decoder to refuse.
    if (byte < 0x80 || byte > 0xf4) return 0
    if (byte >= 0xc2) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}
