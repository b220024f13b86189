import type { JsonKind } from '../../json/index.ts'

/** The kinds of a JSON value as bits, so that a set of them is a number. */
export const bits: Readonly<Record<JsonKind, number>> = {
  object: 1,
  array: 2,
  string: 4,
  number: 8,
  boolean: 16,
  null: 32,
}

export const anyKind = 63

export const bitOf = (value: unknown): number =>
  value === null ? bits.null : Array.isArray(value) ? bits.array : bits[typeof value as JsonKind]
