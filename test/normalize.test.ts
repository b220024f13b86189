import { type Event, extract, manyOf, type Options } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ModelServer, modelServer, type Reply } from './helpers/model-server.ts'

const Order = z
  .object({
    state: z.enum(['open', 'in_progress', 'done']),
    note: z.string(),
    lines: z.array(z.object({ count: z.int(), price: z.number().nullable(), kind: z.literal('part') })),
  })
  .meta({ title: 'Order' })

const written = {
  state: 'In progress',
  note: 'OPEN 5',
  lines: [
    { count: '2', price: ' 1.50', kind: 'Part' },
    { count: 3, price: null, kind: 'part' },
  ],
}
const meant = {
  state: 'in_progress',
  note: 'OPEN 5',
  lines: [
    { count: 2, price: 1.5, kind: 'part' },
    { count: 3, price: null, kind: 'part' },
  ],
}
const warnings = [
  { path: ['state'], code: 'normalized', message: '"In progress" was read as "in_progress"' },
  { path: ['lines', 0, 'count'], code: 'normalized', message: '"2" was read as 2' },
  { path: ['lines', 0, 'price'], code: 'normalized', message: '" 1.50" was read as 1.5' },
  { path: ['lines', 0, 'kind'], code: 'normalized', message: '"Part" was read as "part"' },
]
const reply = (args: unknown, call = 'Order'): Reply => ({ call, args: JSON.stringify(args) })
const ask = (server: ModelServer, options: Partial<Options<any>> = {}) =>
  extract(Order, 'Order?', { model: server.model(), normalize: true, maxRepairs: 0, ...options })

describe.each([
  { wire: 'streamed', stream: true },
  { wire: 'plain', stream: false },
])('normalize, $wire', ({ stream }) => {
  it('reads what was meant, and tells each change', async () => {
    await using server = await modelServer(reply(written))
    const result = await ask(server, { stream }).result()
    expect(result.output).toEqual(meant)
    expect(result.input).toEqual(meant)
    expect(result.warnings).toEqual(warnings)
    expect(result.text).toBe(JSON.stringify(written))
    expect(result.calls).toMatchObject([{ outcome: 'ok', issues: [] }])
  })

  it('is not done unasked: nothing is coerced', async () => {
    await using server = await modelServer(reply(written))
    await expect(ask(server, { stream, normalize: undefined })).rejects.toMatchObject({
      code: 'schema_mismatch',
      issues: expect.arrayContaining([expect.objectContaining({ path: ['state'] })]),
    })
  })

  it('leaves to a repair what could mean anything', async () => {
    await using server = await modelServer(reply({ ...written, state: 'maybe' }), reply(written))
    const { output, calls, warnings: told } = await ask(server, { stream, maxRepairs: 1, repair: 'whole' }).result()
    expect(output).toEqual(meant)
    expect(calls[0]!.issues.map(({ path }) => path)).toEqual([['state']])
    expect(told).toEqual(warnings)
  })

  it('reads the values of a patch as well', async () => {
    const wrong = { ...written, state: 'maybe' }
    await using server = await modelServer(reply(wrong), reply({ p1: 'DONE' }, 'repair'))
    const { output, warnings: told } = await ask(server, { stream, maxRepairs: 1, repair: 'patch' }).result()
    expect(output).toEqual({ ...meant, state: 'done' })
    expect(told).toEqual([
      ...warnings.slice(1),
      { path: ['state'], code: 'normalized', message: '"DONE" was read as "done"' },
    ])
  })

  it.each<[string, unknown, z.ZodType, Partial<Options<any>>, unknown, (string | number)[]]>([
    ['a wrapped root', { value: 'Red' }, z.enum(['red', 'blue']), {}, 'red', []],
    [
      'a discriminator',
      { value: { kind: 'A', n: '1' } },
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), n: z.int() }),
        z.object({ kind: z.literal('b') }),
      ]),
      {},
      { kind: 'a', n: 1 },
      ['kind'],
    ],
    [
      'a record, as a strict provider writes it',
      { prices: [{ key: 'tea', value: '2.5' }] },
      z.object({ prices: z.record(z.string(), z.number()) }),
      { strict: true },
      { prices: { tea: 2.5 } },
      ['prices', 'tea'],
    ],
    ['what came in a wrapper key', { arguments: { n: '1' } }, z.object({ n: z.int() }), {}, { n: 1 }, ['n']],
  ])('knows places in %s', async (_, args, schema, options, output, path) => {
    await using server = await modelServer(reply(args))
    const asked = extract(schema, '', {
      model: server.model(),
      schemaName: 'Order',
      stream,
      normalize: true,
      ...options,
    })
    const result = await asked.result()
    expect(result.output).toEqual(output)
    expect(result.warnings.filter(({ code }) => code === 'normalized')[0]?.path).toEqual(path)
  })

  it('knows the arguments of several calls', async () => {
    const Sums = manyOf({ add: z.object({ a: z.int(), b: z.int() }) })
    await using server = await modelServer({ calls: [{ name: 'add', args: '{"a":"1","b":2}' }] })
    const { output, warnings } = await extract(Sums, '', { model: server.model(), stream, normalize: true }).result()
    expect(output).toEqual([{ name: 'add', value: { a: 1, b: 2 } }])
    expect(warnings.map(({ path }) => path)).toEqual([[0, 'value', 'a']])
  })
})

describe('partials of a normalized answer', () => {
  it('show only what was meant, whole; no issue is raised for it, and nothing is given up', async () => {
    await using server = await modelServer({ ...reply(written), pieces: 3 } as Reply)
    const events: Event[] = []
    for await (const event of ask(server, { onInvalid: 'stop' }).events()) events.push(event)
    expect(events.filter(({ type }) => type === 'issue')).toEqual([])
    const partials = events.flatMap(event => (event.type === 'partial' ? [event.value as any] : []))
    expect(partials.at(-1)).toEqual(meant)
    for (const partial of partials) {
      expect([undefined, 'in_progress']).toContain(partial.state)
      for (const line of partial.lines ?? []) {
        expect([undefined, 2, 3]).toContain(line.count)
        expect([undefined, null, 1.5]).toContain(line.price)
        expect([undefined, 'part']).toContain(line.kind)
      }
    }
    expect(new Set(events.map(({ attempt }) => attempt))).toEqual(new Set([1]))
  })

  it('are elements as well, once they close', async () => {
    await using server = await modelServer(reply(written))
    const seen: unknown[] = []
    for await (const line of ask(server).elements('lines[]')) seen.push(line)
    expect(seen).toEqual(meant.lines)
  })

  it('raise an issue where a string that was waited for means nothing', async () => {
    await using server = await modelServer(reply({ ...written, lines: [{ ...written.lines[0], count: 'two' }] }))
    const events: Event[] = []
    await ask(server, { stream: true, onEvent: event => events.push(event) }).catch(() => {})
    expect(events.flatMap(event => (event.type === 'issue' ? [event.issue.path] : []))).toEqual([['lines', 0, 'count']])
  })
})

it.each([1, 'yes', null])('normalize %j is refused', normalize => {
  expect(() => extract(Order, '', { model: 'openai/x', normalize: normalize as never })).toThrow(
    /must be true or false/,
  )
})
