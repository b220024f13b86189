import type { CacheStore } from './types.ts'

/**
 * A cache in memory; with more than `max` answers (default 1,000) it forgets the one that was not asked for longest.
 *
 * @throws RangeError for a `max` that is no integer of at least 1.
 */
export const memoryCache = ({ max = 1000 }: { readonly max?: number | undefined } = {}): CacheStore => {
  if (!(Number.isInteger(max) && max > 0))
    throw new RangeError(`Cannot keep ${max} answers: max must be an integer of at least 1`)
  // A Map goes by the order in which its entries were put in.
  const entries = new Map<string, string>()
  const put = (key: string, value: string): void => {
    entries.delete(key)
    entries.set(key, value)
    if (entries.size > max) entries.delete(entries.keys().next().value!)
  }
  return {
    get(key) {
      const value = entries.get(key)
      if (value !== undefined) put(key, value)
      return value
    },
    set: put,
  }
}
