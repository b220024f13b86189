import { orAbort } from '../abort.ts'
import { APIError, ExtractError } from '../errors.ts'

/** A provider that asks for a longer wait than this is not waited for: the error says when to come back. */
const maxWait = 60_000
const firstDelay = 500
const maxDelay = 8_000

/**
 * Milliseconds to wait before the same request is sent again, or undefined when it should not be. Jitter only lengthens:
 * a provider's own `retry-after` is a minimum.
 *
 * @param tries how many times the request has been sent already, from 1.
 */
export const retryDelay = (error: unknown, tries: number, random: () => number = Math.random): number | undefined => {
  if (!(error instanceof ExtractError) || !error.retryable) return undefined
  const asked = error instanceof APIError ? error.retryAfter : undefined
  if (asked !== undefined && asked > maxWait) return undefined
  const base = asked ?? Math.min(maxDelay, firstDelay * 2 ** (tries - 1))
  return base * (1 + random() / 4)
}

/** Waits; rejects with the signal's reason as soon as it aborts. */
export const sleep = (ms: number, signal: AbortSignal): Promise<void> => {
  let timer: ReturnType<typeof setTimeout>
  const waited = new Promise<void>(resolve => {
    timer = setTimeout(resolve, ms)
  })
  return orAbort(waited, signal).finally(() => clearTimeout(timer))
}
