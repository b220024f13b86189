import { closeSync, openSync } from 'node:fs'
import { JournalError } from '../errors.ts'
import type { JournalEntry } from '../pipeline/index.ts'
import { type Header, readHeader } from './header.ts'
import { linesOf } from './lines.ts'

/** The two line ends of Unicode are legal in JSON, and end lines for some readers. */
export const lineOf = (entry: JournalEntry): string =>
  `${JSON.stringify(entry).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`

/** Undefined for a line that is none, or is damaged. */
export const entryOf = (text: string | undefined): JournalEntry | undefined => {
  try {
    const entry = JSON.parse(text ?? '') as JournalEntry | null
    return typeof entry?.key === 'string' && (entry.status === 'done' || entry.status === 'failed') ? entry : undefined
  } catch {
    return undefined
  }
}

/**
 * The entries of a journal as they were written; of a key with several entries the last one holds. Takes no lock.
 *
 * @throws JournalError `unreadable`.
 */
export function* readJournal(path: string | URL): Generator<JournalEntry, void, void> {
  let fd: number | undefined
  let header: Header | undefined
  try {
    fd = openSync(path, 'r')
    for (const { text } of linesOf(fd)) {
      if (header === undefined) header = readHeader(text, String(path))
      else {
        const entry = entryOf(text)
        if (entry !== undefined) yield entry
      }
    }
  } catch (cause) {
    throw isSystem(cause) ? notRead(path, cause) : cause
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

const isSystem = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined

const notRead = (path: string | URL, cause: Error): JournalError =>
  new JournalError(
    `Cannot read journal '${path}': ${cause.message}; give the path that fileJournal() was given`,
    'unreadable',
    { cause },
  )
