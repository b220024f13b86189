import { type FailedRecord, placeText } from './run-state.ts'

/** Failures of one kind: the same code at the same place. */
export interface Kind {
  readonly code: string
  /** `lines[].qty`, or `-` where the failure has no place. */
  readonly place: string
  readonly message: string
  readonly rows: readonly number[]
  readonly count: number
}

/** Rows that a kind remembers, and kinds that are told apart: a run of a million failures takes no more. */
const rowsKept = 3
const kindsKept = 50

/** Sorts failures as they come. */
export class Failures {
  readonly #kinds = new Map<string, Kind>()
  #count = 0

  /** True when nothing of the kind has been seen before. */
  add(failed: FailedRecord): boolean {
    this.#count++
    const [issue] = failed.issues
    const place = issue === undefined ? '-' : placeText(issue.path)
    const name = `${failed.code} ${place}`
    const known = this.#kinds.get(name)
    if (known === undefined && this.#kinds.size >= kindsKept) return false
    const { rows, count } = known ?? { rows: [], count: 0 }
    this.#kinds.set(name, {
      code: failed.code,
      place,
      message: known?.message ?? issue?.message ?? failed.message,
      rows: rows.length < rowsKept ? [...rows, failed.row] : rows,
      count: count + 1,
    })
    return known === undefined
  }

  get count(): number {
    return this.#count
  }

  /** The most frequent first. */
  get kinds(): readonly Kind[] {
    return [...this.#kinds.values()].sort((a, b) => b.count - a.count)
  }

  /** The code that all failures share. */
  get onlyCode(): string | undefined {
    const codes = new Set([...this.#kinds.values()].map(({ code }) => code))
    return codes.size === 1 ? [...codes][0] : undefined
  }
}
