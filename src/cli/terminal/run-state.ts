import type { Issue } from 'decant'
import { dollars } from './numbers.ts'

/** What the lines about a run are made of. Counts are of records. */
export interface RunState {
  readonly extractor: string
  readonly input: string
  readonly output: string
  readonly model: string
  readonly concurrency: number
  /** Absent while nobody knows. */
  readonly total?: number
  /** Includes what was kept. */
  readonly done: number
  readonly failed: number
  /** Taken over from the journal, not bought again. */
  readonly kept: number
  readonly inFlight: { readonly reading: number; readonly repairing: number; readonly waiting: number }
  /** Records finished in a second. */
  readonly rate?: number
  readonly inputTokens?: number
  readonly cachedInputTokens?: number
  readonly outputTokens?: number
  /** USD that are known to be spent. */
  readonly cost: number
  /** Calls that cost something nobody told. */
  readonly unpriced: number
  /** Calls that were answered by the cache. */
  readonly cached: number
  readonly budget?: number
  readonly forecast?: { readonly usd: number; readonly plusMinus: number }
  /** Milliseconds until the end, as far as can be told. */
  readonly left?: number
  /** What holds the next call up, and for how many milliseconds. */
  readonly wait?: { readonly reason: string; readonly ms: number; readonly concurrency: number }
  readonly last?: FailedRecord
  /** Ctrl-C was pressed once. */
  readonly stopping: boolean
}

/** A record that failed, as it is shown. */
export interface FailedRecord {
  /** Its place in the input, from 1. */
  readonly row: number
  readonly key: string
  readonly code: string
  readonly message: string
  readonly issues: readonly Issue[]
}

/** `lines[3].qty`; `(root)` for the whole. */
export const pathText = (path: Issue['path']): string =>
  path.length === 0
    ? '(root)'
    : path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')

/** `lines[].qty`: one text for the same place in every element. */
export const placeText = (path: Issue['path']): string => pathText(path).replace(/\[\d+\]/g, '[]')

export const inFlightOf = ({ inFlight }: RunState): number => inFlight.reading + inFlight.repairing + inFlight.waiting

/** What was spent: `?` where nothing is known, a lower bound where something is not. */
export const costText = ({ cost, unpriced }: RunState): string =>
  unpriced === 0 ? dollars(cost) : cost === 0 ? '?' : `over ${dollars(cost)}`

/** The first thing that is wrong, in one phrase. */
export const headline = ({ issues, message }: FailedRecord): string => {
  const [issue] = issues
  return issue === undefined ? message : `${pathText(issue.path)}: ${issue.message}`
}
