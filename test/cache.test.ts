import {
  type CacheStore,
  createBudget,
  type Event,
  type Extraction,
  extract,
  extractAll,
  manyOf,
  memoryCache,
  type Options,
} from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ModelServer, modelServer, type Reply } from './helpers/model-server.ts'
import { alice, Person, personPrompt } from './helpers/person.ts'
import { answer, itemExtractor, scriptedModel } from './helpers/scripted.ts'

const right: Reply = { call: 'Person', args: JSON.stringify(alice) }
const wrong: Reply = { call: 'Person', args: JSON.stringify({ ...alice, age: 'thirty' }) }
const bob = { name: 'Bob', age: 40, city: 'Rome' }
const other: Reply = { call: 'Person', args: JSON.stringify(bob) }

const ask = (server: ModelServer, options: Partial<Options<any>> = {}) =>
  extract(Person, personPrompt, { model: server.model(), ...options })

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Everything that the readers of an extraction get to see. */
const readings = async (extraction: Extraction<any, any>, path?: string) => {
  const [events, partials, elements, result] = await Promise.all([
    collect<Event>(extraction.events()),
    collect(extraction),
    path === undefined ? [] : collect(extraction.elements(path as never)),
    extraction.result(),
  ])
  const types = events.map(({ type }) => type)
  const completes = events.flatMap(event => (event.type === 'complete' ? [[event.path, event.value]] : []))
  return { types, completes, last: partials.at(-1), elements, result }
}

