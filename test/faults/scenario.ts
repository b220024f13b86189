import type { ExtractError, Options, Schema } from 'decant'
import type { Answer, Seen } from '../helpers/fault-server.ts'
import { alice } from '../helpers/person.ts'

/** What must come of a case. */
export type Wanted =
  | {
      readonly value: unknown
      /** Codes of the warnings, in order. */
      readonly warnings?: readonly string[]
      readonly finishReason?: string | null
    }
  | {
      readonly error: string
      readonly code: string
      readonly retryable?: boolean
      /** Parts of the message. */
      readonly says?: readonly string[]
    }

/** One answer of a server, and what must come of it. */
export interface Case {
  readonly name: string
  /** The answers to the requests in order; the last one stands for all that follow. A function speaks no HTTP at all. */
  readonly server: Answer | readonly Answer[] | { readonly bytes: string; readonly end: 'close' | 'reset' } | 'closed'
  readonly wants: Wanted
  /** HTTP requests that must have come. Default 1. */
  readonly requests?: number
  /** Default: no retries, no repairs, and clocks of seconds, so that a hang shows. */
  readonly options?: Partial<Options>
  /** Default: a person. */
  readonly schema?: Schema
  readonly schemaName?: string
  /** Variables that are set while the case is played. */
  readonly environment?: Readonly<Record<string, string>>
  /** What else must hold once it is over. */
  readonly also?: (seen: {
    readonly requests: readonly Seen[]
    readonly partials: readonly unknown[]
    readonly error: ExtractError | undefined
    readonly calls: readonly unknown[]
    readonly result: any
  }) => void
}

/** A row of the catalogue of faults. */
export interface Scenario {
  readonly row: number
  readonly title: string
  readonly streamed: readonly Case[]
  readonly plain: readonly Case[]
}

export const scenario = (
  row: number,
  title: string,
  cases: { readonly streamed?: readonly Case[]; readonly plain?: readonly Case[] },
): Scenario => ({ row, title, streamed: cases.streamed ?? [], plain: cases.plain ?? [] })

/** The person, strictly; warnings are none unless named. */
export const person = (more: { warnings?: string[]; finishReason?: string | null } = {}): Wanted => ({
  value: alice,
  warnings: [],
  ...more,
})
export const value = (expected: unknown, ...warnings: string[]): Wanted => ({ value: expected, warnings })
export const fails = (
  error: 'StreamError' | 'OutputError' | 'APIError' | 'TimeoutError' | 'ConfigError',
  code: string,
  more: { retryable?: boolean; says?: string[] } = {},
): Wanted => ({ error, code, ...more })

/** The same case for other answers, named one by one. */
export const each = (
  wants: Wanted,
  servers: Readonly<Record<string, Case['server']>>,
  more: Partial<Omit<Case, 'name' | 'server' | 'wants'>> = {},
): Case[] => Object.entries(servers).map(([name, server]) => ({ name, server, wants, ...more }))
