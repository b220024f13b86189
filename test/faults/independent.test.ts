import { LLMock } from '@copilotkit/aimock'
import { createProvider, extract } from 'decant'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { alice, Person } from '../helpers/person.ts'

/** A chat-completions server that others wrote: what it sends was not made to fit this library. */
const mock = new LLMock({ port: 0 })
const model = () => createProvider({ name: 'mock', baseURL: `${mock.url}/v1`, apiKey: 'mock' })('gpt-4o-mini')

beforeAll(async () => {
  mock.onMessage('a person', { toolCalls: [{ name: 'Person', arguments: JSON.stringify(alice) }] })
  mock.onMessage('hello', { content: 'Hi there!' })
  mock.onMessage('nonsense', { toolCalls: [{ name: 'Person', arguments: '{"name":"Alice"}' }] })
  await mock.start()
})
afterAll(() => mock.stop())

test.each([true, false])('a call, stream: %s', async stream => {
  expect(await extract(Person, 'a person', { model: model(), stream })).toEqual(alice)
})

test('partials of a streamed call grow to the value', async () => {
  const partials: unknown[] = []
  for await (const partial of extract(Person, 'a person', { model: model() })) partials.push(partial)
  expect(partials.at(-1)).toEqual(alice)
})

test.each([true, false])('a text, stream: %s', async stream => {
  expect(await extract(z.string(), 'hello', { model: model(), stream })).toBe('Hi there!')
})

test.each([true, false])('a value that does not fit, stream: %s', async stream => {
  const failing = extract(Person, 'nonsense', { model: model(), stream, maxRepairs: 0 })
  await expect(failing).rejects.toMatchObject({ name: 'OutputError', code: 'schema_mismatch' })
})

test('a message that it has no answer to', async () => {
  await expect(extract(Person, 'unheard of', { model: model(), maxRetries: 0 })).rejects.toMatchObject({
    name: 'APIError',
  })
})