describe('a cache', () => {
  it('takes the same of two calls for the answer as when it came', async () => {
    const calls = ['', '{"x":1}'].map(args => ({ name: 'add', args }))
    await using server = await modelServer({ calls })
    const options = { model: server.model(), cache: memoryCache() }
    const Add = z.object({ x: z.int().optional() }).meta({ title: 'add' })
    const [first, again] = [await extract(Add, '', options).result(), await extract(Add, '', options).result()]
    expect(first.output).toEqual({ x: 1 })
    expect(again).toMatchObject({ output: { x: 1 }, cached: true, warnings: first.warnings, messages: first.messages })
  })

  it('answers what was answered before, and marks it', async () => {
    await using server = await modelServer(right)
    const cache = memoryCache()
    const first = await ask(server, { cache }).result()
    expect(first.cached).toBeUndefined()
    expect(first.calls[0]!.cached).toBeUndefined()
    const { output, cached, calls, usage, cost, warnings, response, messages, text, mode } = await ask(server, {
      cache,
    }).result()
    expect({ output, cached, cost, warnings }).toEqual({ output: alice, cached: true, cost: 0, warnings: [] })
    expect(usage).toMatchObject({ inputTokens: 0, outputTokens: 0, totalTokens: 0 })
    expect(calls).toMatchObject([{ kind: 'first', cached: true, cost: 0, outcome: 'ok', mode: 'tool', issues: [] }])
    expect(calls[0]!.received).toBe(first.calls[0]!.received)
    expect(calls[0]!.estimated).toBeUndefined()
    expect(response.status).toBe(200)
    expect({ messages, text, mode }).toEqual({ messages: first.messages, text: first.text, mode: first.mode })
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    ['as the arguments of a function', {}, [right], Person],
    ['as text held to a schema', { mode: 'json-schema' }, [{ text: JSON.stringify(alice) }], Person],
    ['as JSON where a function was asked for', {}, [{ text: JSON.stringify(alice) }], Person],
    ['as text', {}, [{ text: 'Alice is thirty.' }], z.string()],
    [
      'with a fence that is taken off',
      {},
      [{ call: 'Person', args: `\`\`\`json\n${JSON.stringify(alice)}\n\`\`\`` }],
      Person,
    ],
    [
      'as several calls',
      {},
      [
        {
          calls: [
            { name: 'a', args: '{"n":1}' },
            { name: 'b', args: '{"n":2}' },
          ],
        },
      ],
      manyOf({ a: z.object({ n: z.int() }), b: z.object({ n: z.int() }) }),
    ],
  ] as [string, Partial<Options<any>>, Reply[], any][])(
    'shows partials, events and elements of an answer that came %s',
    async (_, options, script, schema) => {
      await using server = await modelServer(...script)
      const path = script.some(reply => 'calls' in reply) ? '[]' : undefined
      const asked = () => extract(schema, 'Who?', { model: server.model(), cache, ...options })
      const cache = memoryCache()
      const fresh = await readings(asked(), path)
      const kept = await readings(asked(), path)
      expect(kept.types[0]).toBe('cached')
      expect(kept.types.at(-1)).toBe('finish')
      expect(kept.types).not.toContain('request')
      expect(kept.last).toEqual(fresh.last)
      expect(kept.elements).toEqual(fresh.elements)
      if (!fresh.types.includes('text')) expect(kept.completes).toEqual(expect.arrayContaining(fresh.completes))
      const { output, input, messages, warnings, mode, finishReason } = kept.result
      expect({ output, input, messages, warnings, mode, finishReason }).toEqual({
        output: fresh.result.output,
        input: fresh.result.input,
        messages: fresh.result.messages,
        warnings: fresh.result.warnings,
        mode: fresh.result.mode,
        finishReason: fresh.result.finishReason,
      })
      expect(server.requests).toHaveLength(script.length)
    },
  )

  it('is the same for both wires, and for whoever has learned how a provider wants to be asked', async () => {
    const refused: Reply = { status: 400, body: { error: { message: "Use 'max_completion_tokens' instead" } } }
    const noChoice: Reply = { status: 400, body: { error: { message: 'tool_choice is not supported' } } }
    await using server = await modelServer(refused, noChoice, right)
    const cache = memoryCache()
    const model = server.model()
    await ask(server, { model, cache, maxOutputTokens: 100, stream: true })
    for (const each of [model, server.model()])
      expect((await ask(server, { model: each, cache, maxOutputTokens: 100, stream: false }).result()).cached).toBe(
        true,
      )
    expect(server.requests).toHaveLength(3)
  })

  it('knows a request by what it says, and by where it goes', async () => {
    await using server = await modelServer(...Array.from({ length: 6 }, () => right))
    await using elsewhere = await modelServer(right)
    const cache = memoryCache()
    const ways: Partial<Options<any>>[] = [
      {},
      { temperature: 1 },
      { instructions: 'Be exact.' },
      { maxOutputTokens: 100 },
      { model: server.model('larger') },
      { extraBody: { user: 'u' } },
      { model: elsewhere.model() },
    ]
    for (const options of ways) expect((await ask(server, { cache, ...options }).result()).cached).toBeUndefined()
    for (const options of ways) expect((await ask(server, { cache, ...options }).result()).cached).toBe(true)
  })

  it('keeps what a repair has come to, as the answer to the question before', async () => {
    await using server = await modelServer(wrong, right)
    const cache = memoryCache()
    await ask(server, { cache })
    const again = ask(server, { cache })
    const { output, calls } = await again.result()
    expect({ output, attempt: again.attempt }).toEqual({ output: alice, attempt: 1 })
    expect(calls).toMatchObject([{ kind: 'first', cached: true }])
    expect(server.requests).toHaveLength(2)
  })

  it.each<[string, Reply, Partial<Options<any>>]>([
    ['an answer that is wrong', wrong, {}],
    ['a refused request', { status: 400, body: { error: { message: 'no' } } }, {}],
    ['text in place of the answer', { text: 'I will not.' }, {}],
    ['a broken answer', { call: 'Person', args: '{"name":"A' }, {}],
  ])('never keeps %s', async (_, reply, options) => {
    await using server = await modelServer(reply, right)
    const kept: string[] = []
    const cache = { get: () => undefined, set: (_: string, value: string) => kept.push(value) }
    await expect(ask(server, { cache, maxRepairs: 0, ...options })).rejects.toThrow()
    expect(kept).toEqual([])
  })

  it('takes nothing of a budget, also of one that is spent', async () => {
    await using server = await modelServer(right)
    const cache = memoryCache()
    const budget = createBudget({ calls: 1 })
    await ask(server, { cache, budget })
    const spent = { ...budget.spent, ms: 0 }
    await ask(server, { cache, budget })
    expect({ ...budget.spent, ms: 0 }).toEqual(spent)
    await expect(ask(server, { cache, budget, seed: 1 })).rejects.toMatchObject({ code: 'calls' })
  })

  it('runs tools every time, and knows the question that their answers make', async () => {
    const weather: Reply = { calls: [{ name: 'weather', args: '{"city":"Rome"}' }] }
    await using server = await modelServer(weather, right, other)
    const cache = memoryCache()
    let degrees = 20
    let runs = 0
    const execute = () => {
      runs++
      return `${degrees} C`
    }
    const tool = { inputSchema: z.object({ city: z.string() }), execute }
    const asked = () => ask(server, { cache, tools: { weather: tool } }).result()
    expect((await asked()).output).toEqual(alice)
    const again = await asked()
    expect(again.calls).toMatchObject([
      { kind: 'first', cached: true },
      { kind: 'step', cached: true },
    ])
    expect(again.cached).toBe(true)
    degrees = 30
    const warmer = await asked()
    expect(warmer.output).toEqual(bob)
    expect(warmer.calls.map(call => call.cached)).toEqual([true, undefined])
    expect(warmer.usage).toMatchObject({ totalTokens: 15 })
    expect(warmer.cached).toBeUndefined()
    expect(runs).toBe(3)
  })

  it('does not keep calls of tools that have failed', async () => {
    const weather: Reply = { calls: [{ name: 'weather', args: '{}' }] }
    await using server = await modelServer(weather, right, weather, right)
    const tool = { inputSchema: z.object({ city: z.string() }), execute: () => '' }
    const cache = memoryCache()
    const kinds = async () => (await ask(server, { cache, tools: { weather: tool } }).result()).calls.map(c => c.cached)
    expect(await kinds()).toEqual([undefined, undefined])
    expect(await kinds()).toEqual([undefined, true])
  })

  it('belongs to each model of a fallback on its own', async () => {
    const down: Reply = { status: 500, body: {} }
    await using server = await modelServer(down, other, down)
    const cache = memoryCache()
    const asked = () => ask(server, { cache, fallback: [server.model('second')], maxRetries: 0 }).result()
    await asked()
    const { output, calls } = await asked()
    expect(output).toEqual(bob)
    expect(calls).toMatchObject([{ outcome: 'upstream' }, { kind: 'fallback', cached: true, model: 'scripted/second' }])
  })

  it('serves all records of a run', async () => {
    const model = scriptedModel(({ prompt }) => answer({ n: Number(prompt) }, { cost: 0.25 }))
    const extractor = itemExtractor(model).with({ cache: memoryCache() })
    await extractAll(extractor, [1, 2, 3])
    const run = extractAll(extractor, [3, 2, 4], { ordered: true })
    const items = await collect(run)
    expect(await run).toMatchObject({ done: 3, cached: 2, cost: 0.25 })
    expect(items.map(({ cost, calls }) => [cost, calls[0]?.cached])).toEqual([
      [0, true],
      [0, true],
      [0.25, undefined],
    ])
    expect([...model.asked].sort()).toEqual(['1', '2', '3', '4'])
  })
})

