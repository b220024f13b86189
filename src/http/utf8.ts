import { StreamError } from '../errors.ts'

/**
 * Fatal: a replacement character would be a wrong value that nobody notices. One for all streams and never asked to
 * remember: Node has a fast way for whole texts alone (a decoder that streams makes two-byte strings of ASCII, at several
 * times the price and with a converter of its own in memory).
 */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** From bytes in pieces to text: a character that is cut waits for its rest. */
export class Utf8Reader {
  #cut: Uint8Array | undefined

  /** @throws StreamError `malformed` for bytes that are not UTF-8. */
  read(bytes: Uint8Array): string {
    const whole = this.#cut === undefined ? bytes : joined(this.#cut, bytes)
    const end = whole.length - cutLength(whole)
    this.#cut = end === whole.length ? undefined : whole.slice(end)
    try {
      return decoder.decode(end === whole.length ? whole : whole.subarray(0, end))
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
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return 0
    // A first byte; those that go on are 0b10xxxxxx. What begins no character at all is left for the decoder to refuse.
    if (byte > 0xf4) return 0
    if (byte >= 0xc2) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}
