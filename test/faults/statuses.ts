import type { Answer, Reply } from '../helpers/fault-server.ts'
import { page, plain, refusal, reply, stream } from './answers.ts'
import { onBoth, once, patient, retried } from './retried.ts'
import { each, fails, person, type Scenario } from './scenario.ts'

/** Statuses that ask to come back: rows 80 to 84. */

/** The answer comes right after one failure. */
const then = (failure: Answer): { streamed: Answer[]; plain: Answer[] } => ({
  streamed: [failure, reply(stream())],
  plain: [failure, reply(plain())],
})
const busy = { error: { message: 'busy', type: 'rate_limit_exceeded' } }
const soon = (): string => new Date(Date.now() + 1000).toUTCString()
/** Like `refusal`, but nothing says when to come back. */
const bare = (status: number, body: unknown, headers: Record<string, string> = {}): Reply => {
  const { headers: all, ...rest } = refusal(status, body)
  return { ...rest, headers: { 'content-type': all!['content-type']!, ...headers } }
}

export const statuses: readonly Scenario[] = [
  onBoth(80, '429 says when to come back, in any of three forms', wire => [
    ...each(
      person(),
      {
        seconds: then(bare(429, busy, { 'retry-after': '0' }))[wire],
        milliseconds: then(bare(429, busy, { 'retry-after-ms': '5' }))[wire],
        'a date': then(() => bare(429, busy, { 'retry-after': soon() }))[wire],
        'a date that is over': then(bare(429, busy, { 'retry-after': 'Thu, 01 Jan 2026 00:00:00 GMT' }))[wire],
      },
      retried,
    ),
    ...each(
      fails('APIError', 'rate_limit', { retryable: true, says: ['after 3 tries'] }),
      { 'again and again': bare(429, busy, { 'retry-after-ms': '1' }) },
      { requests: 3, options: { maxRetries: 2 } },
    ),
  ]),
  onBoth(81, '429 asks to wait for a day', wire => [
    ...each(
      fails('APIError', 'rate_limit', { says: ['86400 s'] }),
      {
        seconds: bare(429, busy, { 'retry-after': '86400' }),
        milliseconds: bare(429, busy, { 'retry-after-ms': '86400000' }),
      },
      {
        ...patient,
        also: ({ error }) => {
          const after = (error as { retryAfter?: number } | undefined)?.retryAfter
          if (after !== 86_400_000) throw new Error(`retryAfter is ${after} on the ${wire} wire`)
        },
      },
    ),
  ]),
  onBoth(82, 'no money left', () =>
    each(
      once('quota'),
      {
        '429 insufficient_quota': refusal(429, {
          error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' },
        }),
        402: refusal(402, { error: { message: 'Insufficient credits', code: 402 } }),
        '402 inside a 200': refusal(200, { error: { message: 'Insufficient credits', code: 402 } }),
      },
      patient,
    ),
  ),
  onBoth(83, 'headers say when the limit is reset', wire => [
    ...each(
      person(),
      {
        'a Go duration': then(
          bare(429, busy, { 'x-ratelimit-reset-requests': '12ms', 'x-ratelimit-remaining-requests': '0' }),
        )[wire],
      },
      retried,
    ),
    ...each(
      fails('APIError', 'rate_limit', { says: ['360 s'] }),
      { 'six minutes': bare(429, busy, { 'x-ratelimit-reset-tokens': '6m0s', 'x-ratelimit-remaining-tokens': '0' }) },
      patient,
    ),
  ]),
  onBoth(84, 'a server that is not well', wire => [
    ...[408, 409, 500, 502, 503, 504, 529].flatMap(status =>
      each(person(), { [`${status}`]: then(refusal(status, { error: { message: 'again, please' } }))[wire] }, retried),
    ),
    ...each(person(), { 'a page': then(refusal(502, page, { 'content-type': 'text/html' }))[wire] }, retried),
    ...each(
      person(),
      { '400 that asks to be retried': then(refusal(400, {}, { 'x-should-retry': 'true' }))[wire] },
      retried,
    ),
    ...each(
      fails('APIError', 'upstream', { retryable: false }),
      { '500 that asks not to be': refusal(500, {}, { 'x-should-retry': 'false' }) },
      patient,
    ),
  ]),
]
