import { extract, manyOf, type Options, oneOf } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ModelServer, modelServer, type Reply } from './helpers/model-server.ts'
import { rules } from './schema/rules/rules.ts'

const Order = z.object({
  state: z.enum(['open', 'in_progress', 'done']),
  note: z.string().optional(),
  prices: z.record(z.string(), z.number()),
  size: z.tuple([z.int(), z.int()]).optional(),
})
const Cancel = z.object({ order: z.int(), reason: z.string().optional() })
const members = { order: Order, cancel: Cancel }

/** As a provider writes them that holds the model to the strict dialect. */
const order = { state: 'open', note: null, prices: [{ key: 'tea', value: 2.5 }], size: [3, 4] }
const cancel = { order: 7, reason: null }
const wanted = { state: 'open', prices: { tea: 2.5 }, size: [3, 4] }

const call = (name: string, args: unknown) => ({ name, args: JSON.stringify(args) })
const calls = (...calls: { name: string; args: string }[]): Reply => ({ calls })
const ask = (server: ModelServer, options: Partial<Options<any>> = {}) => ({
  model: server.model(),
  strict: true,
  repair: 'patch' as const,
  ...options,
})

/** The function that asks for what is wrong; OpenAI's rules hold for it as for any other. */
const repairOf = ({ requests }: ModelServer) => {
  const { tools } = requests[1]!.body
  const [{ function: asked }] = tools
  expect(tools).toHaveLength(1)
  expect(asked).toMatchObject({ name: 'repair', strict: true })
  expect(rules['openai-strict'](asked.parameters)).toEqual([])
  return asked.parameters.properties
}

describe.each([
  { wire: 'streamed', stream: true },
  { wire: 'plain', stream: false },
])('a patch in the strict dialect, $wire', ({ stream }) => {
  it('mends one of several calls, the others and what was absent stay as they are', async () => {
    const wrong = { ...order, state: 'maybe' }
    await using server = await modelServer(calls(call('cancel', cancel), call('order', wrong)), {
      call: 'repair',
      args: '{"p1":"done"}',
    })
    const extraction = extract(manyOf(members), '', ask(server, { stream }))
    const { output, calls: ledger } = await extraction.result()
    expect(output).toEqual([
      { name: 'cancel', value: { order: 7 } },
      { name: 'order', value: { ...wanted, state: 'done' } },
    ])
    expect(ledger).toMatchObject([{ issues: [{ path: [1, 'value', 'state'] }] }, { kind: 'repair', outcome: 'ok' }])
    expect(extraction.attempt).toBe(1)
    expect(repairOf(server).p1).toEqual({
      type: 'string',
      enum: ['open', 'in_progress', 'done'],
      description: 'calls[1].state',
    })
  })

  it.each([
    ['mends', '{"p1":2.5,"p2":4,"remove":null}', { tea: 2.5 }],
    ['leaves out', '{"p1":null,"p2":4,"remove":["p1"]}', {}],
  ])('%s a value of a record beside one of a tuple, both lists on the wire', async (_, args, prices) => {
    const wrong = { ...order, prices: [{ key: 'tea', value: 'two' }], size: [3, 4.5] }
    await using server = await modelServer(calls(call('order', wrong)), { call: 'repair', args })
    const { output } = await extract(oneOf(members), '', ask(server, { stream })).result()
    expect(output).toEqual({ name: 'order', value: { ...wanted, prices } })
    expect(repairOf(server)).toMatchObject({
      p1: { type: ['number', 'null'], description: 'prices.tea' },
      p2: { type: 'integer', description: 'size[1]' },
      remove: { type: ['array', 'null'] },
    })
  })

  it('takes null for a value that is to be left out, and a record as pairs', async () => {
    const wrong = { ...order, note: 5, prices: 'none' }
    await using server = await modelServer(calls(call('order', wrong)), {
      call: 'repair',
      args: '{"p1":null,"p2":[{"key":"tea","value":2.5}]}',
    })
    const { output } = await extract(oneOf(members), '', ask(server, { stream })).result()
    expect(output).toEqual({ name: 'order', value: wanted })
    expect(repairOf(server)).toMatchObject({ p1: { type: ['string', 'null'] }, p2: { type: 'array' } })
  })

  it('puts in what is missing', async () => {
    const { prices, ...wrong } = order
    await using server = await modelServer(calls(call('cancel', { reason: 'x' }), call('order', wrong)), {
      call: 'repair',
      args: JSON.stringify({ p1: 7, p2: prices }),
    })
    const { output } = await extract(manyOf(members), '', ask(server, { stream })).result()
    expect(output).toEqual([
      { name: 'cancel', value: { order: 7, reason: 'x' } },
      { name: 'order', value: wanted },
    ])
    repairOf(server)
  })
})

describe.each([
  { wire: 'streamed', stream: true },
  { wire: 'plain', stream: false },
])('normalize in the strict dialect, $wire', ({ stream }) => {
  const written = {
    state: 'In Progress',
    note: null,
    prices: [
      { key: 'tea', value: '2.5' },
      { key: 'milk', value: 1 },
    ],
    size: ['3', 4],
  }
  const meant = { state: 'in_progress', prices: { tea: 2.5, milk: 1 }, size: [3, 4] }
  const warnings = [
    { path: ['state'], code: 'normalized', message: '"In Progress" was read as "in_progress"' },
    { path: ['prices', 'tea'], code: 'normalized', message: '"2.5" was read as 2.5' },
    { path: ['size', 0], code: 'normalized', message: '"3" was read as 3' },
  ]

  it('reads what was meant in records, tuples and beside absent keys', async () => {
    await using server = await modelServer(calls(call('Order', written)))
    const asked = extract(Order, '', ask(server, { stream, normalize: true, schemaName: 'Order', maxRepairs: 0 }))
    const result = await asked.result()
    expect(result.output).toEqual(meant)
    expect(result.warnings).toEqual(warnings)
  })

  it('shows nothing else in partials', async () => {
    await using server = await modelServer(calls(call('Order', written)))
    const asked = extract(Order, '', ask(server, { stream, normalize: true, schemaName: 'Order', maxRepairs: 0 }))
    const seen: any[] = []
    for await (const partial of asked) seen.push(partial)
    expect(seen.at(-1)).toEqual(meant)
    for (const { state, prices, size } of seen) {
      expect([undefined, 'in_progress']).toContain(state)
      expect([undefined, 2.5]).toContain(prices?.tea)
      expect([undefined, 3]).toContain(size?.[0])
    }
  })

  it('reads a patch, and says where its values stand', async () => {
    const wrong = { ...written, state: 'maybe' }
    await using server = await modelServer(calls(call('order', wrong)), {
      call: 'repair',
      args: '{"p1":"IN-PROGRESS"}',
    })
    const asked = extract(manyOf(members), '', ask(server, { stream, normalize: true }))
    const result = await asked.result()
    expect(result.output).toEqual([{ name: 'order', value: meant }])
    expect(result.warnings).toEqual([
      ...warnings.slice(1).map(each => ({ ...each, path: [0, 'value', ...each.path] })),
      { path: [0, 'value', 'state'], code: 'normalized', message: '"IN-PROGRESS" was read as "in_progress"' },
    ])
    repairOf(server)
  })
})
