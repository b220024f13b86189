import { type Context, context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { extract } from 'decant'
import { telemetry } from 'decant/otel'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { eventsOf, modelServer } from '../helpers/model-server.ts'
import { alice, Person, personPrompt } from '../helpers/person.ts'
import { memoryTelemetry } from '../helpers/telemetry.ts'

const right = { call: 'Person', args: JSON.stringify(alice) }
const wrong = { call: 'Person', args: JSON.stringify({ ...alice, age: 'thirty' }) }
const busy = { status: 503, body: { error: { message: 'busy with Alice' } }, headers: { 'retry-after-ms': '1' } }

const duration = 'gen_ai.client.operation.duration'
const tokens = 'gen_ai.client.token.usage'

describe('an extraction that succeeds', () => {
  test.each([true, false])('is a span with one child for its request, streamed %s', async stream => {
    await using server = await modelServer(right)
    const seen = memoryTelemetry()
    const settings = { temperature: 0.5, maxOutputTokens: 200, seed: 7, stream }
    await extract(Person, personPrompt, { model: server.model('m/1'), onEvent: telemetry(seen), ...settings })

    const [root, call, ...others] = seen.spans
    expect(others).toEqual([])
    expect(root).toMatchObject({
      name: 'extract Person',
      parent: undefined,
      kind: SpanKind.INTERNAL,
      status: { code: SpanStatusCode.UNSET },
      ends: 1,
    })
    expect(root?.attributes).toEqual({
      'gen_ai.operation.name': 'extract',
      'gen_ai.provider.name': 'scripted',
      'gen_ai.request.model': 'm/1',
      'decant.outcome': 'ok',
      'decant.calls': 1,
      'decant.attempts': 1,
    })
    expect(call).toMatchObject({
      name: 'chat m/1',
      parent: 'extract Person',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      events: [],
      ends: 1,
    })
    expect(call?.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'scripted',
      'gen_ai.request.model': 'm/1',
      'gen_ai.output.type': 'json',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 200,
      'gen_ai.request.seed': 7,
      ...(stream && { 'gen_ai.request.stream': true }),
      'gen_ai.response.id': 'chatcmpl-scripted',
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'decant.request.id': 'req-1',
      'decant.call.kind': 'first',
      'decant.attempt': 1,
      'decant.outcome': 'ok',
    })
    expect(call?.endTime).toBeGreaterThanOrEqual(call?.startTime as number)
  })

  test('is measured: seconds of the whole and of the request, tokens of the request', async () => {
    await using server = await modelServer(right)
    const seen = memoryTelemetry()
    const { calls } = await extract(Person, personPrompt, { model: server.model(), onEvent: telemetry(seen) }).result()

    const model = { 'gen_ai.provider.name': 'scripted', 'gen_ai.request.model': 'model' }
    const chat = { 'gen_ai.operation.name': 'chat', ...model }
    const [request, whole, ...others] = seen.measured(duration)
    expect(others).toEqual([])
    expect(request?.attributes).toEqual({ ...chat, 'decant.call.kind': 'first' })
    expect(request?.value).toBe(calls[0]!.timing.total! / 1000)
    expect(whole?.attributes).toEqual({ 'gen_ai.operation.name': 'extract', ...model })
    expect(whole?.value).toBeGreaterThan(0)
    expect(seen.measured(tokens).map(({ value, attributes }) => [value, attributes])).toEqual([
      [10, { ...chat, 'gen_ai.token.type': 'input' }],
      [5, { ...chat, 'gen_ai.token.type': 'output' }],
    ])
    expect(seen.instruments[duration]).toMatchObject({ unit: 's' })
    expect(seen.instruments[duration]?.advice?.explicitBucketBoundaries).toEqual([
      0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ])
    expect(seen.instruments[tokens]).toMatchObject({ unit: '{token}' })
    expect(seen.instruments[tokens]?.advice?.explicitBucketBoundaries?.at(-1)).toBe(67_108_864)
  })

  test('names the model that answered, cached and reasoning tokens and the cost, when they are told', async () => {
    const body = {
      id: 'gen-1',
      model: 'vendor/picked',
      choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 7,
        total_tokens: 17,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 3 },
        cost: 0.25,
      },
    }
    const seen = memoryTelemetry()
    await extract(z.string(), 'hi', {
      model: 'xai/auto',
      fetch: async () => Response.json(body),
      onEvent: telemetry(seen),
    })
    expect(seen.spans.map(({ name }) => name)).toEqual(['extract', 'chat auto'])
    expect(seen.spans[1]?.attributes).toMatchObject({
      'gen_ai.provider.name': 'x_ai',
      'gen_ai.output.type': 'text',
      'gen_ai.response.id': 'gen-1',
      'gen_ai.response.model': 'vendor/picked',
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.usage.reasoning.output_tokens': 3,
      'decant.cost': 0.25,
    })
    expect(seen.measured(tokens)[0]?.attributes['gen_ai.response.model']).toBe('vendor/picked')
  })
})

