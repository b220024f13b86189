import { defineExtractor, extract, type Message, withDefaults } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { modelServer } from './helpers/model-server.ts'
import { alice, Person } from './helpers/person.ts'

const model = 'xai/grok-4-fast'
const answer = { call: 'Person', args: JSON.stringify(alice) }
const messagesOf = ({ request }: { request: Readonly<Record<string, unknown>> }) => request.messages as Message[]

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) freeze(each)
  return Object.freeze(value)
}

describe('defineExtractor', () => {
  const people = defineExtractor({
    name: 'people',
    schema: Person,
    model,
    instructions: 'You extract.',
    temperature: 0,
    headers: { 'x-team': 'a', 'x-app': 'b' },
    extraBody: { top_p: 0.5, user: 'u' },
    prompt: ({ line, n }: { line: string; n: number }) => `${n}: ${line}`,
  })

  it('makes a function of an input, with a name and a schema', () => {
    expect(people.name).toBe('people')
    expect(people.schema).toBe(Person)
    const extraction = people({ line: 'Alice', n: 1 })
    expect(extraction.request).toMatchObject({ model: 'grok-4-fast', temperature: 0, top_p: 0.5 })
    expect(messagesOf(extraction)).toEqual([
      { role: 'system', content: 'You extract.' },
      { role: 'user', content: '1: Alice' },
    ])
  })

  it('takes a prompt where it has no prompt of its own', () => {
    const plain = defineExtractor({ name: 'plain', schema: Person, model })
    expect(messagesOf(plain('Alice'))).toEqual([{ role: 'user', content: 'Alice' }])
    expect(messagesOf(plain([{ role: 'user', content: 'Bob' }]))).toEqual([{ role: 'user', content: 'Bob' }])
  })

  it('takes options for one call', () => {
    const input = { line: '', n: 1 }
    const options = { temperature: 1, instructions: undefined, extraBody: { user: 'v' } }
    expect(people(input, options).request).toMatchObject({ temperature: 1, top_p: 0.5, user: 'v' })
    expect(messagesOf(people(input, options))[0]).toEqual({ role: 'system', content: 'You extract.' })
    expect(people(input).request).toMatchObject({ temperature: 0, user: 'u' })
  })

  it('.with() makes another one and leaves this one alone', () => {
    const warm = people.with({ temperature: 1, model: 'groq/kimi', extraBody: { user: undefined } })
    const hot = warm.with({ temperature: 2 })
    const input = { line: 'x', n: 2 }
    expect(warm.name).toBe('people')
    expect(warm.schema).toBe(Person)
    expect([people, warm, hot].map(each => each(input).request.temperature)).toEqual([0, 1, 2])
    expect(hot(input).request).toMatchObject({ model: 'kimi', top_p: 0.5 })
    expect(hot(input).request).not.toHaveProperty('user')
    expect(messagesOf(hot(input))).toEqual(messagesOf(people(input)))
  })

  it('merges headers by name', async () => {
    await using server = await modelServer(answer)
    await people.with({ model: server.model(), headers: { 'x-app': 'c' } })(
      { line: '', n: 1 },
      { headers: { 'x-one': 'd' } },
    )
    expect(server.requests[0]!.headers).toMatchObject({ 'x-team': 'a', 'x-app': 'c', 'x-one': 'd' })
  })

  it('changes nothing of what it was given', async () => {
    await using server = await modelServer({ call: 'Person', args: '{}' }, answer)
    const declaration = freeze({
      name: 'frozen',
      headers: { a: 'b' },
      extraBody: { top_p: 1 },
      maxRepairs: 1,
    })
    const messages = freeze([{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Alice' }] }])
    const options = Object.freeze({ model: server.model(), headers: Object.freeze({ c: 'd' }) })
    const frozen = defineExtractor(Object.freeze({ ...declaration, schema: Person, model }))
    expect(await frozen(messages, options)).toEqual(alice)
    expect(server.requests).toHaveLength(2)
  })

  it('sends nothing before it is read', () => {
    let sent = 0
    people({ line: '', n: 1 }, { fetch: async () => Response.json(sent++) })
    expect(sent).toBe(0)
  })

  it('needs a name, and throws the rest at the first call', () => {
    expect(() => defineExtractor({ name: '', schema: Person, model })).toThrow(
      new TypeError('Cannot define an extractor without a name'),
    )
    expect(() => defineExtractor({ schema: Person, model } as never)).toThrow(TypeError)
    const misspelt = defineExtractor({ name: 'x', schema: Person, model: 'xia/grok' })
    expect(() => misspelt('Alice')).toThrow(`did you mean 'xai'?`)
  })

  it('lets a prompt throw as it does', () => {
    const picky = defineExtractor({
      name: 'picky',
      schema: Person,
      model,
      prompt: (input: string) => {
        throw new RangeError(`no ${input}`)
      },
    })
    expect(() => picky('x')).toThrow(new RangeError('no x'))
  })
})

describe('withDefaults', () => {
  it('gives an extract with these options, which every call may replace', () => {
    const cheap = withDefaults({ model, temperature: 0, extraBody: { a: 1 } })
    expect(cheap(Person, 'Alice').request).toMatchObject({ model: 'grok-4-fast', temperature: 0, a: 1 })
    expect(cheap(Person, 'Alice', { temperature: 1, extraBody: { b: 2 } }).request).toMatchObject({
      temperature: 1,
      a: 1,
      b: 2,
    })
    expect(cheap(Person, 'Alice', { model: undefined } as never).request.model).toBe('grok-4-fast')
  })

  it('is extract itself where it has none', () => {
    const own = withDefaults({})
    expect(own(z.string(), 'Hi', { model }).request).toEqual(extract(z.string(), 'Hi', { model }).request)
    expect(() => own(Person, '', undefined as never)).toThrow('Cannot extract with model undefined')
  })
})
