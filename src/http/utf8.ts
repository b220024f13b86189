import { StreamError } from '../errors.ts'

/**
 * Fatal: a replacement character would be a wrong value that nobody notices. One for all streams and never asked to
 * remember: Node has a fast way for whole texts alone (a decoder that streams makes two-byte strings of ASCII, at several
 * times the price and with a converter of its own in memory).
 */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes that are decoded at a time, and those up to the end of a line. */
const block = 2048
const LF = 0x0a

/** From bytes in pieces to text: a character that is cut waits for its rest. */
export class Utf8Reader {
  #cut: Uint8Array | undefined;

  /**
   * The text of a piece, whole lines at a time: V8 copies ASCII, and reads what stands behind the first other character of a
   * text byte by byte, at thirty times the price and mostly with two bytes for each character.
   *
   * @throws StreamError `malformed` for bytes that are not UTF-8.
   */
  *read(bytes: Uint8Array): Generator<string, void> {
    const whole = this.#cut ? joined(this.#cut, bytes) : bytes
    const end = whole.length - cutLength(whole)
    this.#cut = end < whole.length ? whole.slice(end) : undefined
    for (let from = 0, to = 0; from < end; from = to) {
      to = whole.indexOf(LF, from + block) + 1 || end
      // With the blank line that ends an event.
      while (whole[to] === LF) to++
      try {
        yield decoder.decode(whole.subarray(from, to))
      } catch {
        throw new StreamError('The answer holds bytes that are not UTF-8', 'malformed')
      }
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
