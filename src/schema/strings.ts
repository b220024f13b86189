import type { JsonSchema } from '../types.ts'

/**
 * One check of a string, in the order the user wrote them: the keywords that say it, or `rewrites` for a step that changes
 * the text (trim, lower case), or `hint` for keywords that refuse some text which the check takes.
 */
export type Check = { readonly exact: JsonSchema } | { readonly hint: JsonSchema } | 'rewrites'

/**
 * Keywords for the model alone. The checks behind a `.trim()` see other text than the model writes, and JSON Schema has no
 * case-insensitive pattern: asked for on the wire they help, held against the answer they would refuse what the user's
 * schema takes. A validator passes over a keyword it does not know.
 */
export const HINT = '~hint'

/** The user's schema takes more than this place asks the model for: it coerces, catches, or rewrites before it looks. */
export const LENIENT = '~lenient'

/** The schema of a string from its checks. */
export function stringSchema(checks: readonly Check[]): JsonSchema {
  const rewritten = checks.indexOf('rewrites')
  const exact: JsonSchema[] = []
  const hints: JsonSchema[] = []
  checks.forEach((check, index) => {
    if (check === 'rewrites') return
    if ('exact' in check && (rewritten < 0 || index < rewritten)) exact.push(check.exact)
    else hints.push('exact' in check ? check.exact : check.hint)
  })
  const schema = { type: 'string', ...all(exact) }
  return hints.length === 0 ? schema : { ...schema, [HINT]: all(hints) }
}

/** The keywords that say all of it at once: the tightest lengths, and several patterns side by side. */
function all(rules: readonly JsonSchema[]): JsonSchema {
  const patterns = [...new Set(rules.flatMap(rule => (rule.pattern === undefined ? [] : [rule.pattern])))]
  const least = Math.max(...rules.map(rule => Number(rule.minLength ?? -1)))
  const most = Math.min(...rules.map(rule => Number(rule.maxLength ?? Infinity)))
  return {
    ...Object.assign({}, ...rules.map(({ pattern: _, ...rule }) => rule)),
    ...(least >= 0 ? { minLength: least } : {}),
    ...(most < Infinity ? { maxLength: most } : {}),
    ...(patterns.length === 1 ? { pattern: patterns[0] } : {}),
    ...(patterns.length > 1 ? { allOf: patterns.map(pattern => ({ pattern })) } : {}),
  }
}

/** A pattern as a check. The flags i, m and s cannot be said, and without them the source refuses some of what it takes. */
export const patternCheck = ({ source, flags }: RegExp): Check =>
  /[ims]/.test(flags) ? { hint: { pattern: source } } : { exact: { pattern: source } }

/** Zod's time has no offset and its local date-time may have none: RFC 3339, which the JSON formats mean, demands one. */
const TIME = String.raw`\d{2}:\d{2}(:\d{2}(\.\d+)?)?`
export const LOCAL_DATE_TIME: JsonSchema = { pattern: String.raw`^\d{4}-\d{2}-\d{2}T${TIME}(Z|[+-]\d{2}:?\d{2})?$` }

/**
 * Zod's named formats that JSON Schema has a word for, in both its languages: the word replaces Zod's own long pattern.
 * Formats that are not here are said by their pattern. (JSON Schema 2020-12, validation vocabulary, section 7.3)
 */
export const formats: ReadonlyMap<string, JsonSchema> = new Map(
  Object.entries({
    email: { format: 'email' },
    url: { format: 'uri' },
    uuid: { format: 'uuid' },
    guid: { format: 'uuid' },
    datetime: { format: 'date-time' },
    date: { format: 'date' },
    time: { pattern: `^${TIME}$` },
    duration: { format: 'duration' },
    ipv4: { format: 'ipv4' },
    ipv6: { format: 'ipv6' },
    hostname: { format: 'hostname' },
    base64: { contentEncoding: 'base64' },
    base64url: { contentEncoding: 'base64url' },
    jwt: { pattern: String.raw`^[\w-]+\.[\w-]+\.[\w-]*$` },
  }),
)
