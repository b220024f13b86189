/** What a provider says is left of one of its limits. */
export interface Headroom {
  readonly limit: number
  readonly remaining: number
  /** Milliseconds until the limit is whole again. */
  readonly reset: number
}

/**
 * The `x-ratelimit-*` headers of OpenAI, Groq and those that follow them
 * (https://platform.openai.com/docs/guides/rate-limits, https://console.groq.com/docs/rate-limits).
 */
export const headroomOf = (headers: Headers, of: 'requests' | 'tokens'): Headroom | undefined => {
  const limit = numberOf(headers.get(`x-ratelimit-limit-${of}`))
  if (limit === undefined) return undefined
  const remaining = numberOf(headers.get(`x-ratelimit-remaining-${of}`))
  const reset = durationOf(headers.get(`x-ratelimit-reset-${of}`))
  if (remaining === undefined || reset === undefined) return undefined
  return { limit, remaining, reset }
}

/** Milliseconds until so much is free: limits of this kind fill up evenly. */
export const waitFor = ({ limit, remaining, reset }: Headroom, wanted: number): number => {
  const missing = Math.min(wanted, limit) - remaining
  return missing <= 0 ? 0 : reset * Math.min(1, missing / Math.max(1, limit - remaining))
}

const numberOf = (text: string | null): number | undefined => {
  const value = Number(text?.trim() || Number.NaN)
  return Number.isFinite(value) ? value : undefined
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds from what Go prints for a duration (`6m0s`, `1.57s`, `12ms`), or from bare seconds. */
const durationOf = (text: string | null): number | undefined => {
  const trimmed = text?.trim() ?? ''
  const bare = numberOf(trimmed)
  if (bare !== undefined) return bare * 1000
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(trimmed)) return undefined
  let sum = 0
  for (const [, value, unit] of trimmed.matchAll(/([\d.]+)(ms|s|m|h|d)/g)) sum += Number(value) * units[unit!]!
  return sum
}
