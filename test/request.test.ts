import { createProvider, defineExtractor, extract } from 'decant'
import { describe, expect, test } from 'vitest'
import { modelServer } from './helpers/model-server.ts'
import { alice, Person, personPrompt } from './helpers/person.ts'

const answer = { call: 'Person', args: JSON.stringify(alice) }
const weather = { description: 'the weather', inputSchema: Person, execute: () => 'rain' }

describe('what is sent', () => {
  test.each([
    ['a function', {}],
    ['a function among tools', { tools: { weather } }],
    ['settings', { temperature: 0.5, seed: 7, maxOutputTokens: 99, instructions: 'Be "brief"' }],
    ['a body of the caller', { extraBody: { user: 'u', model: undefined } }],
    ['a text in JSON', { mode: 'json' }],
  ] as const)('is, to the letter, what the extraction shows: %s', async (_, options) => {
    await using server = await modelServer(answer, answer)
    const sent: unknown[] = []
    const spy: typeof fetch = (url, init) => {
      sent.push(init?.body)
      return fetch(url, init)
    }
    const model = createProvider({ name: 'local', baseURL: server.baseURL, fetch: spy })('m')
    const person = defineExtractor({ name: 'person', schema: Person, model, maxRepairs: 0, ...options })
    for (const prompt of [personPrompt, 'another "one"']) {
      const extraction = person(prompt)
      const { request } = extraction
      await extraction.catch(() => {})
      expect(sent.at(-1)).toBe(JSON.stringify(request))
    }
  })

  const bodies: string[] = []
  const fetch = async (_: unknown, init?: RequestInit): Promise<Response> => {
    bodies.push(String(init?.body))
    return new Response('', { status: 400 })
  }
  const endpoint = { name: 'one', baseURL: 'https://a.example', reasoning: 'object', fetch } as const
  const one = createProvider(endpoint)
  const other = createProvider({ ...endpoint, name: 'other', asksForUsage: true })
  const plain = createProvider({ ...endpoint, name: 'plain', dialect: 'gemini' })

  test.each([
    ['provider', {}, { model: other('m') }],
    ['model', {}, { model: one('n') }],
    ['way of answering', { stream: false }, { stream: true }],
    ['strictness', { model: plain('m') }, { model: plain('m'), strict: true }],
    ['most tokens', { maxOutputTokens: 8 }, { maxOutputTokens: 9 }],
    ['temperature', { temperature: 0 }, { temperature: 1 }],
    ['seed', { seed: 1 }, { seed: 2 }],
    ['effort', { reasoning: { effort: 'low' } }, { reasoning: { effort: 'high' } }],
    ['tokens of reasoning', { reasoning: { maxTokens: 8 } }, { reasoning: { maxTokens: 9 } }],
    ['body of the caller', {}, { extraBody: { user: 'u' } }],
  ] as const)('is its own for each call with one schema: another %s', async (_, ...calls) => {
    // The first comes again: what the second left behind is not its own.
    for (const options of [...calls, calls[0]]) {
      const extraction = extract(Person, personPrompt, { model: one('m'), maxRetries: 0, ...options })
      await expect(extraction).rejects.toThrow('400')
      expect(bodies.at(-1)).toBe(JSON.stringify(extraction.request))
    }
    expect(bodies.at(-2)).not.toBe(bodies.at(-1))
  })

  test('follows a body of the caller that changes', async () => {
    await using server = await modelServer(answer, answer)
    const extraBody = { user: 'first' }
    const person = defineExtractor({ name: 'person', schema: Person, model: server.model(), extraBody })
    await person(personPrompt)
    extraBody.user = 'second'
    await person(personPrompt)
    expect(server.requests.map(({ body }) => (body as { user?: string }).user)).toEqual(['first', 'second'])
  })
})

describe('a plain answer', () => {
  test('shows itself to whoever comes late as to whoever was there', async () => {
    await using server = await modelServer(answer, answer)
    const late = extract(Person, personPrompt, { model: server.model() })
    const { input } = await late.result()
    // What the caller does with the data is not seen.
    Object.assign(input as object, { name: 'changed' })
    expect(late.stateOf('name')).toBe('complete')
    for await (const partial of late) expect(partial).toEqual(alice)
    const early = extract(Person, personPrompt, { model: server.model(), stream: false })
    for await (const partial of early) expect(partial).toEqual(alice)
  })
})
