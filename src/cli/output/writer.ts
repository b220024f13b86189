import { type FileHandle, open } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import type { JsonSchema } from 'decant'
import { UsageError } from '../failure.ts'
import { type Io, write } from '../io.ts'
import { CsvWriter } from './csv.ts'
import { jsonLine, type OutputRecord } from './jsonl.ts'

const makeRoom = 'make room and run it again: what the journal has is not bought again'

/** A file that begins anew with the first line that is written to it: what it held before stays until then. */
export class Lines {
  readonly #name: string
  readonly #path: string
  #file: FileHandle | undefined
  #count = 0

  /** @param name as it was typed in; relative to `cwd`. */
  constructor(name: string, cwd: string) {
    this.#name = name
    this.#path = resolve(cwd, name)
  }

  /** Lines written. */
  get count(): number {
    return this.#count
  }

  /** @throws UsageError when the disk does not take it. */
  async write(line: string): Promise<void> {
    try {
      this.#file ??= await open(this.#path, 'w')
      await this.#file.writeFile(line)
    } catch (cause) {
      throw new UsageError(`Cannot write '${this.#name}': ${(cause as Error).message}`, makeRoom, {
        cause,
      })
    }
    this.#count++
  }

  /** `empty`: a file is there in any case, also when nothing was written. */
  async close({ empty }: { readonly empty: boolean }): Promise<void> {
    if (empty) this.#file ??= await open(this.#path, 'w')
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }
}

/** Where the outputs of a run go. */
export interface Writer {
  readonly path: string
  readonly count: number
  write(record: OutputRecord): Promise<void>
  close(options: { readonly empty: boolean }): Promise<void>
  /** Things to be said at the end. */
  readonly notes: () => readonly string[]
}

export interface WriterOptions {
  readonly schema: JsonSchema
  readonly keyed: boolean
  /** Spreadsheet formulas are not guarded. */
  readonly rawCsv: boolean
}

/** `-` is stdout, as JSONL; otherwise the name says the format. */
export const openWriter = (path: string, options: WriterOptions, io: Io): Writer => {
  if (path === '-') return stdoutWriter(io)
  const lines = new Lines(path, io.cwd)
  const csv =
    formatOf(path) === 'csv' ? new CsvWriter(options.schema, { raw: options.rawCsv, keyed: options.keyed }) : undefined
  return {
    path,
    get count() {
      return lines.count
    },
    write: record => lines.write(csv === undefined ? jsonLine(record) : csv.line(record)),
    close: how => lines.close(how),
    notes: () =>
      csv === undefined || csv.left.length === 0
        ? []
        : [`${path} has no column for ${csv.left.join(', ')}: the first record had no such field; JSONL keeps them`],
  }
}

const stdoutWriter = (io: Io): Writer => {
  let count = 0
  return {
    path: 'stdout',
    get count() {
      return count
    },
    async write(record) {
      await write(io.stdout, jsonLine(record))
      count++
    },
    close: async () => {},
    notes: () => [],
  }
}

/** @throws UsageError for a name that says nothing. */
export const formatOf = (path: string): 'jsonl' | 'csv' => {
  const extension = extname(path).toLowerCase()
  if (extension === '.csv') return 'csv'
  if (extension === '.jsonl' || extension === '.ndjson') return 'jsonl'
  throw new UsageError(
    `Cannot write '${path}': its name must end in .jsonl or .csv`,
    'or give -o - for JSONL on stdout',
  )
}
