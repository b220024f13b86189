import { isUtf8 } from 'node:buffer'
import { fstatSync, readSync } from 'node:fs'

const newline = 0x0a
const chunk = 256 * 1024

/** A whole line of a file: without its end, and with the offset at which it begins. */
export interface Line {
  readonly offset: number
  /** Undefined when its bytes are not UTF-8. */
  readonly text: string | undefined
}

/** Every line that has an end, one after the other; what follows the last end is no line. */
export function* linesOf(fd: number): Generator<Line, void, void> {
  const { size } = fstatSync(fd)
  let rest: Buffer = Buffer.alloc(0)
  let offset = 0
  for (let position = 0; position < size; ) {
    const read = Buffer.allocUnsafe(Math.min(chunk, size - position))
    const length = readSync(fd, read, 0, read.length, position)
    if (length === 0) return
    position += length
    // A line of many chunks is joined once for each of them: lines are far shorter.
    const bytes = rest.length === 0 ? read.subarray(0, length) : Buffer.concat([rest, read.subarray(0, length)])
    let from = 0
    for (let end = bytes.indexOf(newline, rest.length); end >= 0; end = bytes.indexOf(newline, from)) {
      yield { offset: offset + from, text: textOf(bytes.subarray(from, end)) }
      from = end + 1
    }
    rest = bytes.subarray(from)
    offset += from
  }
}

const textOf = (bytes: Buffer): string | undefined => (isUtf8(bytes) ? bytes.toString('utf8') : undefined)

/** Reads lines by their offsets; those that follow one another cost one read for many. */
export class LineReader {
  readonly #fd: number
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(fd: number) {
    this.#fd = fd
  }

  /** So many bytes from the beginning of the file. */
  start(length: number): Buffer {
    const bytes = Buffer.alloc(length)
    readSync(this.#fd, bytes, 0, length, 0)
    return bytes
  }

  /** The line that begins at the offset; it has an end. */
  at(offset: number): string {
    const from = offset - this.#at
    const end = from >= 0 && from < this.#bytes.length ? this.#bytes.indexOf(newline, from) : -1
    if (end >= 0) return this.#bytes.toString('utf8', from, end)
    for (let size = 64 * 1024; ; size *= 4) {
      const bytes = Buffer.allocUnsafe(size)
      const length = readSync(this.#fd, bytes, 0, size, offset)
      this.#bytes = bytes.subarray(0, length)
      this.#at = offset
      const found = this.#bytes.indexOf(newline)
      if (found >= 0) return this.#bytes.toString('utf8', 0, found)
      if (length < size) throw new Error(`There is no whole line at ${offset}`)
    }
  }
}
