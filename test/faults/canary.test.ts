import { createProvider, type Event, extract, type Options } from 'decant'
import { afterEach, expect, test, vi } from 'vitest'
import { Person, personPrompt } from '../helpers/person.ts'
import { plain, stream } from './answers.ts'
import { canary, leaks } from './canary.ts'

/** Where a key may stand before it is sent. Every case of the catalogue has it in `apiKey` and a header besides. */

const said = [
  canary,
  encodeURIComponent(canary),
  Buffer.from(canary).toString('base64'),
  Buffer.from(`user:${canary}`).toString('base64'),
  JSON.stringify({ key: canary }),
]
const echoes: Record<string, () => Response | Promise<Response>> = {
  'in an error body': () =>
    Response.json({ error: { message: `Bad key: ${said.join(' ')}`, code: canary } }, { status: 401 }),
  'in a page': () => new Response(`<html><title>${said.join(' ')}</title>`, { status: 403 }),
  'in an error inside a 200': () => Response.json({ error: { message: said.join(' '), type: canary } }),
  'in a stream': () => new Response(`data: ${JSON.stringify({ error: said.join(' ') })}\n\n`),
  'in headers beside an answer': () =>
    new Response(plain(), { headers: { 'x-request-id': canary, 'x-echo': said[2]! } }),
  'in headers beside a stream': () =>
    new Response(stream(), { headers: { 'x-request-id': canary, 'x-echo': said[3]! } }),
  'in the id of an answer': () => new Response(plain().replace('chatcmpl-1', canary)),
  'in what fetch throws': () => {
    const request = { headers: { authorization: `Bearer ${canary}` } }
    throw Object.assign(new TypeError(`fetch failed: ${said.join(' ')}`), { request, code: canary, cause: { request } })
  },
  'in the stack of what fetch throws': () => Promise.reject(new Error(canary)),
}

const places: Record<string, (fetch: typeof globalThis.fetch) => Options> = {
  apiKey: fetch => ({ model: 'openai/m', apiKey: canary, fetch }),
  'a function': fetch => ({ model: 'openai/m', apiKey: async () => canary, fetch }),
  'the environment': fetch => {
    vi.stubEnv('OPENAI_API_KEY', canary)
    return { model: 'openai/m', fetch }
  },
  'a header': fetch => ({ model: 'openai/m', headers: { authorization: `Bearer ${canary}` }, fetch }),
  'a header of the provider': fetch => {
    const provider = createProvider({ name: 'p', baseURL: 'https://p.test', headers: { 'api-key': canary } })
    return { model: provider('m'), fetch }
  },
  'the query': fetch => {
    const provider = createProvider({ name: 'p', baseURL: 'https://p.test', query: { api_key: canary } })
    return { model: provider('m'), fetch }
  },
}

afterEach(() => void vi.unstubAllEnvs())

const cases = Object.keys(places).flatMap(place => Object.keys(echoes).map(echo => ({ place, echo })))

test.each(cases)('a key in $place, said back $echo, shows nowhere', async ({ place, echo }) => {
  const options = places[place]!(async () => echoes[echo]!())
  const events: Event[] = []
  const observed = { ...options, maxRetries: 1, stream: true, onEvent: (event: Event) => void events.push(event) }
  const extraction = extract(Person, personPrompt, { ...observed, timeout: 5000 })
  const end = await extraction.result().catch(error => ({ error }))
  expect(events.length).toBeGreaterThan(0)
  expect(leaks([end, events, extraction, extraction.calls, extraction.request, options.model])).toEqual([])
})

test.each([
  ['user name and password', `https://user:${encodeURIComponent(canary)}@p.test`],
  ['a query', `https://p.test?key=${encodeURIComponent(canary)}`],
  ['another protocol', `ftp://p.test/${canary}`],
  ['no URL', `p.test ${canary}`],
])('a base URL with %s is refused without being shown', (_, baseURL) => {
  const refused = (() => {
    try {
      return createProvider({ name: 'p', baseURL })
    } catch (error) {
      return error
    }
  })()
  expect(refused).toMatchObject({ name: 'ConfigError', code: 'bad_option' })
  expect(leaks([refused])).toEqual([])
})

test('the search finds a key wherever it is hidden', () => {
  const hidden = Object.defineProperty(new Error('x'), 'deep', { value: [{ [canary]: 1 }] })
  for (const value of [
    canary,
    { a: Buffer.from(canary).toString('base64') },
    hidden,
    new Headers({ a: canary }),
    new Error(canary),
  ]) {
    expect(leaks([value])).not.toEqual([])
  }
  expect(leaks([{ a: 'innocent' }])).toEqual([])
})
