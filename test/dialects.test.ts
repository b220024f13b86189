import { createProvider, type Event, extract, manyOf, type Options, oneOf, SchemaError } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ModelServer, modelServer, type Reply } from './helpers/model-server.ts'

const Refund = z.object({ order: z.string(), note: z.string().optional(), parts: z.record(z.string(), z.int()) })
const Escalate = z.object({ reason: z.string(), by: z.date().optional() })
const Route = oneOf({ refund: Refund, escalate: Escalate })
const Routes = manyOf({ refund: Refund, escalate: Escalate })

const refund = { order: 'a', note: null, parts: [{ key: 'pen', value: 2 }] }
const escalate = { reason: 'rude', by: '2026-01-02T00:00:00.000Z' }
const outputs = [
  { name: 'refund', value: { order: 'a', parts: { pen: 2 } } },
  { name: 'escalate', value: { reason: 'rude', by: new Date('2026-01-02') } },
] as const

const calls = (...given: [name: string, args: unknown][]): Reply => ({
  calls: given.map(([name, args]) => ({ name, args: JSON.stringify(args) })),
})
const strictly = (server: ModelServer, options: Partial<Options<any>> = {}) => ({
  model: server.speaking('openai'),
  strict: true,
  ...options,
})
const closed = (properties: object) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

const wires = [
  { wire: 'streamed', stream: true },
  { wire: 'plain', stream: false },
]

describe.each(wires)('a choice in a dialect, $wire', ({ stream }) => {
  it('offers each member as a function in the words of the provider', async () => {
    await using server = await modelServer(calls(['refund', refund]))
    expect(await extract(Route, 'Hm', strictly(server, { stream }))).toEqual(outputs[0])
    expect(server.requests[0]!.body.tools.map(({ function: each }: any) => [each.strict, each.parameters])).toEqual([
      [
        true,
        closed({
          order: { type: 'string' },
          note: { type: ['string', 'null'] },
          parts: { type: 'array', items: closed({ key: { type: 'string' }, value: { type: 'integer' } }) },
        }),
      ],
      [true, closed({ reason: { type: 'string' }, by: { type: ['string', 'null'], format: 'date-time' } })],
    ])
  })

  it('reads all calls back into the shapes of their members, in partials and elements, too', async () => {
    await using server = await modelServer(calls(['refund', refund], ['escalate', escalate]))
    const extraction = extract(Routes, 'Hm', strictly(server, { stream }))
    const seen: Event<any>[] = []
    const reading = (async () => {
      for await (const event of extraction.events()) seen.push(event)
    })()
    const elements: unknown[] = []
    for await (const element of extraction.elements()) elements.push(element)
    await reading
    expect(elements).toEqual(outputs)
    expect(await extraction).toEqual(outputs)
    const partials = seen.flatMap(event => (event.type === 'partial' ? [event.value] : []))
    expect(JSON.stringify(partials)).not.toMatch(/"note"|"key"/)
    expect(partials.at(-1)).toEqual(outputs)
  })

  it('names places in the shape that was declared', async () => {
    const wrong = { ...refund, parts: [{ key: 'pen', value: 'two' }] }
    await using server = await modelServer(calls(['refund', wrong]), calls(['refund', refund]))
    const { output, calls: ledger } = await extract(Route, 'Hm', strictly(server, { stream })).result()
    expect(ledger[0]!.issues).toMatchObject([{ path: ['value', 'parts', 'pen'] }])
    expect(output).toEqual(outputs[0])
  })

  it.each(['json-schema', 'json'] as const)('is one document in the mode %s', async mode => {
    const text = JSON.stringify({ value: { name: 'refund', value: refund } })
    await using server = await modelServer({ text })
    expect(await extract(Route, 'Hm', strictly(server, { stream, mode }))).toEqual(outputs[0])
    const { response_format: format } = server.requests[0]!.body
    if (mode === 'json-schema') {
      expect(format.json_schema.strict).toBe(true)
      expect(format.json_schema.schema).toMatchObject({
        type: 'object',
        required: ['value'],
        additionalProperties: false,
      })
    }
  })
})

const Order = z.object({
  id: z.string(),
  note: z.string().max(5).optional(),
  seen: z.date(),
  tags: z.set(z.string()),
  owners: z.map(z.string(), z.bigint()),
  parts: z.record(z.string(), z.int()),
  lines: z.array(z.object({ item: z.string(), price: z.number().optional() })),
})
const order = {
  id: 'a1',
  note: null as string | null,
  seen: '2026-01-02T00:00:00.000Z',
  tags: ['new'],
  owners: [{ key: 'Ann', value: '12345678901234567890' }],
  parts: [{ key: 'pen', value: 2 }],
  lines: Array.from({ length: 20 }, (_, at) => ({ item: `article ${at}`, price: at % 2 ? 2.5 : null })),
}
const declared = {
  id: 'a1',
  seen: new Date('2026-01-02'),
  tags: new Set(['new']),
  owners: new Map([['Ann', 12345678901234567890n]]),
  parts: { pen: 2 },
  lines: Array.from({ length: 20 }, (_, at) => ({ item: `article ${at}`, ...(at % 2 ? { price: 2.5 } : {}) })),
}

