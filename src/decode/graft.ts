import { isComposite } from '../composite.ts'
import type { JsonValue } from '../json/index.ts'
import { identityOf } from './check/identity.ts'

/** The value, with every branch in which nothing has changed taken from what was there before. */
export const graft = (before: JsonValue | undefined, value: JsonValue): JsonValue => {
  if (before === undefined || !isObject(before) || !isObject(value)) return value
  const kind = Object.getPrototypeOf(value)
  if (Object.getPrototypeOf(before) !== kind) return value
  // A Date, a Map: made anew each time.
  if (kind !== Array.prototype && kind !== Object.prototype)
    return identityOf(before) === identityOf(value) ? before : value
  const old = new Map(Object.entries(before))
  const entries = Object.entries(value).map(([key, each]): [string, JsonValue] => [key, graft(old.get(key), each)])
  if (entries.length === old.size && entries.every(([key, each]) => old.has(key) && old.get(key) === each))
    return before
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries)
}

const isObject = (value: JsonValue): value is readonly JsonValue[] | { readonly [key: string]: JsonValue } =>
  isComposite(value)
