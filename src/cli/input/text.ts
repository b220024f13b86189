import { createReadStream } from 'node:fs'
import { UsageError } from '../failure.ts'

/** Bytes as text, piece by piece; a mark of byte order is dropped. `name` is only quoted in messages. */
export async function* decoded(bytes: AsyncIterable<Uint8Array | string>, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const piece of bytes) yield typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true })
    yield decoder.decode()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw cause
    throw new UsageError(`Cannot read '${name}': it is not UTF-8 text`, 'convert it, for example with iconv', { cause })
  }
}

/** @throws UsageError for a file that cannot be read. */
export async function* fileText(path: string, name: string): AsyncGenerator<string> {
  try {
    yield* decoded(createReadStream(path), name)
  } catch (cause) {
    const { syscall, code, message } = cause as NodeJS.ErrnoException
    if (syscall === undefined) throw cause
    throw new UsageError(`Cannot read '${name}': ${unreadable[code!] ?? message}`, undefined, { cause })
  }
}

const unreadable: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' }

/** Lines without their ends, with numbers from 1. Not `node:readline`: it also breaks lines at U+2028, which JSON may hold. */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<readonly [line: string, number: number]> {
  let number = 0
  let rest: string[] = []
  const next = (end: string): readonly [string, number] => {
    const line = rest.length === 0 ? end : [...rest, end].join('')
    rest = []
    return [line.endsWith('\r') ? line.slice(0, -1) : line, ++number]
  }
  for await (const piece of text) {
    let start = 0
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      yield next(piece.slice(start, end))
      start = end + 1
    }
    if (start < piece.length) rest.push(piece.slice(start))
  }
  if (rest.length > 0) yield next('')
}
