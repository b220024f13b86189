import { orAbort, type Stop } from '../abort.ts'
import { APIError, ExtractError, OutputError } from '../errors.ts'
import type { RetryBudget } from './budget.ts'

/** Milliseconds: our own wait is drawn between 0 and 0.5 s, then 1 s, 2 s, 4 s, and 8 s from the fifth retry on. */
const firstDelay = 500
const maxDelay = 8_000

export interface RetryRules {
  readonly maxRetries: number
  /** Milliseconds. A provider that asks for a longer wait is not waited for. */
  readonly maxRetryDelay: number
  readonly budget: RetryBudget
}

/**
 * Milliseconds to wait before the same request is sent again; or, when it is not, what the error's message should say of
 * that. Takes a retry out of the budget.
 *
 * Our own wait is drawn from its whole range, so that calls which failed together do not come back together. What a
 * provider asks for is a minimum: there jitter only lengthens, by a quarter at most.
 *
 * @param tries how many times the request has been sent already, from 1.
 */
export const nextTry = (
  error: unknown,
  tries: number,
  { maxRetries, maxRetryDelay, budget }: RetryRules,
  random: () => number = Math.random,
): number | string => {
  const sofar = tries > 1 ? ` (after ${tries} tries)` : ''
  // What the model got wrong is mended by a repair, not by the same request.
  const mayPass = error instanceof ExtractError && error.retryable && !(error instanceof OutputError)
  if (!mayPass || tries > maxRetries) return sofar
  const asked = error instanceof APIError ? error.retryAfter : undefined
  if (asked !== undefined && asked > maxRetryDelay) return `${sofar}; maxRetryDelay is ${maxRetryDelay / 1000} s`
  if (!budget.take()) {
    return `${sofar}; not tried again: too many calls fail, the provider's retryBudget (${budget.capacity}) is spent`
  }
  return asked === undefined ? random() * Math.min(maxDelay, firstDelay * 2 ** (tries - 1)) : asked * (1 + random() / 4)
}

/** Waits; rejects with the signal's reason as soon as it aborts. */
export const sleep = (ms: number, signal: Stop): Promise<void> => {
  let timer: ReturnType<typeof setTimeout>
  const waited = new Promise<void>(resolve => {
    // A longer delay fires at once (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args).
    timer = setTimeout(resolve, Math.min(ms, 2_147_483_647))
  })
  return orAbort(waited, signal).finally(() => clearTimeout(timer))
}
