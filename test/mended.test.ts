import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProvider, type Event, extract } from 'decant'
import { cassette } from 'decant/cassette'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { z as z3 } from 'zod/v3'
import { fetchOf, streamOf } from './helpers/answer.ts'
import { modelServer } from './helpers/model-server.ts'
import { alice, Person, personPrompt } from './helpers/person.ts'

const model = createProvider({ name: 'local', baseURL: 'http://127.0.0.1:1/v1' })('m')
const person = () => streamOf({ name: 'Person', pieces: [JSON.stringify(alice)] })

describe('a recording of a streamed extraction', () => {
  it('is written when the answer is done, and replays', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'decant-'))
    const path = join(folder, 'person.yaml')
    try {
      await using server = await modelServer({ call: 'Person', args: JSON.stringify(alice) })
      const record = cassette(path, { mode: 'record' })
      for await (const _ of extract(Person, personPrompt, { model: server.model(), fetch: record }));
      expect(record.interactions).toHaveLength(1)
      expect(readFileSync(path, 'utf8')).toContain('data: [DONE]')

      const replay = cassette(path, { mode: 'replay' })
      const again = extract(Person, personPrompt, { model: server.model(), fetch: replay, stream: true })
      expect(await again).toEqual(alice)
      expect(replay.unused).toEqual([])
      expect(server.requests).toHaveLength(1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('user code', () => {
  it('that never settles cannot outlive an abort', async () => {
    const Never = Person.refine(() => new Promise<boolean>(() => {}))
    const extraction = extract(Never, '', { model, fetch: fetchOf(person), schemaName: 'Person' })
    const output = extraction.then(value => value)
    setTimeout(() => extraction.abort('enough'), 20)
    await expect(output).rejects.toBe('enough')
  })

  it('that throws in a schema is no fault of the model: nothing is repaired, and the error is the cause', async () => {
    const bug = new Error('boom')
    const Broken = Person.transform(() => {
      throw bug
    })
    const extraction = extract(Broken, '', { model, fetch: fetchOf(person), schemaName: 'Person' })
    await expect(extraction).rejects.toMatchObject({ code: 'schema_mismatch', retryable: false, cause: bug })
    expect(extraction.calls).toHaveLength(1)
  })

  it('that observes may be async and reject', async () => {
    const onEvent = async (): Promise<void> => {
      throw new Error('an observer')
    }
    expect(await extract(Person, '', { model, fetch: fetchOf(person), onEvent })).toEqual(alice)
  })

  it('that reads events and then waits for the end inside the loop gets there', async () => {
    await using server = await modelServer({ call: 'Person', args: JSON.stringify(alice), pieces: 1 })
    const extraction = extract(Person, personPrompt, { model: server.model() })
    const types: Event['type'][] = []
    for await (const event of extraction.events()) {
      types.push(event.type)
      if (event.type === 'complete') expect(await extraction).toEqual(alice)
    }
    expect(types.at(-1)).toBe('finish')
  })
})

describe('a key', () => {
  it.each([
    ['with a line end', 'sk-12345678\nabc'],
    ['with a curly quote', '“sk-12345678”'],
  ])('%s is refused before anything is sent, and not shown', async (_, apiKey) => {
    let sent = 0
    const fetch = async (): Promise<Response> => {
      sent++
      return person()
    }
    const error = await extract(Person, '', { model, apiKey, fetch }).catch(reason => reason)
    expect(error).toMatchObject({ name: 'ConfigError', code: 'bad_option' })
    expect(error.message).toContain("'authorization'")
    expect(error.message).not.toContain('12345678')
    expect(sent).toBe(0)
  })

  it('that never comes ends with the total clock', async () => {
    const apiKey = (): Promise<string> => new Promise(() => {})
    const extraction = extract(Person, '', { model, apiKey, fetch: fetchOf(person), timeout: 30 })
    await expect(extraction).rejects.toMatchObject({ name: 'TimeoutError', code: 'total' })
  })
})

describe('a recursive union', () => {
  it('is followed in time proportional to the answer', async () => {
    type Sum = { op: string; l: Sum; r: Sum } | { n: number }
    const Sum: z.ZodType<Sum, Sum> = z.lazy(() =>
      z.union([
        z.object({ n: z.number() }),
        ...['add', 'sub', 'mul', 'div'].map(op => z.object({ op: z.literal(op), l: Sum, r: Sum })),
      ]),
    )
    let sum: Sum = { n: 0 }
    for (let depth = 0; depth < 40; depth++) sum = { op: 'add', l: sum, r: { n: depth } }
    const fetch = fetchOf(() => streamOf({ name: 'Sums', pieces: [JSON.stringify({ sum })] }))
    expect(await extract(z.object({ sum: Sum }), '', { model, fetch, schemaName: 'Sums' })).toEqual({ sum })
  })
})

describe('the ledger', () => {
  it('leaves a refused call out of its sums', async () => {
    const fetch = fetchOf(request =>
      request === 0
        ? new Response('{"error":{"message":"busy"}}', { status: 429, headers: { 'retry-after-ms': '0' } })
        : person(),
    )
    const { usage, calls } = await extract(Person, '', { model, fetch }).result()
    expect(calls.map(({ outcome }) => outcome)).toEqual(['rate_limit', 'ok'])
    expect(calls[0]).not.toHaveProperty('estimated')
    expect(usage).toEqual(calls[1]!.usage)
  })
})

describe('what is shown', () => {
  it('never belies its type', async () => {
    const schema = z.object({ n: z.number(), e: z.enum(['a']), l: z.array(z.string()), k: z.array(z.number()) })
    const text = '{"n":"no","e":"zzz","l":{"x":1},"k":[1,"two",3]}'
    const fetch = fetchOf(() => streamOf({ name: 'extract', pieces: [text] }))
    const seen: unknown[] = []
    const issues: string[] = []
    const extraction = extract(schema, '', { model, fetch, maxRepairs: 0 })
    await expect(
      (async () => {
        for await (const event of extraction.events()) {
          if (event.type === 'partial') seen.push(event.value)
          if (event.type === 'issue') issues.push(event.issue.path.join('.'))
        }
      })(),
    ).rejects.toMatchObject({ code: 'schema_mismatch' })
    expect(seen.at(-1)).toEqual({ k: [1] })
    expect(issues).toEqual(['n', 'e', 'l', 'k.1'])
  })
})

describe('a failure in mid-stream', () => {
  it('is no refusal: a model had run, so the call has an estimate and the sums are unknown', async () => {
    const broken = () =>
      new Response(
        `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [{ index: 0, function: { name: 'Person', arguments: '{"name":"abcdef' } }] } }] })}\n\n` +
          'data: {"error":{"message":"over","code":502}}\n\n',
        { headers: { 'content-type': 'text/event-stream' } },
      )
    const fetch = fetchOf(request => (request === 0 ? broken() : person()))
    const { calls, usage } = await extract(Person, '', { model, fetch, stream: true }).result()
    expect(calls.map(({ outcome }) => outcome)).toEqual(['upstream', 'ok'])
    expect(calls[0]).toHaveProperty('estimated')
    expect(usage).toEqual({})
  })
})

describe('after the end', () => {
  it('nothing is told any more, though user code goes on', async () => {
    const Slow = Person.refine(() => new Promise<boolean>(resolve => setTimeout(() => resolve(true), 60)))
    const events: Event['type'][] = []
    const fetch = fetchOf(() => streamOf({ name: 'Person', pieces: [`\`\`\`json\n${JSON.stringify(alice)}\n\`\`\``] }))
    const onEvent = (event: Event): void => void events.push(event.type)
    const extraction = extract(Slow, '', { model, fetch, schemaName: 'Person', onEvent })
    const output = extraction.catch(reason => reason)
    setTimeout(() => extraction.abort('enough'), 20)
    expect(await output).toBe('enough')
    const told = events.length
    await new Promise(resolve => setTimeout(resolve, 80))
    expect(events).toHaveLength(told)
  })
})

describe('a schema that takes more than its JSON Schema says', () => {
  it('is shown whole in the end', async () => {
    const schema = z.object({ n: z.coerce.number(), s: z.string() })
    const fetch = fetchOf(() => streamOf({ name: 'extract', pieces: ['{"n":"5","s":"x"}'] }))
    const extraction = extract(schema, '', { model, fetch })
    let last: unknown
    for await (const partial of extraction) last = partial
    expect(last).toEqual({ n: '5', s: 'x' })
    expect(await extraction).toEqual({ n: 5, s: 'x' })
  })
})

describe('a bound without end', () => {
  it('is not sent', () => {
    const schema = z.object({ a: z.number().max(Infinity), b: z.number().min(-Infinity), c: z.string().max(Infinity) })
    const { tools } = extract(schema, '', { model }).request as { tools: any }
    expect(tools[0].function.parameters.properties).toEqual({
      a: { type: 'number' },
      b: { type: 'number' },
      c: { type: 'string' },
    })
  })
})

describe('the switch to max_completion_tokens', () => {
  it('costs no retry, and calls that run side by side all make it', async () => {
    const fresh = createProvider({ name: 'fresh', baseURL: 'http://127.0.0.1:1/v1' })('m')
    const fetch: typeof globalThis.fetch = async (_, init) =>
      'max_tokens' in JSON.parse(String(init?.body))
        ? new Response('{"error":{"message":"use max_completion_tokens"}}', { status: 400 })
        : person()
    const options = { model: fresh, fetch, maxOutputTokens: 9, maxRetries: 0, stream: true }
    expect(await Promise.all([1, 2, 3].map(() => extract(Person, '', options)))).toEqual([alice, alice, alice])
  })
})

describe('the check', () => {
  it.each<[string, z.ZodType, string]>([
    ['coerced', z.object({ a: z.coerce.number(), l: z.array(z.coerce.number()) }), '{"a":"5","l":["1",2]}'],
    ['a coerced date', z.object({ a: z.coerce.date() }), '{"a":"March 7, 2024"}'],
    ['caught', z.object({ a: z.number().catch(0), b: z.enum(['x']).catch('x') }), '{"a":"no"}'],
    ['rewritten', z.object({ a: z.preprocess(value => value ?? 0, z.number()) }), '{"a":null}'],
    ['coerced in Zod 3', z3.object({ a: z3.coerce.number() }) as unknown as z.ZodType, '{"a":"5"}'],
  ])('raises no false alarm for what is %s', async (_, schema, text) => {
    const issues: unknown[] = []
    const fetch = fetchOf(() => streamOf({ name: 'extract', pieces: [text] }))
    const extraction = extract(schema, '', { model, fetch, maxRepairs: 0 })
    for await (const event of extraction.events()) if (event.type === 'issue') issues.push(event.issue)
    expect(issues).toEqual([])
    expect(extraction.attempt).toBe(1)
  })
})
