import { resolve } from 'node:path'
import { extractAll, type Price, type RecordItem, type Summary } from 'decant'
import { exits } from '../exit.ts'
import { UsageError } from '../failure.ts'
import { type AnyExtractor, loadExtractor, type Wishes } from '../input/extractor.ts'
import { answerSchemaOf, modelName } from '../input/function.ts'
import { hollowness } from '../input/hollow.ts'
import { type Format, type Input, openInput } from '../input/records.ts'
import type { Io, Manner } from '../io.ts'
import { checkPlaces } from '../output/places.ts'
import { openWriter, type Writer } from '../output/writer.ts'
import { commandText } from '../run/command-line.ts'
import { type Display, displayOf } from '../run/display.ts'
import { dryRunCommand } from '../run/dry-run.ts'
import { endingOf, exitCodeOf } from '../run/ending.ts'
import { Results } from '../run/results.ts'
import { stateOf } from '../run/state.ts'

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
  readonly #results: Results
  /** The keys that the user gave to records in flight, by their index. */
  readonly #keys = new Map<number, string>()
  #interrupts = 0
  #leaving: ReturnType<typeof setTimeout> | undefined

  constructor(task: Task, options: RunOptions, io: Io) {
    this.#task = task
    this.#options = options
    this.#io = io
    const { output, journal, input } = task
    const { keyed } = input
    const { failed, keepGoing = false, rawCsv = false } = options
    const writer = openWriter(output, { schema: answerSchemaOf(task.extractor), keyed, rawCsv }, io)
    const onScreen = output === '-' && io.stdout.isTTY === true
    this.#writer = writer
    this.#results = new Results({ writer, failed, journal, keyed, keepGoing, onScreen }, io)
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
    const state = () => stateOf(facts, run.progress, { last: this.#results.last, stopping: this.#interrupts > 0 })
    display = displayOf(state, progress, manner, this.#io)
    const uninterruptible = this.#io.onInterrupt(() => this.#interrupted(run, display))
    try {
      const summary = await this.#read(run, display)
      display.close()
      const whole = summary.stopped === undefined
      await this.#results.close(whole)
      const { journal, words } = this.#task
      const ending = endingOf({
        journal,
        words,
        command: typed => commandText(typed, this.#io.env),
        summary,
        run: state(),
        took: performance.now() - started,
        kinds: this.#results.kinds,
        alike: this.#results.alike,
        interrupted: this.#interrupts > 0,
        wrote: this.#results.wrote(whole),
      })
      display.end(ending, this.#writer.notes())
      return exitCodeOf(summary, { alike: this.#results.alike !== undefined, interrupted: this.#interrupts > 0 })
    } finally {
      display.close()
      uninterruptible()
      clearTimeout(this.#leaving)
      await this.#results.close(false)
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
          this.#keys.delete(item.index)
          await this.#results.take(item, display, () => run.stop())
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
}
