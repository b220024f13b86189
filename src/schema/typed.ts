import type { JsonSchema } from '../types.ts'

/**
 * What stands in JSON for a value that it has no word for. `~as` says what is made of it, before the user's schema sees it
 * and in partials; it is not sent.
 */
export const typed = {
  date: { type: 'string', format: 'date-time', '~as': 'date' },
  bigint: { type: 'string', pattern: String.raw`^-?\d+$`, '~as': 'bigint' },
  url: { type: 'string', format: 'uri', '~as': 'url' },
} as const satisfies Record<string, JsonSchema>

/** A list of its members: one that comes twice is one member, so nothing is known of the most. */
export const setOf = (items: unknown, least = 0): JsonSchema => ({
  type: 'array',
  items,
  ...(least > 0 ? { minItems: least } : {}),
  '~as': 'set',
})

/** A list of pairs, as objects, since not every provider takes a tuple. */
export const mapOf = (key: unknown, value: unknown, least = 0): JsonSchema => ({
  type: 'array',
  items: { type: 'object', properties: { key, value }, required: ['key', 'value'] },
  ...(least > 0 ? { minItems: least } : {}),
  '~as': 'map',
})
