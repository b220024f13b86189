import type { JsonValue } from '../../json/index.ts'

/** The same text for equal values, whatever the order of their keys, and for no others. */
export const identityOf = (value: JsonValue): string => {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(identityOf).join()}]`
  const members = value as { readonly [key: string]: JsonValue }
  const keys = Object.keys(members).sort()
  return `{${keys.map(key => `${JSON.stringify(key)}:${identityOf(members[key]!)}`).join()}}`
}
