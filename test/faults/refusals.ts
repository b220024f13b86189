import type { Reply, Seen } from '../helpers/fault-server.ts'
import {
  begun,
  completion,
  cutOff,
  data,
  done,
  event,
  finish,
  going,
  opening,
  plain,
  refusal,
  reply,
  stream,
  whole,
} from './answers.ts'
import { canary } from './canary.ts'
import { onBoth, once, patient, retried } from './retried.ts'
import { type Case, each, fails, person, type Scenario, scenario } from './scenario.ts'

/** Requests that nothing comes of, connections, redirects: rows 85 to 91. */

const failedGeneration = refusal(400, {
  error: {
    message: "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
    type: 'invalid_request_error',
    code: 'tool_use_failed',
    failed_generation: '<function=Person>{"name": "Alice"}</function>',
  },
})
const certificate: typeof globalThis.fetch = async () => {
  throw new TypeError('fetch failed', {
    cause: Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
  })
}
const unknownHost: typeof globalThis.fetch = async () => {
  throw new TypeError('fetch failed', {
    cause: Object.assign(new Error('getaddrinfo ENOTFOUND model.invalid'), { code: 'ENOTFOUND' }),
  })
}
const network = fails('StreamError', 'network', { retryable: true })
const interrupted = fails('StreamError', 'interrupted', { retryable: true })
const nowhere = { HTTP_PROXY: 'http://127.0.0.1:9', http_proxy: 'http://127.0.0.1:9' }
const private_ = 'the-patient-is-ill'
const keepsQuiet: Partial<Case> = {
  also: ({ error }) => {
    const shown = `${error?.message}${error?.stack}${JSON.stringify(error)}${error?.cause}`
    if (shown.includes(private_)) throw new Error(`the error shows what the model wrote: ${shown}`)
  },
}
/** What providers say back of a request, in all the forms they are known to say it in. */
const echo = ({ headers }: Seen): Reply =>
  refusal(
    401,
    {
      error: {
        message: `Incorrect API key provided: ${headers.authorization}; ${encodeURIComponent(canary)}`,
        code: 401,
      },
    },
    {
      'x-error-json': Buffer.from(JSON.stringify({ key: canary })).toString('base64'),
      'x-request-id': `req-${canary}`,
      'www-authenticate': String(headers.authorization),
    },
  )
const restarted: Partial<Case> = {
  also: ({ partials, calls }) => {
    if (calls.length !== 2) throw new Error(`${calls.length} calls`)
    if (!partials.some(partial => JSON.stringify(partial) === '{"name":"Alice","age":30,"city":"Par"}')) {
      throw new Error('nothing was shown before the reset')
    }
  },
}