describe('an extraction that needs more than one request', () => {
  test('has a span for each; a repair is an event of the whole, its issues are events of the request', async () => {
    await using server = await modelServer(wrong, right)
    const seen = memoryTelemetry()
    await extract(Person, personPrompt, { model: server.model(), onEvent: telemetry(seen) })

    const [root, first, second] = seen.spans
    expect(seen.spans).toHaveLength(3)
    expect(root?.events).toEqual([
      {
        name: 'decant.repair',
        attributes: { 'decant.issue.count': 1, 'decant.issue.codes': [expect.any(String)] },
      },
    ])
    expect(root?.attributes).toMatchObject({ 'decant.outcome': 'ok', 'decant.calls': 2, 'decant.attempts': 2 })
    expect(root?.status.code).toBe(SpanStatusCode.UNSET)
    expect(first?.events.length).toBeGreaterThan(0)
    expect(first?.events[0]).toEqual({ name: 'decant.issue', attributes: { 'decant.issue.code': expect.any(String) } })
    expect(first?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(first?.attributes).toMatchObject({ 'error.type': 'schema_mismatch', 'decant.outcome': 'schema_mismatch' })
    expect(second?.attributes).toMatchObject({ 'decant.call.kind': 'repair', 'decant.attempt': 2 })
    expect(second?.parent).toBe('extract Person')
    expect(second?.status.code).toBe(SpanStatusCode.UNSET)
    expect(seen.spans.map(({ ends }) => ends)).toEqual([1, 1, 1])
    expect(
      seen.measured(duration).map(({ attributes }) => [attributes['decant.call.kind'], attributes['error.type']]),
    ).toEqual([
      ['first', 'schema_mismatch'],
      ['repair', undefined],
      [undefined, undefined],
    ])
  })

  test('says why it tried again and after how many seconds; a refused request has no tokens', async () => {
    await using server = await modelServer(busy, right)
    const seen = memoryTelemetry()
    await extract(Person, personPrompt, { model: server.model(), onEvent: telemetry(seen) })

    const [root, first, second] = seen.spans
    expect(root?.events).toEqual([
      { name: 'decant.retry', attributes: { 'error.type': 'upstream', 'decant.retry.delay': expect.any(Number) } },
    ])
    expect(first?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(first?.attributes).toMatchObject({ 'error.type': 'upstream' })
    expect(first?.attributes).not.toHaveProperty('gen_ai.usage.input_tokens')
    expect(second?.attributes).toMatchObject({ 'decant.call.kind': 'retry', 'decant.outcome': 'ok' })
    expect(seen.measured(tokens)).toHaveLength(2)
  })

  test('says which model was asked instead of one that failed', async () => {
    await using server = await modelServer({ status: 401, body: { error: { message: 'no' } } }, right)
    const seen = memoryTelemetry()
    const options = { model: server.model('one'), fallback: [server.model('two')], onEvent: telemetry(seen) }
    await extract(Person, personPrompt, options)

    const [root, first, second] = seen.spans
    const two = { 'gen_ai.provider.name': 'scripted', 'gen_ai.request.model': 'two' }
    expect(root?.attributes['gen_ai.request.model']).toBe('one')
    expect(root?.events).toEqual([{ name: 'decant.fallback', attributes: { 'error.type': 'auth', ...two } }])
    expect(first).toMatchObject({ name: 'chat one', status: { code: SpanStatusCode.ERROR } })
    expect(second).toMatchObject({ name: 'chat two', status: { code: SpanStatusCode.UNSET } })
    expect(second?.attributes).toMatchObject({ ...two, 'decant.call.kind': 'fallback' })
  })

  test('has no span for a request that a cache stood in for', async () => {
    await using server = await modelServer(right)
    const cache = new Map<string, string>()
    await extract(Person, personPrompt, { model: server.model(), cache })
    const seen = memoryTelemetry()
    await extract(Person, personPrompt, { model: server.model(), cache, onEvent: telemetry(seen) })
    expect(seen.spans.map(({ name, events }) => [name, events])).toEqual([
      ['extract', [{ name: 'decant.cached', attributes: { 'decant.call.kind': 'first' } }]],
    ])
    expect(seen.spans[0]?.attributes).toMatchObject({ 'decant.outcome': 'ok', 'decant.calls': 1 })
    expect(seen.measured(tokens)).toHaveLength(0)
  })

  test('has a span for each tool, beside the requests', async () => {
    await using server = await modelServer(
      {
        calls: [
          { name: 'weather', args: '{"city":"Rome"}', id: 'a' },
          { name: 'broken', args: '{"city":"Oslo"}', id: 'b' },
          { name: 'invented', args: '{}', id: 'c' },
        ],
      },
      right,
    )
    const seen = memoryTelemetry()
    const inputSchema = z.object({ city: z.string() })
    await extract(Person, personPrompt, {
      model: server.model(),
      onEvent: telemetry(seen),
      tools: {
        weather: { inputSchema, execute: () => 'sunny' },
        broken: {
          inputSchema,
          execute: () => {
            throw new Error('no wind in Oslo')
          },
        },
      },
    })
    const tools = seen.spans.filter(({ attributes }) => attributes['gen_ai.operation.name'] === 'execute_tool')
    expect(
      tools
        .map(({ name, parent, status, attributes, ends }) => ({
          name,
          parent,
          status,
          error: attributes['error.type'],
          id: attributes['gen_ai.tool.call.id'],
          ends,
        }))
        .sort((one, other) => String(one.id).localeCompare(String(other.id))),
    ).toEqual([
      {
        name: 'execute_tool weather',
        parent: 'extract Person',
        status: { code: 0 },
        error: undefined,
        id: 'a',
        ends: 1,
      },
      { name: 'execute_tool broken', parent: 'extract Person', status: { code: 2 }, error: 'failed', id: 'b', ends: 1 },
      { name: 'execute_tool', parent: 'extract Person', status: { code: 2 }, error: 'unknown_tool', id: 'c', ends: 1 },
    ])
    expect(JSON.stringify(seen.spans)).not.toMatch(/Rome|Oslo|sunny|invented/)
  })
})

describe('an extraction that fails', () => {
  test('ends with the code of its error', async () => {
    await using server = await modelServer(wrong, wrong)
    const seen = memoryTelemetry()
    const asked = extract(Person, personPrompt, { model: server.model(), onEvent: telemetry(seen) })
    await expect(asked.result()).rejects.toMatchObject({ code: 'schema_mismatch' })

    const [root, ...calls] = seen.spans
    expect(root?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(root?.attributes).toMatchObject({ 'error.type': 'schema_mismatch', 'decant.outcome': 'schema_mismatch' })
    expect(calls.map(({ status, ends }) => [status.code, ends])).toEqual([
      [SpanStatusCode.ERROR, 1],
      [SpanStatusCode.ERROR, 1],
    ])
    expect(seen.measured(duration).at(-1)?.attributes).toMatchObject({
      'gen_ai.operation.name': 'extract',
      'error.type': 'schema_mismatch',
    })
    expect(seen.measured(tokens)).toHaveLength(4)
  })

  test('before its first request is a span of its own', async () => {
    const seen = memoryTelemetry()
    const asked = extract(Person, personPrompt, {
      model: 'openai/x',
      apiKey: async () => {
        throw new TypeError('the vault is closed')
      },
      onEvent: telemetry(seen),
    })
    await expect(asked.result()).rejects.toMatchObject({ code: 'no_key' })
    expect(seen.spans).toMatchObject([
      { name: 'extract', attributes: { 'error.type': 'no_key', 'decant.calls': 0 }, status: { code: 2 }, ends: 1 },
    ])
  })

  test('by an abort has no error status: its outcome is aborted', async () => {
    const seen = memoryTelemetry()
    await using server = await modelServer(() => asked.abort('enough'))
    const asked = extract(Person, personPrompt, { model: server.model(), onEvent: telemetry(seen) })
    await expect(asked.result()).rejects.toBe('enough')
    const outcome = { attributes: { 'decant.outcome': 'aborted' }, status: { code: SpanStatusCode.UNSET }, ends: 1 }
    expect(seen.spans).toMatchObject([outcome, outcome])
    expect(JSON.stringify([seen.spans, seen.measurements])).not.toContain('error.type')
    expect(seen.measured(tokens)).toEqual([])
  })

  test('because its last reader left is aborted, and all its spans end', async () => {
    await using server = await modelServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      // The end never comes.
      for (const event of eventsOf(right).slice(0, -2)) response.write(`data: ${JSON.stringify(event)}\n\n`)
    })
    const seen = memoryTelemetry()
    const asked = extract(Person, personPrompt, { model: server.model(), onEvent: telemetry(seen) })
    for await (const _ of asked) break
    await asked[Symbol.asyncDispose]()
    expect(seen.spans.map(({ attributes, ends }) => [attributes['decant.outcome'], ends])).toEqual([
      ['aborted', 1],
      ['aborted', 1],
    ])
  })

  test('in the middle of a tool ends the span of the tool', async () => {
    await using server = await modelServer({ calls: [{ name: 'wait', args: '{}' }] })
    const seen = memoryTelemetry()
    const asked = extract(Person, personPrompt, {
      model: server.model(),
      onEvent: telemetry(seen),
      tools: {
        wait: {
          inputSchema: z.object({}),
          execute: () => {
            asked.abort('enough')
            return new Promise(() => {})
          },
        },
      },
    })
    await expect(asked.result()).rejects.toBe('enough')
    expect(seen.spans.map(({ name, ends }) => [name, ends])).toEqual([
      ['extract Person', 1],
      ['chat model', 1],
      ['execute_tool wait', 1],
    ])
  })
})

describe('one observer', () => {
  test('keeps extractions apart that run at the same time', async () => {
    await using server = await modelServer(right, right, right)
    const seen = memoryTelemetry()
    const onEvent = telemetry(seen)
    await Promise.all(
      ['one', 'two', 'three'].map(name =>
        extract(Person, personPrompt, { model: server.model(name), schemaName: 'Person', stream: true, onEvent }),
      ),
    )
    const roots = seen.spans.filter(({ parent }) => parent === undefined)
    expect(roots.map(({ attributes }) => attributes['gen_ai.request.model']).sort()).toEqual(['one', 'three', 'two'])
    expect(seen.spans.map(({ attributes, ends }) => [attributes['decant.outcome'], ends])).toEqual(
      Array(6).fill(['ok', 1]),
    )
  })

  test('cannot break an extraction', async () => {
    await using server = await modelServer(right)
    const { meter } = memoryTelemetry()
    const tracer = {
      startSpan: () => {
        throw new Error('no more spans')
      },
    } as never
    expect(
      await extract(Person, personPrompt, { model: server.model(), onEvent: telemetry({ tracer, meter }) }),
    ).toEqual(alice)
  })

  test('without a tracer uses the global one, also when it is set up later', async () => {
    await using server = await modelServer(right)
    const onEvent = telemetry()
    const seen = memoryTelemetry()
    trace.setGlobalTracerProvider({ getTracer: () => seen.tracer })
    await extract(Person, personPrompt, { model: server.model(), onEvent })
    expect(seen.spans.map(({ name }) => name)).toEqual(['extract Person', 'chat model'])
  })

  test('puts its spans below the one that is active', async () => {
    await using server = await modelServer(right)
    const seen = memoryTelemetry()
    const active: Context = trace.setSpan(ROOT_CONTEXT, seen.tracer.startSpan('handler'))
    context.setGlobalContextManager({
      active: () => active,
      with: (_, fn, self, ...args) => fn.apply(self as never, args),
      bind: (_, target) => target,
      enable() {
        return this
      },
      disable() {
        return this
      },
    })
    await extract(Person, personPrompt, { model: server.model(), onEvent: telemetry(seen) })
    expect(seen.spans.map(({ name, parent }) => [name, parent])).toEqual([
      ['handler', undefined],
      ['extract Person', 'handler'],
      ['chat model', 'extract Person'],
    ])
  })

  afterEach(() => {
    trace.disable()
    context.disable()
  })
})
