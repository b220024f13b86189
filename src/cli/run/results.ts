import type { RecordItem } from 'decant'
import type { Io } from '../io.ts'
import { jsonLine } from '../output/jsonl.ts'
import { Lines, type Writer } from '../output/writer.ts'
import { codeOf, failedOf } from '../terminal/failed.ts'
import { Failures } from '../terminal/failures.ts'
import type { FailedRecord } from '../terminal/run-state.ts'
import { commandText } from './command-line.ts'
import type { Display } from './display.ts'

type Item = RecordItem<unknown, unknown>

/** This many records that all fail alike from the start are reason enough to stop. */
const alikeFromTheStart = 10

export interface ResultsOptions {
  readonly writer: Writer
  /** Where failed records go. */
  readonly failed: string | undefined
  readonly journal: string | undefined
  /** Records have keys of the user's. */
  readonly keyed: boolean
  /** Go on although everything fails. */
  readonly keepGoing: boolean
  /** The outputs are written to the terminal that the display is on. */
  readonly onScreen: boolean
}

/** Takes every item to where it belongs: what was done to OUTPUT, what failed before the user's eyes and to its own file. */
export class Results {
  readonly #options: ResultsOptions
  readonly #io: Io
  readonly #rejects: Lines | undefined
  readonly #failures = new Failures()
  #bought = 0
  /** A record is done, by an earlier run if not by this one. */
  #worked = false
  /** The last record that failed. */
  last: FailedRecord | undefined
  /** The code that the first records all failed with. */
  alike: string | undefined

  constructor(options: ResultsOptions, io: Io) {
    this.#options = options
    this.#io = io
    this.#rejects = options.failed === undefined ? undefined : new Lines(options.failed, io.cwd)
  }

  get kinds(): Failures['kinds'] {
    return this.#failures.kinds
  }

  /** @param stop is called when there is no use in going on. */
  async take(item: Item, display: Display, stop: () => void): Promise<void> {
    const { keyed } = this.#options
    const row = item.index + 1
    const place = { row, ...(keyed && { key: item.key }) }
    if (!item.kept) this.#bought++
    if (item.status === 'done') {
      this.#worked = true
      return this.#write({ ...place, output: item.output }, display)
    }
    await this.#fail(item, item.error, place, display)
    if (this.#worked || this.#bought !== alikeFromTheStart || this.#options.keepGoing) return
    this.alike = this.#failures.onlyCode
    if (this.alike !== undefined) stop()
  }

  async #write(record: Parameters<Writer['write']>[0], display: Display): Promise<void> {
    const { writer, onScreen } = this.#options
    if (onScreen) display.around(() => void writer.write(record))
    else await writer.write(record)
  }

  async #fail(item: Item, error: unknown, place: { row: number; key?: string }, display: Display): Promise<void> {
    const { journal } = this.#options
    const called = place.key ?? String(place.row)
    const failed = {
      ...failedOf(error, {
        name: called,
        record: item.record,
        next: journal === undefined ? [] : [commandText(['why', journal, called], this.#io.env)],
      }),
      calls: item.calls,
      ...(item.cost !== undefined && { cost: item.cost }),
    }
    const { message, issues } = failed
    this.last = { row: place.row, key: item.key, code: codeOf(error), message, issues }
    display.failed(failed, this.#failures.add(this.last))
    const { next, name, text, record, ...facts } = failed
    await this.#rejects?.write(jsonLine({ ...place, ...facts, record: item.record, text }))
  }

  /** @param whole so that files are there although nothing was written to them. */
  async close(whole: boolean): Promise<void> {
    await this.#options.writer.close({ empty: whole })
    await this.#rejects?.close({ empty: whole })
  }

  /** Files and the records in them. */
  wrote(whole: boolean): readonly (readonly [string, number | undefined])[] {
    const { writer, failed, journal } = this.#options
    const count = this.#rejects?.count ?? 0
    return [
      [writer.path, writer.count],
      ...(failed !== undefined && (whole || count > 0) ? [[failed, count] as const] : []),
      ...(journal === undefined ? [] : [[`journal ${journal}`, undefined] as const]),
    ]
  }
}
