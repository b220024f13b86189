import { validateJson } from '../decode/input.ts'
import type { Extractor } from '../extractor.ts'
import type { JsonValue } from '../json/index.ts'
import { compileSchema } from '../schema/index.ts'
import type { Call, Extraction, Usage } from '../types.ts'
import { failureEntry, keptError } from './failure.ts'
import type { Meter } from './meter.ts'
import type { JournalEntry, Place, RecordItem } from './types.ts'

/** What became of a record, and how often it has been tried. */
interface Bought<A, O> {
  readonly item: RecordItem<A, O>
  readonly entry: () => JournalEntry
}

/** What items of a record have in common, whatever became of it. */
type Common<A> = Omit<RecordItem<A, unknown>, 'status'>

/** Makes an item of a record: from the journal, or by an extraction. */
export class Buyer<A, I, O> {
  /** The extractions that are under way. */
  readonly live = new Set<Extraction<I, O>>()
  readonly #extractor: Extractor<A, I, O>
  readonly #meter: Meter

  constructor(extractor: Extractor<A, I, O>, meter: Meter) {
    this.#extractor = extractor
    this.#meter = meter
  }

  /** The item of an entry; undefined when the record is to be bought after all. */
  async kept(entry: JournalEntry, place: Place<A>, retryFailed: boolean): Promise<RecordItem<A, O> | undefined> {
    const { calls, usage, cost } = entry
    const common = { ...place, kept: true, calls, usage, ...(cost !== undefined && { cost }) }
    if (entry.status === 'failed') {
      return retryFailed || entry.error === undefined
        ? undefined
        : { ...common, status: 'failed', error: keptError(entry.error) }
    }
    const { schema, schemaName: name, schemaDescription: description } = this.#extractor.declaration
    const declaration = compileSchema(schema, { name, description })
    const validated = await validateJson(entry.input as JsonValue, declaration)
    // A refinement may refuse today what it took yesterday.
    return 'issues' in validated ? undefined : { ...common, status: 'done', output: validated.value }
  }

  /** Never rejects. */
  async buy(place: Place<A>, tries: number): Promise<Bought<A, O>> {
    let extraction: Extraction<I, O> | undefined
    try {
      extraction = this.#extractor(place.record)
      this.live.add(extraction)
      const { output, input, usage } = await extraction.result()
      const common = this.#common(place, extraction.calls, usage)
      return {
        item: Object.assign(common, { status: 'done', output } as const),
        entry: () => entryOf(common, { tries, status: 'done', input }),
      }
    } catch (error) {
      const { usage = {} } = (error ?? {}) as { usage?: Usage }
      const common = this.#common(place, extraction?.calls ?? [], usage)
      return {
        item: Object.assign(common, { status: 'failed', error } as const),
        entry: () => entryOf(common, { tries, status: 'failed', error: failureEntry(error, place.record) }),
      }
    } finally {
      if (extraction !== undefined) {
        this.live.delete(extraction)
        this.#meter.spend(extraction.calls)
      }
    }
  }

  get phases(): { reading: number; repairing: number; waiting: number } {
    const phases = { reading: 0, repairing: 0, waiting: 0 }
    for (const { calls } of this.live) {
      const last = calls.at(-1)
      phases[last?.outcome !== 'pending' ? 'waiting' : last.kind === 'repair' ? 'repairing' : 'reading']++
    }
    return phases
  }

  #common({ key, index, record }: Place<A>, calls: readonly Call[], usage: Usage): Common<A> {
    const cost = this.#meter.costOfCalls(calls)
    const common = { key, index, record, kept: false, calls, usage }
    return cost === undefined ? common : Object.assign(common, { cost })
  }
}

const entryOf = (
  { key, index, calls, usage, cost }: Common<unknown>,
  end: Pick<JournalEntry, 'tries' | 'status' | 'input' | 'error'>,
): JournalEntry => {
  const entry = Object.assign({ key, index }, end, { calls, usage })
  return cost === undefined ? entry : Object.assign(entry, { cost })
}
