import { encodeUtf8 } from '../../text.ts'

/**
 * A piece of the network, to be read where it stands. Through a view eight bytes are read at once, and its length is kept
 * beside it: since `fetch` transfers buffers V8 asks at every single element whether its buffer is still there, and makes a
 * call of a view's `byteLength`.
 */
export class Bytes {
  readonly array: Uint8Array
  readonly view: DataView
  readonly length: number

  constructor(array: Uint8Array) {
    this.array = array
    this.view = new DataView(array.buffer, array.byteOffset, array.byteLength)
    this.length = array.length
  }
}

/** A passage of JSON that is always the same. */
export class Literal {
  /**
   * Eight bytes each, as a double. Two doubles are equal only if their bits are, but for zeros, which take a control character
   * that JSON has not, and for NaN, which equals nothing: what holds one is never found, and read in the slower way.
   */
  readonly #words: number[] = []
  readonly #rest: readonly number[]
  readonly #length: number

  constructor(text: string) {
    const { array, view, length } = new Bytes(encodeUtf8(text))
    const whole = length - (length % 8)
    for (let at = 0; at < whole; at += 8) this.#words.push(view.getFloat64(at, true))
    this.#rest = [...array.subarray(whole)]
    this.#length = length
  }

  /** Where it ends if it stands in the bytes from here; -1 if something else does, or nothing. */
  endIn({ view, length }: Bytes, from: number): number {
    const words = this.#words
    const rest = this.#rest
    const end = from + this.#length
    if (end > length) return -1
    let at = from
    // No iterators: V8 calls them one by one.
    for (let i = 0; i < words.length; i++, at += 8) if (view.getFloat64(at, true) !== words[i]) return -1
    for (let i = 0; i < rest.length; i++, at++) if (view.getUint8(at) !== rest[i]) return -1
    return end
  }
}

const quote = 0x22
const backslash = 0x5c

/** What stands inside of the quotes of a JSON string. */
export class StringBody {
  start = 0
  end = 0
  /** UTF-16 units, unescaped. */
  length = 0
  escaped = false

  /** Reads it from behind the first quote on; false if anything comes before the last one that no string may hold, or nothing. */
  read(bytes: Bytes, start: number): boolean {
    const { view } = bytes
    let at = start
    let length = 0
    let escaped = false
    while (at < bytes.length) {
      const byte = view.getUint8(at)
      if (byte === quote) {
        this.start = start
        this.end = at
        this.length = length
        this.escaped = escaped
        return true
      }
      const size = isPlain(byte) ? 1 : byte === backslash ? escapeSize(bytes, at) : characterSize(bytes, at)
      if (size === 0) return false
      escaped ||= byte === backslash
      // Half a pair each.
      length += size === 4 ? 2 : 1
      at += size
    }
    return false
  }
}

/** Where ASCII ends that stands in a string as it is. */
export const plainEnd = ({ view, length }: Bytes, from: number): number => {
  let at = from
  while (at < length && isPlain(view.getUint8(at))) at++
  return at
}

/** ASCII but a quote, a backslash and a control character. */
const isPlain = (byte: number): boolean => byte >= 0x20 && byte < 0x80 && byte !== quote && byte !== backslash

/** How many bytes an escape takes; 0 if it is none. */
const escapeSize = ({ array }: Bytes, at: number): number => {
  const kind = String.fromCharCode(array[at + 1] ?? 0)
  if (kind !== 'u') return '"\\/bfnrt'.includes(kind) ? 2 : 0
  return /^[0-9a-fA-F]{4}$/.test(String.fromCharCode(...array.subarray(at + 2, at + 6))) ? 6 : 0
}

/** How many bytes a character takes that is not ASCII; 0 if it is none (https://www.rfc-editor.org/rfc/rfc3629#section-4). */
const characterSize = ({ array }: Bytes, at: number): number => {
  const lead = array[at]!
  const size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  // Behind the end is nothing, which is in no range.
  if (!(array[at + 1]! >= least && array[at + 1]! <= most)) return 0
  for (let i = 2; i < size; i++) if ((array[at + i]! & 0xc0) !== 0x80) return 0
  return size
}
