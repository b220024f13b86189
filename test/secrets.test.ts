import { inspect } from 'node:util'
import { ConfigError, createProvider, type Event, extract, type Options } from 'decant'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { eventStream, streamOf } from './helpers/answer.ts'
import { alice, Person } from './helpers/person.ts'

/** A key of a shape that nobody knows: it must be found by its value. */
const canary = 'Canary+Of/0123456789=='
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const said = { error: { message: `Incorrect key: ${canary}`, code: canary, type: base64(`key ${canary}`) } }

/** Everything of a value that can be printed, whoever prints it. */
const printed = (value: unknown): string => {
  const causes: unknown[] = []
  for (let at: any = value; typeof at === 'object' && at !== null; at = at.cause) {
    causes.push(at.message, at.stack, String(at), at.text)
  }
  const options = { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null }
  return [inspect(value, options), inspect(value), JSON.stringify(value), ...causes].join('\n')
}

const expectClean = (text: string): void => {
  for (const form of [canary, encodeURIComponent(canary), base64(canary).slice(0, -4), JSON.stringify(canary)]) {
    expect(text).not.toContain(form)
  }
  // Not inside of longer base64 either.
  for (const run of text.match(/[A-Za-z0-9+/]{16,}/g) ?? []) {
    expect(Buffer.from(run, 'base64').toString()).not.toContain('Canary')
  }
}

const answers: Readonly<Record<string, () => Response>> = {
  'an error with JSON': () => new Response(JSON.stringify(said), { status: 401 }),
  'an error with text': () => new Response(`no: ${canary} ${encodeURIComponent(canary)}`, { status: 400 }),
  'an error with a page': () => new Response(`<title>${canary}</title>`, { status: 403 }),
  'an error with base64': () => new Response(base64(JSON.stringify(said)), { status: 422 }),
  'an error whose id is the key': () => new Response('', { status: 404, headers: { 'x-request-id': canary } }),
  'an error inside a 200': () => Response.json(said),
  'an error in a stream': () => eventStream(`data: ${JSON.stringify(said)}\n\n`),
  'a page with a 200': () => new Response(`<p>${canary}`, { headers: { 'content-type': `text/${canary}` } }),
  'a payload that is no JSON': () => eventStream(`data: {${canary}\n\n`),
  'a refused call': () =>
    Response.json(
      { error: { message: canary, code: 'tool_use_failed', failed_generation: `I was told ${canary}` } },
      { status: 400 },
    ),
  'an error of a fetch that keeps its request': () => {
    const config = { headers: { authorization: `Bearer ${canary}` } }
    throw Object.assign(new Error(`Invalid header ${canary}`), { config, code: canary, cause: { config } })
  },
  'an answer': () => streamOf({ name: 'Person', pieces: [JSON.stringify(alice)] }),
  'an answer that ends with the key': () =>
    streamOf({ name: 'Person', pieces: [JSON.stringify(alice)], finishReason: canary }),
}

const places: Readonly<
  Record<string, (fetch: typeof globalThis.fetch) => Pick<Options, 'model' | 'headers' | 'apiKey'>>
> = {
  'the environment': fetch => ({ model: provider({ keyVariable: 'ACME_KEY', fetch }) }),
  'the apiKey of the call': fetch => ({ model: provider({ fetch }), apiKey: async () => `${canary}\n` }),
  'the apiKey of the provider': fetch => ({ model: provider({ apiKey: canary, fetch }) }),
  'a header of the call': fetch => ({ model: provider({ fetch }), headers: { authorization: `Bearer ${canary}` } }),
  'a header of the provider': fetch => ({ model: provider({ headers: { 'x-auth': canary }, fetch }) }),
  'the query': fetch => ({ model: provider({ query: { 'api-key': canary }, fetch }) }),
}

const provider = (settings: object) =>
  createProvider({ name: 'acme', baseURL: 'https://acme.test/v1', ...settings })('m')

beforeEach(() => {
  vi.stubEnv('ACME_KEY', canary)
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe.each(Object.entries(places))('a key in %s', (_, optionsWith) => {
  it.each(Object.entries(answers))('is in nothing that comes of %s', async (_, answer) => {
    const events: Event[] = []
    const options = optionsWith(async () => answer())
    const extraction = extract(Person, 'who?', { ...options, onEvent: event => void events.push(event) })
    const outcome = await extraction.result().catch(error => error)
    expect(events.length).toBeGreaterThan(0)
    for (const each of [outcome, ...events, extraction, extraction.calls, extraction.request, options.model]) {
      expectClean(printed(each))
    }
  })
})

describe('keys', () => {
  it('that cannot be got are a ConfigError with the cause', async () => {
    const cause = new Error('vault is sealed')
    const apiKey = async (): Promise<string> => Promise.reject(cause)
    const asked = extract(Person, '', { model: provider({ fetch: async () => answers['an answer']!() }), apiKey })
    await expect(asked).rejects.toThrow(ConfigError)
    await expect(asked).rejects.toMatchObject({
      code: 'no_key',
      cause,
      message: 'Cannot get a key for acme: apiKey has failed, see the cause',
    })
  })
})

describe('the network', () => {
  it('is asked for the answer and nothing else: no $ref, no link is followed', async () => {
    const asked: string[] = []
    const link = 'https://elsewhere.test/schema.json'
    const fetch: typeof globalThis.fetch = async url => {
      asked.push(String(url))
      return streamOf({ name: 'Link', pieces: [JSON.stringify({ link })] })
    }
    vi.spyOn(globalThis, 'fetch').mockImplementation(fetch)
    const Link = z.object({ link: z.url() }).meta({ title: 'Link', $id: link, $comment: link })
    const prompt = [{ role: 'user', content: [{ type: 'image_url', image_url: { url: link } }] }] as const
    expect(await extract(Link, prompt, { model: provider({}) })).toEqual({ link })
    expect(asked).toEqual(['https://acme.test/v1/chat/completions'])
  })

  it.each([
    'http://acme.test/v1',
    'http://127.0.0.1.acme.test/v1',
    'http://localhost.acme.test/v1',
    'http://[::2]/v1',
    'http://0.0.0.0/v1',
    'ftp://acme.test',
  ])('is never reached without TLS, except on a loopback address: %s', baseURL => {
    expect(() => provider({ baseURL })).toThrow(
      "Cannot create provider 'acme': baseURL must be https (http only on a loopback address)",
    )
  })

  it('shows no user and no password of a base URL that is refused', () => {
    const baseURL = 'https://me:hunter22@acme.test/v1'
    expect(() => provider({ baseURL })).toThrow('baseURL must not hold a user name or password')
    expect(() => provider({ baseURL })).not.toThrow('hunter22')
  })
})
