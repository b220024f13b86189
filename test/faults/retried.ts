import { type Case, fails, type Scenario, scenario } from './scenario.ts'

/** What the cases of statuses are put together from. */

export const retried = { requests: 2, options: { maxRetries: 2 } } as const
/** The same on both wires. */
export const onBoth = (row: number, title: string, cases: (wire: 'streamed' | 'plain') => readonly Case[]): Scenario =>
  scenario(row, title, { streamed: cases('streamed'), plain: cases('plain') })
export const once = (code: string): Case['wants'] => fails('APIError', code, { retryable: false })
export const patient = { options: { maxRetries: 5 } } as const
