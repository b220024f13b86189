import type { JsonSchema } from '../../types.ts'
import { bits } from './kinds.ts'

/** A value of the user's that JSON has no word for, and the JSON that stands for it. */
export interface Revival {
  /** The kind of that JSON. */
  readonly bit: number
  /** May throw, or give an invalid date, for JSON that stands for nothing. */
  readonly make: (json: any) => unknown
}

const { string, array } = bits

const revivals: Readonly<Record<string, Revival>> = {
  date: { bit: string, make: text => new Date(text) },
  bigint: { bit: string, make: BigInt },
  url: { bit: string, make: text => new URL(text) },
  set: { bit: array, make: items => new Set(items) },
  map: { bit: array, make: (pairs: { key: unknown; value: unknown }[]) => new Map(pairs.map(pairOf)) },
}

const pairOf = ({ key, value }: { key: unknown; value: unknown }) => [key, value] as const

/** The schema room says in `~as` what a place stands for. */
export const revivalOf = (schema: JsonSchema): Revival | undefined => revivals[schema['~as'] as string]

/** The value, or undefined where the JSON stands for none: the user's schema then says so of the JSON. */
export const revived = ({ make }: Revival, json: unknown): unknown => {
  try {
    const value = make(json)
    return value instanceof Date && Number.isNaN(value.getTime()) ? undefined : value
  } catch {
    return undefined
  }
}
