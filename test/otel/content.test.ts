import { extract } from 'decant'
import { telemetry } from 'decant/otel'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { modelServer } from '../helpers/model-server.ts'
import { alice, Person } from '../helpers/person.ts'
import { memoryTelemetry } from '../helpers/telemetry.ts'

const right = { call: 'Person', args: JSON.stringify(alice) }
const contentOf = (text: unknown): unknown => JSON.parse(String(text))

describe('content', () => {
  test('is not recorded unless it is asked for: no prompt, answer, message or path', async () => {
    const Ages = z.object({ ages: z.record(z.string(), z.int()) }).meta({ title: 'Ages' })
    await using server = await modelServer(
      { status: 503, body: { error: { message: 'busy with Alice' } }, headers: { 'retry-after-ms': '1' } },
      { call: 'Ages', args: '{"ages":{"Alice":"thirty"}}' },
      { call: 'Ages', args: '{"ages":{"Alice":"thirty"}}' },
    )
    const seen = memoryTelemetry()
    const asked = extract(Ages, 'How old is Alice?', {
      model: server.model(),
      instructions: 'Ask Alice.',
      onEvent: telemetry(seen),
    })
    await expect(asked.result()).rejects.toThrow('Alice')
    expect(seen.spans.map(({ ends }) => ends)).toEqual([1, 1, 1, 1])
    expect(JSON.stringify([seen.spans, seen.measurements])).not.toMatch(/Alice|thirty/)
  })

  test('is recorded in the form of the conventions: messages of both sides', async () => {
    await using server = await modelServer({ call: 'Person', args: '{"name":"Alice","age":"old"}' }, right)
    const seen = memoryTelemetry()
    await extract(
      Person,
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Who is this?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
      ],
      { model: server.model(), instructions: 'Look.', onEvent: telemetry({ ...seen, content: true }) },
    )
    const [, first, second] = seen.spans
    const asked = [
      { role: 'system', parts: [{ type: 'text', content: 'Look.' }] },
      { role: 'user', parts: [{ type: 'text', content: 'Who is this?' }, { type: 'image_url' }] },
    ]
    expect(contentOf(first?.attributes['gen_ai.input.messages'])).toEqual(asked)
    expect(contentOf(first?.attributes['gen_ai.output.messages'])).toEqual([
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', name: 'Person', arguments: { name: 'Alice' } }],
        finish_reason: 'tool_call',
      },
    ])
    expect(first?.events[0]?.attributes).toMatchObject({
      'decant.issue.path': 'age',
      'decant.issue.message': expect.any(String),
    })
    expect((contentOf(second?.attributes['gen_ai.input.messages']) as unknown[]).slice(2)).toMatchObject([
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'call_0', name: 'Person' }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_0' }] },
    ])
    expect(contentOf(second?.attributes['gen_ai.output.messages'])).toMatchObject([{ parts: [{ arguments: alice }] }])
  })

  test('of text and tools: what was said, arguments and results', async () => {
    await using server = await modelServer(
      { calls: [{ name: 'count', args: '{"of":"3"}', id: 'a' }] },
      { text: 'There are three.' },
    )
    const seen = memoryTelemetry()
    await extract(z.string(), 'How many?', {
      model: server.model(),
      onEvent: telemetry({ ...seen, content: true }),
      tools: {
        count: {
          inputSchema: z.object({ of: z.string().transform(BigInt) }),
          execute: ({ of }) => ({ is: Number(of) }),
        },
      },
    })
    const [, , tool, last] = seen.spans
    expect(tool?.attributes).toMatchObject({
      'gen_ai.tool.name': 'count',
      'gen_ai.tool.call.arguments': '{"of":"3"}',
      'gen_ai.tool.call.result': '{"is":3}',
    })
    expect(contentOf(last?.attributes['gen_ai.output.messages'])).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'There are three.' }], finish_reason: 'stop' },
    ])
  })

  test('of a failure: the words of its error are the status message', async () => {
    await using server = await modelServer({ status: 400, body: { error: { message: 'no such thing as Alice' } } })
    const seen = memoryTelemetry()
    const onEvent = telemetry({ ...seen, content: true })
    await expect(extract(Person, '', { model: server.model(), onEvent }).result()).rejects.toThrow()
    expect(seen.spans[0]?.status.message).toContain('no such thing as Alice')
  })
})

describe('a key', () => {
  const canary = 'sk-canary-0123456789abcdefXYZ'
  const echo = {
    id: `id-${canary}`,
    model: canary,
    choices: [{ message: { content: `your key is ${canary}` }, finish_reason: canary }],
  }

  test.each([
    ['an answer that echoes it', () => Response.json(echo, { headers: { 'x-request-id': canary } })],
    [
      'an error that echoes it',
      () => Response.json({ error: { message: canary } }, { status: 401, headers: { 'x-request-id': canary } }),
    ],
    ['a failure of the network', () => Promise.reject(new TypeError(`cannot connect with ${canary}`))],
  ])('is in no attribute, event, status or metric: %s', async (_, answer) => {
    const seen = memoryTelemetry()
    const asked = extract(z.string(), `my key is ${canary}`, {
      model: 'openai/x',
      apiKey: canary,
      headers: { 'x-api-key': canary },
      fetch: async () => answer(),
      maxRetries: 0,
      onEvent: telemetry({ ...seen, content: true }),
    })
    await asked.result().catch(() => {})
    expect(seen.spans).toHaveLength(2)
    expect(JSON.stringify([seen.spans, seen.measurements])).not.toContain('canary')
  })
})
