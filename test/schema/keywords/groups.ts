import type { JsonSchema } from '../../../src/types.ts'

/** A schema, what it takes and what it does not take. */
type Group = readonly [schema: JsonSchema, valid: readonly unknown[], invalid: readonly unknown[]]

/** By keyword, as the files of https://github.com/json-schema-org/JSON-Schema-Test-Suite, tests/draft2020-12, are named. */
export type Groups = Readonly<Record<string, readonly Group[]>>

/** One value of every kind. */
export const kinds = [null, true, false, 0, 1.5, '', 'text', [], [1], {}, { a: 1 }]

/** Values of all kinds but some. */
export const allBut = (...types: string[]): unknown[] => kinds.filter(value => !types.includes(kindOf(value)))

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
