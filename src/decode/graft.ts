import type { JsonValue } from '../json/index.ts'

/** The value, with every branch in which nothing has changed taken from what was there before. */
export const graft = (before: JsonValue | undefined, value: JsonValue): JsonValue => {
  if (before === undefined || !isContainer(before) || !isContainer(value)) return value
  if (Array.isArray(before) !== Array.isArray(value)) return value
  const old = new Map(Object.entries(before))
  const entries = Object.entries(value).map(([key, each]): [string, JsonValue] => [key, graft(old.get(key), each)])
  if (entries.length === old.size && entries.every(([key, each]) => old.has(key) && old.get(key) === each))
    return before
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries)
}

const isContainer = (value: JsonValue): value is readonly JsonValue[] | { readonly [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null
