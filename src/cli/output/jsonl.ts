import { safeJson } from '../terminal/text.ts'

/** One finished record as it is written. */
export interface OutputRecord {
  /** Its place in the input, from 1. */
  readonly row: number
  /** Only where the user gave it one. */
  readonly key?: string
  readonly output: unknown
}

export const jsonLine = (value: object): string => `${safeJson(value)}\n`
