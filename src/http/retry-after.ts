/**
 * Milliseconds after which the provider says to come back: `retry-after-ms`, or `retry-after` in seconds or as a date; on a
 * 429 without either, the `x-ratelimit-reset*` headers.
 */
export const retryAfterOf = (headers: Headers, status: number): number | undefined => {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '')
  if (ms >= 0) return ms
  const value = headers.get('retry-after')
  const asked = value === null ? undefined : waitOf(value, headers)
  return asked ?? (status === 429 ? resetOf(headers) : undefined)
}

/**
 * The limit that is used up says when it is filled again. Where none says that it is, the shortest wait counts: a limit for
 * a whole day stands beside the one for a minute, and to come back too early costs one more 429.
 */
const resetOf = (headers: Headers): number | undefined => {
  const spent: number[] = []
  const others: number[] = []
  headers.forEach((value, name) => {
    if (!name.startsWith('x-ratelimit-reset')) return
    const wait = waitOf(value, headers)
    const left = headers.get(name.replace('reset', 'remaining'))
    if (wait !== undefined) (left !== null && Number(left) <= 0 ? spent : others).push(wait)
  })
  if (spent.length > 0) return Math.max(...spent)
  return others.length > 0 ? Math.min(...others) : undefined
}

/** Milliseconds in the units of Go's durations (https://pkg.go.dev/time#ParseDuration), which Groq and OpenAI write. */
const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** Seconds (`"1.5"`), a Go duration (`"6m0s"`, `"12ms"`), a moment in Unix seconds or milliseconds, or a date. */
const waitOf = (text: string, headers: Headers): number | undefined => {
  const value = text.trim()
  if (value === '') return undefined
  const number = Number(value)
  // 1e9 s are 30 years: so large a number is a moment.
  if (number >= 0 && number < 1e9) return number * 1000
  const parts = [...value.matchAll(/([\d.]+)(h|ms|m|s)/g)]
  if (parts.length > 0 && parts.map(([part]) => part).join('') === value) {
    return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit!]!, 0)
  }
  const moment = number >= 1e9 ? number * (number < 1e12 ? 1000 : 1) : Date.parse(value)
  // By the clock that it was written by: ours may be wrong.
  const wait = moment - (Date.parse(headers.get('date') ?? '') || Date.now())
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}
