import type { Seen } from '../../helpers/fault-server.ts'
import { data, page, refusal, reply, stream } from '../answers.ts'
import { canary } from '../canary.ts'
import { type Case, each, fails, person } from '../scenario.ts'

/** Ways in which a server may say a key back that leave its letters and change its signs. */
const written: Readonly<Record<string, string>> = {
  'with small hexadecimal digits': encodeURIComponent(canary).toLowerCase().replace('kanarienvogel', 'Kanarienvogel'),
  'twice in an URL': encodeURIComponent(encodeURIComponent(canary)),
  'as PHP writes JSON': canary.replaceAll('/', '\\/'),
  'as .NET writes JSON': canary.replaceAll('+', '\\u002B').replaceAll('/', '\\/'),
  'in a page': canary.replaceAll('+', '&#43;').replaceAll('/', '&#x2F;'),
  'in capitals': canary.toUpperCase(),
}
/** The canary's letters, however its signs are written. */
const quiet: Partial<Case> = {
  also: ({ error, calls, result }) => {
    const shown = JSON.stringify([error?.message, error?.stack, error, error?.issues, calls, result?.warnings])
    if (/kanarienvogel/i.test(shown)) throw new Error(`the key shows: ${shown}`)
  },
}

export const both: readonly Case[] = [
  ...each(
    fails('APIError', 'auth'),
    Object.fromEntries(
      Object.entries(written).map(([how, key]) => [how, refusal(401, { error: { message: `Bad key ${key}` } })]),
    ),
    quiet,
  ),
  ...each(
    fails('APIError', 'auth'),
    Object.fromEntries(
      Object.entries(written).map(([how, key]) => [`${how}, as a text`, refusal(401, `Bad key ${key}`)]),
    ),
    quiet,
  ),
  ...each(
    fails('APIError', 'auth'),
    {
      'in the phrase of the status': { bytes: `HTTP/1.1 401 ${canary}\r\ncontent-length: 0\r\n\r\n`, end: 'close' },
      'in every header': ({ headers }: Seen) => ({
        status: 401,
        headers: Object.fromEntries(
          ['x-request-id', 'request-id', 'set-cookie', 'location', 'x-ratelimit-reset', 'retry-after', 'date'].map(
            name => [name, String(headers.authorization)],
          ),
        ),
        body: [page.replace('Sign in', canary)],
      }),
    },
    quiet,
  ),
  ...each(
    person({ warnings: ['odd_ending'] }),
    { 'as the reason of the finish': reply(stream(undefined, canary)) },
    quiet,
  ),
  ...each(
    fails('APIError', 'upstream'),
    { 'as the type of an error': reply(data({ error: { type: canary, code: canary, param: canary } })) },
    quiet,
  ),
]