export const refusals: readonly Scenario[] = [
  onBoth(85, 'the provider refuses what its own model wrote', wire => [
    ...each(
      person(),
      { 'right at the second time': [failedGeneration, reply(wire === 'streamed' ? stream() : plain())] },
      {
        requests: 2,
        options: { maxRepairs: 1 },
        also: ({ requests, calls }) => {
          if (!requests[1]!.text.includes('<function=Person>')) throw new Error('the model is not shown what it wrote')
          const kinds = (calls as { kind: string }[]).map(({ kind }) => kind)
          if (kinds[1] !== 'repair') throw new Error(`the calls are ${kinds}`)
        },
      },
    ),
    ...each(fails('OutputError', 'no_call'), { 'without repairs': failedGeneration }),
  ]),
  onBoth(86, 'requests that no retry would mend', () => [
    ...each(
      once('auth'),
      { 401: refusal(401, { error: { message: 'No' } }), 403: refusal(403, { error: { message: 'No' } }) },
      patient,
    ),
    ...each(once('not_found'), { 404: refusal(404, { error: { message: 'No such model' } }) }, patient),
    ...each(
      once('bad_request'),
      {
        400: refusal(400, { error: { message: 'No' } }),
        413: refusal(413, 'too large'),
        422: refusal(422, { detail: 'No' }),
      },
      patient,
    ),
  ]),
  onBoth(87, 'the connection is refused or breaks', wire => [
    ...each(network, { refused: 'closed', 'reset before an answer': { bytes: '', end: 'reset' } }),
    ...each(network, {
      'closed before an answer': { bytes: '', end: 'close' },
      'no HTTP': { bytes: 'SSH-2.0-OpenSSH\r\n', end: 'close' },
    }),
    ...each(network, { 'no such host': 'closed' }, { options: { fetch: unknownHost } }),
    ...each(
      fails('StreamError', 'network', { retryable: false }),
      { certificate: 'closed' },
      { options: { fetch: certificate, maxRetries: 5 } },
    ),
    ...(wire === 'streamed'
      ? each(
          person(),
          {
            'reset in the middle': [
              reply(event(opening()), event(going(cutOff)), { wait: 60 }, 'reset'),
              reply(stream()),
            ],
          },
          { ...retried, ...restarted },
        )
      : each(person(), { 'reset in the middle': [reply(plain().slice(0, 40), 'reset'), reply(plain())] }, retried)),
  ]),
  onBoth(88, 'a redirect', () =>
    each(
      fails('APIError', 'bad_request', { retryable: false, says: ['redirect'] }),
      {
        'to another port': { status: 307, headers: { location: 'http://127.0.0.1:1/v1' }, body: [] },
        'to another host': { status: 301, headers: { location: 'https://elsewhere.invalid/' }, body: [] },
        'to the same place': { status: 308, headers: { location: '/v1/chat/completions/' }, body: [] },
      },
      patient,
    ),
  ),
  scenario(89, 'proxy variables stand in the environment', {
    // A port where nobody listens: who went there would not come back with a value.
    streamed: each(person(), { 'left to the platform': reply(stream()) }, { environment: nowhere }),
    plain: each(person(), { 'left to the platform': reply(plain()) }, { environment: nowhere }),
  }),
  scenario(90, 'a plain body with no choice, cut, or behind blanks', {
    plain: [
      ...each(fails('StreamError', 'malformed'), {
        'no choice': reply('{"choices":[]}'),
        cut: reply(plain().slice(0, -5)),
        'no object': reply('[1]'),
      }),
      ...each(interrupted, { empty: reply(''), 'blanks alone': reply('\n \n') }),
      ...each(person(), {
        'behind blanks': reply('\n\n   \n', '\n', plain()),
        'before blanks': reply(plain(), '\n\n'),
      }),
    ],
    streamed: each(interrupted, { empty: reply(''), 'blanks alone': reply('\n\n\n') }),
  }),
  scenario(91, 'what the model wrote, and the key, stand in no error', {
    streamed: [
      ...each(
        fails('OutputError', 'invalid_json'),
        { arguments: reply(stream(`{"name":"${private_}" oops`)) },
        keepsQuiet,
      ),
      ...each(
        fails('OutputError', 'schema_mismatch'),
        { 'a wrong value': reply(stream(`{"name":"${private_}","age":"${private_}","city":7}`)) },
        keepsQuiet,
      ),
      ...each(fails('StreamError', 'malformed'), { 'a payload': reply(data(`{"x":"${private_}"`), done) }, keepsQuiet),
      ...each(
        fails('OutputError', 'no_call'),
        { text: reply(event({ content: private_ }), finish('stop'), done) },
        keepsQuiet,
      ),
      ...each(
        fails('StreamError', 'interrupted'),
        { 'a cut answer': reply(begun(`{"name":"${private_}`)) },
        keepsQuiet,
      ),
      ...each(once('auth'), { 'the key, said back': echo }, patient),
    ],
    plain: [
      ...each(
        fails('OutputError', 'invalid_json'),
        { arguments: reply(plain(`{"name":"${private_}" oops`)) },
        keepsQuiet,
      ),
      ...each(
        fails('StreamError', 'malformed'),
        { 'a cut body': reply(plain(whole.replace('Alice', private_)).slice(0, -9)) },
        keepsQuiet,
      ),
      ...each(fails('OutputError', 'no_call'), { text: reply(completion({ content: private_ }, 'stop')) }, keepsQuiet),
      ...each(once('auth'), { 'the key, said back': echo }, patient),
      ...each(person(), {
        'the key, said back beside an answer': {
          headers: { 'x-request-id': `req-${canary}`, 'x-echo': `Bearer ${canary}` },
          body: [completion(JSON.parse(plain()).choices[0].message, 'stop', { id: `chatcmpl-${canary}` })],
        },
      }),
    ],
  }),
]
