import type { JsonValue } from '../../json/index.ts'

/** The same text for equal values, whatever the order of their keys, and for no others. */
export const identityOf = (value: JsonValue): string => {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  // A Date and a URL, which the user's schema takes for a text, are what they are in JSON; a Map and a Set what they hold.
  if (value instanceof Date || value instanceof URL) return JSON.stringify(value)
  if (value instanceof Map || value instanceof Set) return identityOf([...value] as JsonValue)
  if (Array.isArray(value)) return `[${value.map(identityOf).join()}]`
  const members = value as { readonly [key: string]: JsonValue }
  const keys = Object.keys(members).sort()
  return `{${keys.map(key => `${JSON.stringify(key)}:${identityOf(members[key]!)}`).join()}}`
}
