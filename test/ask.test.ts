import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extract } from 'decant'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createProvider } from '../src/wire/provider.ts'
import { eventsOf, modelServer } from './helpers/model-server.ts'
import { alice, Person, personPrompt } from './helpers/person.ts'

const events = eventsOf({ call: 'Person', args: JSON.stringify(alice) }).map(
  event => `data: ${JSON.stringify(event)}\n\n`,
)

describe('a stream that breaks', () => {
  test('after the finish reason took nothing from the answer: no second bill', async () => {
    await using server = await modelServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(events.slice(0, -1).join(''), () => response.destroy())
    })
    expect(await extract(Person, personPrompt, { model: server.model(), stream: true })).toEqual(alice)
    expect(server.requests).toHaveLength(1)
  })

  test('before it is asked again', async () => {
    await using server = await modelServer(
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(events.slice(0, 3).join(''), () => response.destroy())
      },
      { call: 'Person', args: JSON.stringify(alice) },
    )
    const { output, calls } = await extract(Person, personPrompt, { model: server.model(), stream: true }).result()
    expect(output).toEqual(alice)
    expect(calls.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['first', 'network'],
      ['retry', 'ok'],
    ])
  })

  test('by an end in the middle of an event is interrupted', async () => {
    await using server = await modelServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(events.slice(0, 3).join('').slice(0, -20))
    })
    const asked = extract(Person, personPrompt, { model: server.model(), stream: true, maxRetries: 0 })
    await expect(asked).rejects.toMatchObject({ name: 'StreamError', code: 'interrupted', retryable: true })
  })
})

describe('keys', () => {
  test('a key that never comes does not hold an aborted run', async () => {
    await using server = await modelServer()
    const apiKey = (): Promise<string> => {
      queueMicrotask(() => asked.abort('enough'))
      return new Promise(() => {})
    }
    const asked = extract(Person, personPrompt, { model: server.model(), apiKey })
    const result = asked.result()
    await expect(result).rejects.toBe('enough')
    expect(server.requests).toEqual([])
  })

  test('a key in the query is quoted by no message', async () => {
    const server = createServer((request, response) => response.writeHead(400).end(`bad request: ${request.url}`))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const model = createProvider({ name: 'gateway', baseURL, query: { 'api-key': 'hunter22' } })('m')
    await expect(extract(Person, personPrompt, { model })).rejects.toMatchObject({
      message: 'gateway answered 400: bad request: /chat/completions?api-key=[redacted]',
    })
  })
})