describe.each(wires)('other modes in a dialect, $wire', ({ stream }) => {
  it.each(['json-schema', 'json'] as const)('%s: the text is read back into the declared shape', async mode => {
    await using server = await modelServer({ text: JSON.stringify(order) })
    const extraction = extract(Order, '?', strictly(server, { stream, mode }))
    const partials: unknown[] = []
    for await (const partial of extraction) partials.push(partial)
    expect(partials.at(-1)).toEqual(declared)
    expect(await extraction).toEqual(declared)
  })

  it('auto: so is JSON in the text in the place of the call', async () => {
    await using server = await modelServer({ text: JSON.stringify(order) })
    expect(await extract(Order, '?', strictly(server, { stream }))).toEqual(declared)
  })
})

describe('examples in a dialect', () => {
  it('stand in the transcript as the model is to write them', async () => {
    await using server = await modelServer(calls(['extract', order]))
    const examples = [{ input: 'Earlier', output: declared }]
    await extract(Order, 'Now', { ...strictly(server), examples })
    const [, turn] = server.requests[0]!.body.messages
    expect(JSON.parse(turn.tool_calls[0].function.arguments)).toEqual(order)
  })

  it('as pairs also where an object takes any key and names none', async () => {
    await using server = await modelServer(calls(['extract', { sizes: [{ key: 'b', value: 2 }] }]))
    const schema = z.object({ sizes: z.object({}).catchall(z.int()) })
    const examples = [{ input: 'Earlier', output: { sizes: { a: 1 } } }]
    expect(await extract(schema, 'Now', { ...strictly(server), examples })).toEqual({ sizes: { b: 2 } })
    const [, turn] = server.requests[0]!.body.messages
    expect(JSON.parse(turn.tool_calls[0].function.arguments)).toEqual({ sizes: [{ key: 'a', value: 1 }] })
  })

  it('as the call of a member of a choice', async () => {
    await using server = await modelServer(calls(['refund', refund]))
    const examples = outputs.map(output => ({ input: 'Earlier', output }))
    await extract(Route, 'Now', { ...strictly(server), examples })
    const given = server.requests[0]!.body.messages.flatMap(({ tool_calls = [] }: any) => tool_calls)
    expect(given.map((call: any) => JSON.parse(call.function.arguments))).toEqual([refund, escalate])
  })

  it('without a dialect as well: a Date, a Map and a bigint are what they are on the wire', async () => {
    const { note: _, ...plain } = { ...order, parts: { pen: 2 }, lines: declared.lines }
    await using server = await modelServer(calls(['extract', plain]))
    const examples = [{ input: 'Earlier', output: declared }]
    expect(await extract(Order, 'Now', { model: server.model(), examples })).toEqual(declared)
    expect(JSON.parse(server.requests[0]!.body.messages[1].tool_calls[0].function.arguments)).toEqual(plain)
  })
})

describe.each(wires)('a patch in a dialect, $wire', ({ stream }) => {
  it('asks in the words of the provider, and null leaves an optional field out', async () => {
    await using server = await modelServer(
      calls(['extract', { ...order, note: 'far too long' }]),
      calls(['repair', { p1: null, remove: null }]),
    )
    const extraction = extract(Order, '?', strictly(server, { stream }))
    const partials: any[] = []
    for await (const partial of extraction) partials.push(partial)
    const { output, calls: ledger, messages } = await extraction.result()
    expect(output).toEqual(declared)
    expect(ledger.map(({ kind }) => kind)).toEqual(['first', 'repair'])
    const [{ function: repair }] = server.requests[1]!.body.tools
    expect(repair).toMatchObject({
      name: 'repair',
      strict: true,
      parameters: { required: ['p1', 'remove'], additionalProperties: false },
    })
    // The transcript goes on from what stands now, as the model would have written it.
    expect(JSON.parse((messages.at(-2) as any).tool_calls[0].function.arguments)).toEqual(order)
  })

  it('puts in what stands for a Date, and leaves all else the same objects', async () => {
    const good = calls(['repair', { p1: '2026-01-02T00:00:00.000Z' }])
    await using server = await modelServer(calls(['extract', { ...order, seen: 'yesterday' }]), good)
    const extraction = extract(Order, '?', strictly(server, { stream: true, repair: 'patch' }))
    const partials: any[] = []
    for await (const partial of extraction) partials.push(partial)
    expect(await extraction).toEqual(declared)
    expect(partials.at(-1)).toEqual(declared)
    const before = partials.findLast(({ seen }) => seen === undefined)
    for (const key of ['tags', 'owners', 'lines']) expect(partials.at(-1)[key]).toBe(before[key])
  })
})

it('a fallback is asked in its own dialect', async () => {
  await using first = await modelServer({ status: 404, body: { error: { message: 'no such model' } } } as never)
  await using second = await modelServer(calls(['extract', { a: 1, b: { k: 2 } }]))
  const schema = z.object({ a: z.int().optional(), b: z.record(z.string(), z.int()) })
  const { output } = await extract(schema, '?', {
    model: first.speaking('openai-strict'),
    fallback: [second.model()],
    maxRetries: 0,
  }).result()
  expect(output).toEqual({ a: 1, b: { k: 2 } })
  const sent = [first, second].map(server => server.requests[0]!.body.tools[0].function.parameters.properties.b.type)
  expect(sent).toEqual(['array', 'object'])
})

it('a member that a dialect has no words for throws before anything is sent', () => {
  const xai = createProvider({ name: 'strange', baseURL: 'https://a.example', dialect: 'xai' })
  const Tree: z.ZodType<any> = z.lazy(() => z.object({ kids: z.array(Tree) }))
  const start = () => extract(oneOf({ grow: z.object({ tree: Tree }) }), 'Hi', { model: xai('m') })
  expect(start).toThrow(SchemaError)
  expect(start).toThrow(/the dialect 'xai' refuses it \(no recursion\)/)
})