describe('a kept answer', () => {
  it('that does not fit any more is asked for again, and nothing of it is shown', async () => {
    await using server = await modelServer(right, other)
    const cache = memoryCache()
    await ask(server, { cache })
    const older = Person.refine(({ age }) => age > 35, { path: ['age'], message: 'too young' })
    const { types, last, result } = await readings(
      extract(older, personPrompt, { model: server.model(), cache, schemaName: 'Person' }),
    )
    expect(result.output).toEqual(bob)
    expect(last).toEqual(bob)
    expect(types[0]).toBe('request')
    expect(result.warnings).toEqual([
      { path: [], code: 'cache', message: 'the answer could not be read from the cache: age: too young' },
    ])
  })

  it('is looked at by validate as well; what that throws is thrown', async () => {
    await using server = await modelServer(right)
    const cache = memoryCache()
    await ask(server, { cache })
    const validate = () => {
      throw new Error('no database')
    }
    const error = await ask(server, { cache, validate }).catch(reason => reason)
    expect(error).toMatchObject({
      code: 'schema_mismatch',
      cause: { message: 'no database' },
      calls: [{ cached: true }],
    })
    expect(server.requests).toHaveLength(1)
  })

  it.each<[string, (value: string) => string]>([
    ['cut', value => value.slice(0, -5)],
    ['changed in a value', value => value.replace('Alice', 'Alicf')],
    ['of another format', () => '{"asking":"song","turn":{}}'],
    ['no text at all', () => 5 as never],
  ])('that is %s is asked for again, with a warning', async (_, change) => {
    await using server = await modelServer(right, right)
    const entries = new Map<string, string>()
    await ask(server, { cache: entries })
    for (const [key, value] of entries) entries.set(key, change(value))
    const { output, cached, warnings, calls } = await ask(server, { cache: entries }).result()
    expect(output).toEqual(alice)
    expect(cached).toBeUndefined()
    expect(warnings).toMatchObject([
      { code: 'cache', message: expect.stringMatching(/^the answer could not be read from/) },
    ])
    expect(calls).toHaveLength(1)
    // What was written anew is whole again.
    expect((await ask(server, { cache: entries }).result()).cached).toBe(true)
  })

  it('under the key of another question is no answer', async () => {
    await using server = await modelServer(right, right, right)
    const entries = new Map<string, string>()
    await ask(server, { cache: entries })
    await ask(server, { cache: entries, seed: 1 })
    const [first, second] = [...entries.keys()]
    entries.set(first!, entries.get(second!)!)
    const { warnings } = await ask(server, { cache: entries }).result()
    expect(warnings[0]?.message).toBe('the answer could not be read from the cache: its checksum is another one')
  })

  it('holds no key, nor anything that looks like one', async () => {
    const secret = 'sk-proj-abcdefghijklmnop1234'
    await using server = await modelServer(right, { call: 'Person', args: JSON.stringify({ ...alice, name: secret }) })
    const entries = new Map<string, string>()
    const options = { cache: entries, apiKey: 'a-secret-of-my-own', headers: { 'x-api-key': 'another-secret' } }
    await ask(server, options)
    expect([...entries].flat().join()).not.toMatch(/secret/)
    const { warnings } = await ask(server, { ...options, apiKey: secret, seed: 1 }).result()
    expect(warnings).toMatchObject([
      { message: 'the answer could not be kept in the cache: it holds what looks like a key' },
    ])
    expect([...entries].flat().join()).not.toContain(secret)
  })
})

