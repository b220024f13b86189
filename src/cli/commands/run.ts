import { resolve } from 'node:path'
import { extractAll, type Price, type RecordItem, type Summary } from 'decant'
import { exits } from '../exit.ts'
import { UsageError } from '../failure.ts'
import { type AnyExtractor, loadExtractor, type Wishes } from '../input/extractor.ts'
import { answerSchemaOf, modelName } from '../input/function.ts'
import { hollowness } from '../input/hollow.ts'
import { type Format, type Input, openInput } from '../input/records.ts'
import type { Io, Manner } from '../io.ts'
import { jsonLine } from '../output/jsonl.ts'
import { checkPlaces } from '../output/places.ts'
import { Lines, openWriter, type Writer } from '../output/writer.ts'
import { commandText } from '../run/command-line.ts'
import { type Display, displayOf } from '../run/display.ts'
import { dryRunCommand } from '../run/dry-run.ts'
import { endingOf, exitCodeOf } from '../run/ending.ts'
import { stateOf } from '../run/state.ts'
import { codeOf, failedOf } from '../terminal/failed.ts'
import { Failures } from '../terminal/failures.ts'
import type { FailedRecord } from '../terminal/run-state.ts'

export interface RunOptions extends Wishes, Manner {
  readonly output?: string
  readonly format?: Format
  readonly key?: string
  readonly limit?: number
  readonly concurrency: number
  readonly ordered?: boolean
  readonly rpm?: number
  readonly tpm?: number
  readonly budgetUsd?: number
  readonly prices?: Price
  readonly retryFailed?: boolean
  readonly keepGoing?: boolean
  readonly overwrite?: boolean
  readonly rawCsv?: boolean
  readonly dryRun?: boolean
  readonly failed?: string
  readonly journal?: string
  readonly progress?: string
}

/** This many records that all fail alike from the start are reason enough to stop. */
const alikeFromTheStart = 10

/** Milliseconds that an aborted run has to come to its end. */
const grace = 500

/** Many records: from INPUT through the extractor to OUTPUT, with a journal beside it. */
export const runCommand = async (
  source: string,
  inputs: readonly string[],
  options: RunOptions,
  words: readonly string[],
  io: Io,
): Promise<number> => {
  const extractor = await loadExtractor(source, options, io)
  const input = await openInput(inputs, options, io)
  if (options.dryRun) return dryRunCommand(extractor, input, options, io)
  const output = options.output ?? '-'
  const journal = options.journal ?? (output === '-' ? undefined : `${output}.journal`)
  const { failed, overwrite = false } = options
  checkPlaces({ extractor: source, inputs, files: input.files, output, journal, failed, overwrite }, io)
  if (options.retryFailed && journal === undefined) {
    throw new UsageError('Cannot retry what failed without a journal', 'give -o OUTPUT, or --journal PATH')
  }
  return new Run({ source, extractor, input, output, journal, words }, options, io).go()
}

interface Task {
  readonly source: string
  readonly extractor: AnyExtractor
  readonly input: Input
  readonly output: string
  readonly journal: string | undefined
  readonly words: readonly string[]
}

type Item = RecordItem<unknown, unknown>

/** One run of `decant run`: what it counts, shows and writes. */
class Run {
  readonly #task: Task
  readonly #options: RunOptions
  readonly #io: Io
  readonly #writer: Writer
  readonly #rejects: Lines | undefined
  readonly #failures = new Failures()
  /** The keys that the user gave to records in flight, by their index. */
  readonly #keys = new Map<number, string>()
  #last: FailedRecord | undefined
  #bought = 0
  #interrupts = 0
  #alike: string | undefined
  #leaving: ReturnType<typeof setTimeout> | undefined

  constructor(task: Task, options: RunOptions, io: Io) {
    this.#task = task
    this.#options = options
    this.#io = io
    const schema = answerSchemaOf(task.extractor)
    this.#writer = openWriter(task.output, { schema, keyed: task.input.keyed, rawCsv: options.rawCsv ?? false }, io)
    this.#rejects = options.failed === undefined ? undefined : new Lines(options.failed, io.cwd)
  }

