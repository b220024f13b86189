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