describe('a store', () => {
  const broken = (): never => {
    throw new Error('redis://user:pass@host is down')
  }
  it.each<[string, CacheStore]>([
    ['throws', { get: broken, set: broken }],
    ['rejects', { get: async () => broken(), set: async () => broken() }],
  ])('that %s costs nothing but a warning', async (_, cache) => {
    await using server = await modelServer(right)
    const { output, warnings } = await ask(server, { cache }).result()
    expect(output).toEqual(alice)
    expect(warnings.map(({ message }) => message)).toEqual([
      'the answer could not be read from the cache: redis://[redacted]@host is down',
      'the answer could not be kept in the cache: redis://[redacted]@host is down',
    ])
  })

  it('that never answers does not outlive an abort', async () => {
    await using server = await modelServer(right)
    const abort = new AbortController()
    const cache = { get: () => new Promise<undefined>(() => {}), set: () => {} }
    const asked = ask(server, { cache, signal: abort.signal }).catch(reason => reason)
    setTimeout(() => abort.abort('enough'), 5)
    expect(await asked).toBe('enough')
    expect(server.requests).toHaveLength(0)
  })

  it('may answer null, be async, or be a Map', async () => {
    await using server = await modelServer(right)
    const entries = new Map<string, string>()
    const cache = {
      get: async (key: string) => entries.get(key) ?? null,
      set: async (key: string, value: string) => void entries.set(key, value),
    }
    await ask(server, { cache })
    expect((await ask(server, { cache: entries }).result()).cached).toBe(true)
  })

  it.each([[{ get: () => undefined }], [5], [null], ['folder']])('that is %j is refused', cache => {
    expect(() => extract(Person, '', { model: 'openai/x', cache: cache as never })).toThrow(
      /^Cannot extract with cache .*: it must be an object with get and set$/,
    )
  })
})

describe('memoryCache', () => {
  it('forgets what was not asked for longest', async () => {
    const cache = memoryCache({ max: 2 })
    cache.set('a', '1')
    cache.set('b', '2')
    cache.get('a')
    cache.set('c', '3')
    expect(['a', 'b', 'c'].map(key => cache.get(key))).toEqual(['1', undefined, '3'])
    cache.set('a', '4')
    expect(cache.get('a')).toBe('4')
    expect(cache.get('c')).toBe('3')
  })

  it.each([0, -1, 1.5, Number.NaN, '5'])('does not take max %s', max => {
    expect(() => memoryCache({ max: max as number })).toThrow(RangeError)
  })
})
