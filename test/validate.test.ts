import { type Event, extract } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { modelServer } from './helpers/model-server.ts'
import { alice, Person, personPrompt } from './helpers/person.ts'

const right = { call: 'Person', args: JSON.stringify(alice) }
const rome = { call: 'Person', args: JSON.stringify({ ...alice, city: 'Rome' }) }

describe.each([
  { wire: 'streamed', stream: true },
  { wire: 'plain', stream: false },
])("the caller's own check, $wire", ({ stream }) => {
  it('sees the output and the words of the prompt; what it finds is repaired', async () => {
    await using server = await modelServer(rome, right)
    const seen: unknown[] = []
    const { output, calls } = await extract(Person, personPrompt, {
      model: server.model(),
      stream,
      instructions: 'Extract.',
      async validate(person, { text, signal }) {
        seen.push([person, text, signal.aborted])
        return text.includes(person.city) ? [] : [{ path: ['city'], message: 'does not occur in the text' }]
      },
    }).result()
    expect(output).toEqual(alice)
    expect(seen).toEqual([
      [{ ...alice, city: 'Rome' }, personPrompt, false],
      [alice, personPrompt, false],
    ])
    expect(calls[0]).toMatchObject({
      outcome: 'schema_mismatch',
      issues: [{ path: ['city'], code: 'custom', message: 'does not occur in the text' }],
    })
    expect(server.requests[1]!.body.messages.at(-1).content).toContain(
      '- city: does not occur in the text (received "Rome")',
    )
  })

  it('is not asked about what the schema refuses', async () => {
    await using server = await modelServer({ call: 'Person', args: '{"name":"Alice"}' })
    const validate = () => expect.fail('asked')
    const asked = extract(Person, personPrompt, { model: server.model(), stream, maxRepairs: 0, validate })
    const error = await asked.catch(reason => reason)
    expect(error).toMatchObject({ code: 'schema_mismatch', issues: [{ path: ['age'] }, { path: ['city'] }] })
    expect(error.cause).toBeUndefined()
  })

  it('ends the extraction with what it throws', async () => {
    await using server = await modelServer(right)
    const cause = new Error('the database is down')
    const asked = extract(Person, personPrompt, {
      model: server.model(),
      stream,
      validate: () => Promise.reject(cause),
    })
    const error = await asked.catch(reason => reason)
    expect(error).toMatchObject({ name: 'OutputError', retryable: false })
    expect(error.cause).toBe(cause)
    expect(server.requests).toHaveLength(1)
  })

  it('decides about a text too', async () => {
    await using server = await modelServer({ text: 'Yes' }, { text: 'Nein' })
    const output = await extract(z.string(), 'Ja?', {
      model: server.model(),
      stream,
      validate: answer => (answer === 'Nein' ? [] : [{ message: 'must be German' }]),
    })
    expect(output).toBe('Nein')
  })
})

it('a check that never settles does not outlive an abort', async () => {
  await using server = await modelServer(right)
  const reason = new Error('enough')
  const asked = extract(Person, personPrompt, {
    model: server.model(),
    validate: () => {
      asked.abort(reason)
      return new Promise<never>(() => {})
    },
  })
  await expect(asked.then()).rejects.toBe(reason)
})

it('a patch mends what a check has found', async () => {
  const Long = z.object({ quote: z.string(), text: z.string() }).meta({ title: 'Long' })
  const long = { quote: 'b', text: 'x'.repeat(1000) }
  await using server = await modelServer(
    { call: 'Long', args: JSON.stringify(long) },
    { call: 'repair', args: '{"p1":"a"}' },
  )
  const output = await extract(Long, 'a', {
    model: server.model(),
    validate: ({ quote }, { text }) => (text.includes(quote) ? [] : [{ path: ['quote'], message: 'is no quote' }]),
  })
  expect(output).toEqual({ ...long, quote: 'a' })
})

describe('an answer that was cut', () => {
  const cut = (stream: boolean) => (_: unknown, response: import('node:http').ServerResponse) => {
    const choice = { index: 0, finish_reason: 'length' }
    const tool_calls = [{ index: 0, id: 'c', function: { name: 'Person', arguments: '{"name":"Ali' } }]
    if (stream) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(`data: ${JSON.stringify({ choices: [{ ...choice, delta: { tool_calls } }] })}\n\ndata: [DONE]\n\n`)
    } else response.end(JSON.stringify({ choices: [{ ...choice, message: { tool_calls } }] }))
  }

  it.each([true, false])(
    'is asked for once more with twice the room, where that is wanted (stream: %s)',
    async stream => {
      await using server = await modelServer(cut(stream), right)
      const events: Event[] = []
      const asked = extract(Person, personPrompt, {
        model: server.model(),
        stream,
        maxOutputTokens: 100,
        maxRepairs: 0,
        onTruncated: 'raise',
        onEvent: event => void events.push(event),
      })
      expect(await asked).toEqual(alice)
      const [first, second] = server.requests.map(({ body }) => body)
      expect(second).toEqual({ ...first, max_tokens: 200 })
      expect(asked.calls.map(({ kind, outcome }) => [kind, outcome])).toEqual([
        ['first', 'truncated'],
        ['retry', 'ok'],
      ])
      expect(events.find(({ type }) => type === 'retry')).toMatchObject({ attempt: 2, error: { code: 'truncated' } })
    },
  )

  it('is an error when it is cut again, or when there was no limit of ours', async () => {
    await using server = await modelServer(cut(true), cut(true), cut(true))
    const options = { model: server.model(), stream: true, onTruncated: 'raise' } as const
    const twice = extract(Person, personPrompt, { ...options, maxOutputTokens: 100 })
    expect(await twice.catch(reason => reason)).toMatchObject({ code: 'truncated', calls: [{}, {}] })
    const once = extract(Person, personPrompt, options)
    expect(await once.catch(reason => reason)).toMatchObject({ code: 'truncated', calls: [{}] })
  })
})
