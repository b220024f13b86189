import { createHash } from 'node:crypto'
import { closeSync, fdatasync, fsyncSync, ftruncateSync, openSync, statSync, write, writeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { JournalError } from '../errors.ts'
import type { Fingerprint, Journal, JournalEntry } from '../pipeline/index.ts'
import { entryOf, lineOf } from './entries.ts'
import { foreignness, headerLine, readHeader } from './header.ts'
import { LineReader, linesOf } from './lines.ts'
import { lock } from './lock.ts'
import { Offsets } from './offsets.ts'

const writeTo = promisify(write)
const sync = promisify(fdatasync)

/** Lines that go to the disk together. */
interface Group {
  readonly lines: string[]
  readonly keys: string[]
  readonly written: Promise<void>
  settle(error?: unknown): void
}

/**
 * A journal in a file: JSON lines, the first one says what it is a journal of, every other one is a finished record.
 *
 * 1. A record counts when its line is on the disk (`fdatasync`); lines that come meanwhile go there together.
 * 2. A last line without its end, or damaged, never counted: it is cut off when the journal is opened again.
 * 3. One process writes: `PATH.lock` holds its number. The lock of a process that is no more is taken over.
 * 4. In memory a key takes at most 16 bytes; what became of its record is read from the file.
 *
 * @param path is created when it does not exist; its folder has to.
 */
export const fileJournal = (path: string | URL): Journal =>
  new FileJournal(path instanceof URL ? fileURLToPath(path) : resolve(path))

class FileJournal implements Journal {
  readonly #path: string
  readonly #offsets = new Offsets()
  #fd: number | undefined
  #unlock: (() => void) | undefined
  #reader: LineReader | undefined
  #size = 0
  #group: Group | undefined
  #flushing: Promise<void> | undefined
  #failed: JournalError | undefined

  constructor(path: string) {
    this.#path = path
  }

  async open(extractor: string, fingerprint: Fingerprint): Promise<void> {
    if (this.#fd !== undefined)
      throw new TypeError(`Cannot open journal '${this.#path}' twice: one run uses it at a time`)
    try {
      this.#begin(headerLine(extractor, fingerprint), fingerprint)
    } catch (cause) {
      await this.close()
      throw cause instanceof JournalError ? cause : notOpened(this.#path, cause)
    }
  }

  #begin(header: string, fingerprint: Fingerprint): void {
    this.#failed = undefined
    this.#unlock = lock(`${this.#path}.lock`, this.#path)
    const fresh = statSync(this.#path, { throwIfNoEntry: false }) === undefined
    this.#fd = openSync(this.#path, fresh ? 'wx+' : 'r+')
    this.#reader = new LineReader(this.#fd)
    if (!this.#load(header, fingerprint)) {
      ftruncateSync(this.#fd, 0)
      writeSync(this.#fd, header, 0)
      this.#size = Buffer.byteLength(header)
      fsyncSync(this.#fd)
      syncFolder(dirname(this.#path))
    }
  }

  read(key: string): JournalEntry | undefined {
    const offset = this.#offsets.get(key, at => this.#entryAt(at)?.key === key)
    return offset === undefined ? undefined : this.#entryAt(offset)
  }

  append(entry: JournalEntry): Promise<void> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed)
    this.#group ??= newGroup()
    this.#group.lines.push(lineOf(entry))
    this.#group.keys.push(entry.key)
    const { written } = this.#group
    this.#flushing ??= this.#flush()
    return written
  }

  sha256(text: string): string {
    return createHash('sha256').update(text).digest('hex')
  }

  async close(): Promise<void> {
    await this.#flushing
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
    this.#unlock?.()
    this.#unlock = undefined
  }

  /** Finds every key's last line; false when there is no whole header yet. */
  #load(header: string, fingerprint: Fingerprint): boolean {
    let end = 0
    let bad: number | undefined
    let why: string | undefined
    for (const { offset, text } of linesOf(this.#fd!)) {
      const after = offset + Buffer.byteLength(text ?? '') + 1
      if (end === 0) {
        why = foreignness(readHeader(text, this.#path), fingerprint)
        end = after
        continue
      }
      const entry = entryOf(text)
      if (entry === undefined) {
        bad ??= offset
        continue
      }
      if (why !== undefined) {
        throw new JournalError(`Cannot go on with journal '${this.#path}': ${why}; take another journal`, 'foreign')
      }
      if (bad !== undefined) {
        throw new JournalError(
          `Cannot read journal '${this.#path}': it is damaged at byte ${bad}, and whole lines follow`,
          'unreadable',
        )
      }
      this.#offsets.set(entry.key, offset, at => this.#entryAt(at)?.key === entry.key)
      end = after
    }
    // Of another extractor whose first run bought nothing, for want of a key: there is nothing to lose.
    if (why !== undefined) return false
    if (end === 0 && !this.#holdsBeginningOf(header)) readHeader(undefined, this.#path)
    ftruncateSync(this.#fd!, end)
    this.#size = end
    return end > 0
  }

  /** Whether the file is empty, or was left while its first line was written. */
  #holdsBeginningOf(header: string): boolean {
    const { size } = statSync(this.#path)
    const bytes = Buffer.from(header)
    if (size >= bytes.length) return false
    return size === 0 || new LineReader(this.#fd!).start(size).equals(bytes.subarray(0, size))
  }

  #entryAt(offset: number): JournalEntry | undefined {
    return entryOf(this.#reader!.at(offset))
  }

  /** Never rejects: a failure is told to everyone who waits, and to everyone who comes. */
  async #flush(): Promise<void> {
    for (let group = this.#group; group !== undefined; group = this.#group) {
      this.#group = undefined
      const bytes = Buffer.from(group.lines.join(''))
      try {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await writeTo(this.#fd!, bytes, done, bytes.length - done, this.#size + done)
          done += bytesWritten
        }
        await sync(this.#fd!)
        this.#note(group)
        group.settle()
      } catch (cause) {
        this.#failed ??= new JournalError(
          `Cannot write journal '${this.#path}': ${(cause as Error).message}; what was done last does not count, what is in it does: make room and start again`,
          'failed',
          { cause },
        )
        group.settle(this.#failed)
      }
    }
    this.#flushing = undefined
  }

  #note({ lines, keys }: Group): void {
    lines.forEach((line, i) => {
      const key = keys[i]!
      this.#offsets.set(key, this.#size, at => this.#entryAt(at)?.key === key)
      this.#size += Buffer.byteLength(line)
    })
  }
}

const notOpened = (path: string, cause: unknown): JournalError =>
  new JournalError(
    `Cannot open journal '${path}': ${(cause as Error).message}; its folder has to be there, and writable`,
    'failed',
    { cause },
  )

const newGroup = (): Group => {
  let settle!: Group['settle']
  const written = new Promise<void>((resolve, reject) => {
    settle = error => (error === undefined ? resolve() : reject(error))
  })
  return { lines: [], keys: [], written, settle }
}

/** The name of a new file is on the disk when its folder is; not every system lets a folder be synced. */
const syncFolder = (path: string): void => {
  try {
    const fd = openSync(path, 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch {}
}