  async go(): Promise<number> {
    const { extractor, source, input, output } = this.#task
    const { concurrency, budgetUsd, progress, ...manner } = this.#options
    const say = (text: string): void => display?.note(text)
    const started = performance.now()
    let display: Display | undefined
    const run = extractAll(extractor, this.#records(say), {
      ...(await this.#runOptions()),
      onProgress: () => display?.changed(),
    })
    const facts = {
      extractor: source,
      input: input.name,
      output: output === '-' ? 'stdout' : output,
      model: modelName(extractor),
      concurrency,
      ...(budgetUsd !== undefined && { budget: budgetUsd }),
    }
    const state = () => stateOf(facts, run.progress, { last: this.#last, stopping: this.#interrupts > 0 })
    display = displayOf(state, progress, manner, this.#io)
    const uninterruptible = this.#io.onInterrupt(() => this.#interrupted(run, display))
    try {
      const summary = await this.#read(run, display)
      display.close()
      const whole = summary.stopped === undefined
      await this.#close(whole)
      const { journal, words } = this.#task
      const ending = endingOf({
        journal,
        words,
        command: this.#command,
        summary,
        run: state(),
        took: performance.now() - started,
        kinds: this.#failures.kinds,
        alike: this.#alike,
        interrupted: this.#interrupts > 0,
        wrote: this.#wrote(whole),
      })
      display.end(ending, this.#writer.notes())
      return exitCodeOf(summary, { alike: this.#alike !== undefined, interrupted: this.#interrupts > 0 })
    } finally {
      display.close()
      uninterruptible()
      clearTimeout(this.#leaving)
      await this.#close(false)
    }
  }

  async #runOptions() {
    const { concurrency, ordered, rpm, tpm, budgetUsd, prices, retryFailed, keepGoing } = this.#options
    const { input, journal } = this.#task
    return {
      concurrency,
      ordered: ordered ?? false,
      retryFailed: retryFailed ?? false,
      limits: { rpm, tpm },
      budget: { usd: budgetUsd },
      prices,
      total: input.total,
      ...(keepGoing && { maxFailuresInRow: Number.MAX_SAFE_INTEGER }),
      ...(input.keyed && { key: (_: unknown, index: number) => this.#keys.get(index)! }),
      ...(journal !== undefined && {
        journal: (await import('decant/node')).fileJournal(resolve(this.#io.cwd, journal)),
      }),
    }
  }

  async *#records(say: (note: string) => void): AsyncGenerator<unknown> {
    let index = 0
    for await (const { record, key } of this.#task.input.records()) {
      if (key !== undefined && this.#task.input.keyed) this.#keys.set(index, key)
      const hollow = index++ === 0 ? hollowness(this.#task.extractor, record, 1) : undefined
      if (hollow !== undefined) say(hollow)
      yield record
    }
  }

  /** Takes every item to where it belongs; what cannot be written ends the run. */
  async #read(run: ReturnType<typeof extractAll>, display: Display): Promise<Summary> {
    const summary = Promise.resolve(run)
    // Awaited below; meanwhile the loop hears of it.
    summary.catch(() => {})
    let unwritten: { readonly error: unknown } | undefined
    try {
      for await (const item of run as AsyncIterable<Item>) {
        try {
          await this.#take(item, display, () => run.stop())
        } catch (error) {
          unwritten = { error }
          run.abort(error)
          break
        }
      }
    } catch {
      // What ended the run stands in the summary, or the summary throws it.
    }
    const end = await summary
    if (unwritten !== undefined) throw unwritten.error
    return end
  }

  async #take(item: Item, display: Display, stop: () => void): Promise<void> {
    const row = item.index + 1
    const key = this.#task.input.keyed ? item.key : undefined
    this.#keys.delete(item.index)
    if (!item.kept) this.#bought++
    if (item.status === 'done') {
      const record = { row, ...(key !== undefined && { key }), output: item.output }
      if (this.#task.output === '-' && this.#io.stdout.isTTY) display.around(() => void this.#writer.write(record))
      else await this.#writer.write(record)
      return
    }
    const { error } = item
    const next =
      this.#task.journal === undefined ? [] : [this.#command(['why', this.#task.journal, key ?? String(row)])]
    const failed = {
      ...failedOf(error, { name: key ?? String(row), record: item.record, next }),
      calls: item.calls,
      ...(item.cost !== undefined && { cost: item.cost }),
    }
    this.#last = { row, key: item.key, code: codeOf(error), message: failed.message, issues: failed.issues }
    display.failed(failed, this.#failures.add(this.#last))
    const { next: _, name, text, record, ...facts } = failed
    await this.#rejects?.write(
      jsonLine({ row, ...(key !== undefined && { key }), ...facts, record: item.record, text }),
    )
    if (this.#bought === alikeFromTheStart && this.#failures.count === this.#bought && !this.#options.keepGoing) {
      this.#alike = this.#failures.onlyCode
      if (this.#alike !== undefined) stop()
    }
  }

  #interrupted(run: ReturnType<typeof extractAll>, display: Display | undefined): void {
    this.#interrupts++
    if (this.#interrupts === 1) {
      run.stop()
      display?.stopping()
      return
    }
    run.abort()
    // Whatever still holds on - a reader, a file, the user's own code - is left behind.
    this.#leaving ??= setTimeout(() => {
      display?.close()
      this.#io.exit(exits.interrupted)
    }, grace)
  }

  async #close(whole: boolean): Promise<void> {
    await this.#writer.close({ empty: whole })
    await this.#rejects?.close({ empty: whole })
  }

  readonly #command = (words: readonly string[]): string => commandText(words, this.#io.env)

  /** @param whole so that files are there although nothing was written to them. */
  #wrote(whole: boolean): readonly (readonly [string, number | undefined])[] {
    const { failed } = this.#options
    const count = this.#rejects?.count ?? 0
    return [
      [this.#writer.path, this.#writer.count],
      ...(failed !== undefined && (whole || count > 0) ? [[failed, count] as const] : []),
      ...(this.#task.journal === undefined ? [] : [[`journal ${this.#task.journal}`, undefined] as const]),
    ]
  }
}
