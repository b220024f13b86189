import { extname, resolve } from 'node:path'
import { UsageError } from '../failure.ts'
import type { Io } from '../io.ts'
import { csvRows } from './csv.ts'
import { filesOf } from './files.ts'
import { recordText } from './template.ts'
import { decoded, fileText, linesOf } from './text.ts'

/** `lines`: every line is a record of text. `text`: every file is one. */
export type Format = 'jsonl' | 'json' | 'csv' | 'tsv' | 'lines' | 'text'

/** One record, and what the user knows it by where that is more than its place: a file's path, a field. */
interface InputRecord {
  readonly record: unknown
  readonly key?: string
}

export interface Input {
  /** As a person would say it. */
  readonly name: string
  /** What is read; none for stdin. */
  readonly files: readonly string[]
  /** Records in all; absent for stdin. */
  readonly total?: number
  /** Every record has a key. */
  readonly keyed: boolean
  readonly records: () => AsyncIterable<InputRecord>
}

export interface InputOptions {
  /** What every INPUT is, whatever its name says; stdin is `jsonl` where nothing is said. */
  readonly format?: Format
  /** The field that a record is known by. */
  readonly key?: string
  /** Records after which the input is taken to end. */
  readonly limit?: number
}

/**
 * The records of INPUT. Files are read through once before anything is sent: a broken line is found while it costs
 * nothing, and it is known how many records there are.
 *
 * @throws UsageError for a file that is missing, empty or cannot be read
 */
export const openInput = async (inputs: readonly string[], options: InputOptions, io: Io): Promise<Input> => {
  const stdin = inputs.includes('-')
  if (stdin && inputs.length > 1) throw new UsageError('Cannot read stdin and files in one run', 'give - alone')
  const name = stdin ? 'stdin' : inputs.length === 1 ? inputs[0]! : `${inputs[0]} and ${inputs.length - 1} more`
  const files = stdin ? [] : inputs.flatMap(input => filesOf(input, io.cwd))
  const all = (): AsyncIterable<InputRecord> =>
    stdin ? recordsOf(decoded(io.stdin, name), name, options.format ?? 'jsonl') : fileRecords(files, options, io.cwd)
  const records = (): AsyncIterable<InputRecord> => limited(keyed(all(), options.key), options.limit)
  const format = (file: string): Format => options.format ?? formatOf(file)
  const known = options.key !== undefined || (!stdin && files.every(file => format(file) === 'text'))
  if (stdin) return { name, files, keyed: known, records }

  let total = 0
  for await (const _ of records()) total++
  if (total === 0) throw new UsageError(`Cannot run over '${name}': it holds no record`)
  return { name, files, total, keyed: known, records }
}

async function* fileRecords(files: readonly string[], options: InputOptions, cwd: string): AsyncGenerator<InputRecord> {
  for (const file of files) {
    yield* recordsOf(fileText(resolve(cwd, file), file), file, options.format ?? formatOf(file))
  }
}

const formatOf = (file: string): Format => {
  const extension = extname(file).slice(1).toLowerCase()
  if (extension === 'ndjson') return 'jsonl'
  return extension === 'jsonl' || extension === 'json' || extension === 'csv' || extension === 'tsv'
    ? extension
    : 'text'
}

async function* recordsOf(text: AsyncIterable<string>, name: string, format: Format): AsyncGenerator<InputRecord> {
  if (format === 'csv' || format === 'tsv') {
    for await (const record of csvRows(text, name, format === 'csv' ? ',' : '\t')) yield { record }
  } else if (format === 'jsonl' || format === 'lines') {
    for await (const [line, number] of linesOf(text)) {
      if (line.trim() !== '') yield { record: format === 'lines' ? line : parsed(line, `'${name}', line ${number}`) }
    }
  } else {
    let whole = ''
    for await (const piece of text) whole += piece
    if (format === 'text') yield { record: whole, key: name }
    else for (const record of listOf(parsed(whole, `'${name}'`), name)) yield { record }
  }
}

const parsed = (json: string, place: string): unknown => {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new UsageError(
      `Cannot read ${place}: ${(cause as Error).message}`,
      'mend it, or say what it is with --format',
      { cause },
    )
  }
}

const listOf = (value: unknown, name: string): readonly unknown[] => {
  if (Array.isArray(value)) return value
  throw new UsageError(
    `Cannot run over '${name}': it must hold a list of records`,
    'for one text a file give --format text',
  )
}

async function* keyed(records: AsyncIterable<InputRecord>, field: string | undefined): AsyncGenerator<InputRecord> {
  let row = 0
  for await (const each of records) {
    row++
    yield field === undefined ? each : { ...each, key: fieldOf(each.record, field, row) }
  }
}

const fieldOf = (record: unknown, field: string, row: number): string => {
  const value =
    typeof record === 'object' && record !== null && Object.hasOwn(record, field)
      ? (record as Record<string, unknown>)[field]
      : undefined
  if (value !== undefined && value !== null && value !== '') return recordText(value)
  throw new UsageError(
    `Cannot know record ${row} by its '${field}': it has none`,
    'leave --key out, or name a field that every record has',
  )
}

async function* limited(records: AsyncIterable<InputRecord>, limit = Infinity): AsyncGenerator<InputRecord> {
  let left = limit
  if (left <= 0) return
  for await (const each of records) {
    yield each
    if (--left <= 0) return
  }
}
