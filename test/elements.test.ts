import { type Event, type Extraction, extract, type Issue } from 'decant'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { eventByEvent, eventStream, eventsText, fetchOf, streamOf } from './helpers/answer.ts'
import { modelServer } from './helpers/model-server.ts'

const Row = z.object({ id: z.int(), name: z.string() })
const Rows = z.array(Row).meta({ title: 'rows' })
const Shop = z
  .object({ name: z.string(), orders: z.array(z.object({ id: z.int(), items: z.array(z.string()) })) })
  .meta({ title: 'shop' })

const rows = [
  { id: 1, name: 'Ann' },
  { id: 2, name: 'Ben' },
  { id: 3, name: 'Cem' },
]
const shop = {
  name: 'Corner',
  orders: [
    { id: 1, items: ['tea', 'jam'] },
    { id: 2, items: [] },
    { id: 3, items: ['rye'] },
  ],
}

const pieces = (value: unknown, size = 4): string[] => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
}
const wrapped = (list: unknown): string[] => pieces({ value: list })

/** Answers in order, each streamed in small pieces. */
const answers = (name: string, ...all: readonly string[][]) => ({
  model: 'openai/scripted',
  maxRetries: 0,
  fetch: fetchOf(request => streamOf({ name, pieces: all[request]! })),
})

/** The same, one event in each piece of the network. */
const inPieces = (name: string, answer: readonly string[]) => {
  const { fetch, ...options } = answers(name, [...answer])
  return {
    ...options,
    fetch: async (...request: Parameters<typeof fetch>) => eventByEvent(await (await fetch(...request)).text()),
  }
}

/** The answer as far as its stream brings it before it breaks off. */
const cutOff = (name: string, pieces: readonly string[]): Response =>
  eventStream(eventsText({ name, pieces: [...pieces] }).split('data: {"choices":[{"index":0,"delta":{},')[0]!)

const collect = async <T>(iterable: AsyncIterable<T>, into: T[] = []): Promise<T[]> => {
  for await (const each of iterable) into.push(each)
  return into
}

describe('elements', () => {
  it('are those of a root list, each once, in order, as they close', async () => {
    const extraction = extract(Rows, '', inPieces('rows', wrapped(rows)))
    const seen: unknown[] = []
    for await (const row of extraction.elements()) {
      seen.push(row)
      expect(extraction.isComplete(`[${seen.length - 1}]` as '[0]')).toBe(true)
      // The last one closes before the answer does.
      if (seen.length < 3) expect(extraction.isComplete('')).toBe(false)
    }
    expect(seen).toEqual(rows)
  })

  it('are those of a list further in, or of every list of many', async () => {
    const start = () => extract(Shop, '', answers('shop', pieces(shop)))
    expect(await collect(start().elements('orders[]'))).toEqual(shop.orders)
    expect(await collect(start().elements('orders[].items[]'))).toEqual(['tea', 'jam', 'rye'])
    expect(await collect(start().elements('orders[2].items[]'))).toEqual(['rye'])
  })

  it('are the very objects that partials show', async () => {
    const extraction = extract(Shop, '', answers('shop', pieces(shop)))
    const [elements, partials] = await Promise.all([collect(extraction.elements('orders[]')), collect(extraction)])
    expect(partials.at(-1)!.orders![0]).toBe(elements[0])
  })

  it('come at the end when nothing is streamed', async () => {
    await using server = await modelServer({ call: 'rows', args: JSON.stringify({ value: rows }) })
    const extraction = extract(Rows, '', { model: server.model(), stream: false })
    expect(await collect(extraction.elements())).toEqual(rows)
    expect(server.requests[0]!.body).not.toHaveProperty('stream')
  })

  it('stand beside every other reader of the same run', async () => {
    const extraction = extract(Rows, '', answers('rows', wrapped(rows)))
    const [one, two, partials, output] = await Promise.all([
      collect(extraction.elements()),
      collect(extraction.elements()),
      collect(extraction),
      extraction,
    ])
    expect([one, two, partials.at(-1), output]).toEqual([rows, rows, rows, rows])
    expect(extraction.calls).toHaveLength(1)
  })

  it('cost no snapshot: a list of them is not copied for each that closes', async () => {
    const many = Array.from({ length: 500 }, (_, id) => ({ id, name: '' }))
    const slice = vi.spyOn(Array.prototype, 'slice')
    let seen = 0
    for await (const _ of extract(Rows, '', inPieces('rows', wrapped(many))).elements()) seen++
    const copied = slice.mock.contexts.reduce<number>((sum, list) => sum + (list as unknown[]).length, 0)
    slice.mockRestore()
    expect(seen).toBe(500)
    expect(copied).toBeLessThan(20 * 500)
  })

  it('come to a late reader from the first one on, in the middle and after the end', async () => {
    const extraction = extract(Rows, '', answers('rows', wrapped(rows)))
    for await (const _ of extraction.elements()) break
    await expect(collect(extraction.elements())).rejects.toMatchObject({ name: 'AbortError' })

    const again = extract(Rows, '', answers('rows', wrapped(rows)))
    const first = again.elements()[Symbol.asyncIterator]()
    await first.next()
    expect(await collect(again.elements())).toEqual(rows)
    expect(await collect(again.elements())).toEqual(rows)
    expect(await collect({ [Symbol.asyncIterator]: () => first })).toEqual(rows.slice(1))
  })

  it('come from an answer that had to be unwrapped', async () => {
    const twice = extract(Rows, '', answers('rows', pieces({ value: JSON.stringify(rows) })))
    expect(await collect(twice.elements())).toEqual(rows)
    const inside = extract(Shop, '', answers('shop', pieces({ arguments: shop })))
    expect(await collect(inside.elements('orders[].items[]'))).toEqual(['tea', 'jam', 'rye'])
    expect(await collect(inside.elements('orders[].items[]'))).toEqual(['tea', 'jam', 'rye'])
  })

  it('wait for one that is JSON encoded twice: the end decodes it, and they come in order', async () => {
    const Orders = z.object({ rows: z.array(z.object({ id: z.int() })) }).meta({ title: 'orders' })
    const answer = ['{"rows":[{"id":1},', String.raw`"{\"id\":2}",`, '{"id":3},', '{"id":4}]}']
    const events: Event[] = []
    const options = { ...inPieces('orders', answer), onEvent: (event: Event) => void events.push(event) }
    const seen: [number, number][] = []
    const extraction = extract(Orders, '', options)
    for await (const { id } of extraction.elements('rows[]')) seen.push([id, extraction.attempt])
    expect(seen).toEqual([1, 2, 2, 2].map((attempt, n) => [n + 1, attempt]))
    const closed = events.filter(event => event.type === 'complete' && event.attempt === 2) as { path: Issue['path'] }[]
    const paths = [0, 1, 2, 3].flatMap(n => [`rows.${n}.id`, `rows.${n}`])
    expect(closed.map(({ path }) => path.join('.'))).toEqual([...paths, 'rows', ''])
  })

  it('wait for one in a list before, however many are empty in between', async () => {
    const Rows = z.array(z.object({ tags: z.array(z.string()) }))
    const Tagged = z.object({ rows: Rows }).meta({ title: 'tagged' })
    const first = { tags: ['first'] }
    for (const row of [JSON.stringify(first), { tags: JSON.stringify(first.tags) }]) {
      const answer = pieces({ rows: [row, { tags: [] }, { tags: ['second'] }] })
      const extraction = extract(Tagged, '', inPieces('tagged', answer))
      expect(await collect(extraction.elements('rows[].tags[]'))).toEqual(['first', 'second'])
    }
  })

  it('come in the end where what seemed encoded twice is a string like any other', async () => {
    const Note = z.looseObject({ kind: z.literal('note') })
    const List = z.object({ kind: z.literal('list'), text: z.array(z.string()) })
    const Notes = z.array(z.discriminatedUnion('kind', [Note, List])).meta({ title: 'notes' })
    const answer = [
      { text: '[]', kind: 'note' },
      { kind: 'list', text: ['x'] },
    ]
    const extraction = extract(Notes, '', inPieces('notes', wrapped(answer)))
    const partials = collect(extraction)
    expect(await collect(extraction.elements())).toEqual(answer)
    expect(await extraction).toEqual(answer)
    expect((await partials).at(-1)).toEqual(answer)
    expect(extraction.stateOf('[0].text' as '')).toBe('complete')
    expect(extraction.isComplete('')).toBe(true)
  })

  it('of a key that comes twice are those of its last value, and nothing is handed out that is in no answer', async () => {
    const Twice = z.object({ a: z.array(z.int()) }).meta({ title: 'twice' })
    const late = extract(Twice, '', answers('twice', pieces('{"a":[1,2],"a":[3]}')))
    expect(await late).toEqual({ a: [3] })
    expect(await collect(late.elements('a[]'))).toEqual([3])

    const live = extract(Twice, '', { ...inPieces('twice', pieces('{"a":[1,2],"a":[3]}')), maxRepairs: 0 })
    const seen: unknown[] = []
    await expect(collect(live.elements('a[]'), seen)).rejects.toMatchObject({
      handedOut: [
        ['a', 0],
        ['a', 1],
      ],
    })
    expect(seen).toEqual([1, 2])
  })

  it('fail after the elements that came', async () => {
    const extraction = extract(Rows, '', {
      ...answers('rows'),
      fetch: fetchOf(() => cutOff('rows', wrapped(rows).slice(0, 12))),
    })
    const seen: unknown[] = []
    await expect(collect(extraction.elements(), seen)).rejects.toMatchObject({ code: 'interrupted' })
    expect(seen).toEqual(rows.slice(0, 1))
  })
})

describe('an invalid element', () => {
  const bad = [rows[0], { id: 'two', name: 'Ben' }, 'three', { id: 4 }, { id: 5, name: 'Eve' }]

  it('is told as an issue, and holds up nothing', async () => {
    const issues: unknown[] = []
    const onEvent = (event: Event): void => void (event.type === 'issue' && issues.push(event.issue.path))
    const extraction = extract(Rows, '', { ...answers('rows', wrapped(bad)), maxRepairs: 0, onEvent })
    const seen: unknown[] = []
    await expect(collect(extraction.elements(), seen)).rejects.toMatchObject({ code: 'schema_mismatch' })
    expect(seen).toEqual([rows[0], { id: 5, name: 'Eve' }])
    expect(issues).toEqual([[1, 'id'], [2], [3, 'name']])
  })

  const better = [rows[0], { id: 2, name: 'Ben' }, rows[2], { id: 4, name: 'Dan' }, bad[4]]
  /** The first answer has bad ones; the repair asks for all again. */
  const whole = (again: unknown) =>
    extract(Rows, '', { ...answers('rows', wrapped(bad), wrapped(again)), repair: 'whole' })
  const read = async (extraction: Extraction<any, unknown>) => {
    const seen: unknown[] = []
    const error = await collect(extraction.elements('[]' as never), seen).catch(reason => reason)
    return { seen, error }
  }

  it('is asked for alone, however small the answer is: what was handed out is final', async () => {
    await using server = await modelServer(
      { call: 'rows', args: JSON.stringify({ value: bad }) },
      { call: 'repair', args: JSON.stringify({ p1: 2, p2: rows[2], p3: 'Dan' }) },
    )
    const extraction = extract(Rows, '', { model: server.model() })
    expect(await collect(extraction.elements())).toEqual([rows[0], bad[4], better[1], rows[2], better[3]])
    expect(await extraction).toEqual(better)
    expect(await collect(extraction.elements())).toEqual(better)
    expect(server.requests[1]!.body.tool_choice.function.name).toBe('repair')
  })

  it('comes once the whole is repaired, after those that were handed out have come again', async () => {
    const extraction = whole(better)
    expect(await collect(extraction.elements())).toEqual([rows[0], bad[4], better[1], rows[2], better[3]])
    expect(await extraction).toEqual(better)
    expect(await collect(extraction.elements())).toEqual(better)
  })

  it.each<[string, readonly unknown[], readonly number[]]>([
    ['drops it', [rows[0], bad[4]], [4]],
    ['says something else of one that was handed out', [{ id: 9, name: 'another' }, ...better.slice(1)], [0]],
    ['adds one in front', [{ id: 0, name: 'Zoe' }, ...better], [0, 4]],
    ['drops everything', [], [0, 4]],
  ])('hands out nothing twice when a repair of the whole %s', async (_, again, lost) => {
    const extraction = whole(again)
    const { seen, error } = await read(extraction)
    expect(seen).toEqual([rows[0], bad[4]])
    expect(error).toMatchObject({
      name: 'OutputError',
      code: 'schema_mismatch',
      handedOut: [[0], [4]],
      issues: lost.map(index => ({ path: [index], code: 'handed_out' })),
      message: expect.stringMatching(/handed out are final, so nothing was repaired: \[0\], \[4\]$/),
    })
    await expect(extraction).rejects.toBe(error)
    expect(extraction.calls.map(({ outcome }) => outcome)).toEqual(['schema_mismatch', 'schema_mismatch'])
  })

  it('comes at the end when the schema takes more than its JSON Schema says', async () => {
    const Kind = z3like()
    const extraction = extract(Kind, '', answers('kinds', wrapped(['a', 'bb'])))
    expect(await collect(extraction.elements())).toEqual(['a', 'bb'])
  })
})

/** A Standard JSON Schema whose library takes more than it says. */
const z3like = () => ({
  '~standard': {
    version: 1 as const,
    vendor: 'lenient',
    validate: (value: unknown) => ({ value: value as string[] }),
    types: undefined as { input: string[]; output: string[] } | undefined,
    jsonSchema: {
      input: () => ({ type: 'array', title: 'kinds', items: { type: 'string', maxLength: 1 } }),
      output: () => ({}),
    },
  },
})

describe('a retry', () => {
  it('does not hand out again what was handed out', async () => {
    const fetch = fetchOf(request =>
      request === 0 ? cutOff('rows', wrapped(rows).slice(0, 13)) : streamOf({ name: 'rows', pieces: wrapped(rows) }),
    )
    const extraction = extract(Rows, '', { model: 'openai/scripted', fetch, maxRetries: 1 })
    const attempts: number[] = []
    const seen: unknown[] = []
    for await (const row of extraction.elements()) {
      attempts.push(extraction.attempt)
      seen.push(row)
    }
    expect(seen).toEqual(rows)
    expect(extraction.attempt).toBe(2)
  }, 20_000)

  it('has the same elements again where strings and lists stand for dates and Maps', async () => {
    const Visit = z.object({ at: z.date(), paid: z.map(z.string(), z.bigint()), page: z.instanceof(URL) })
    const Visits = z.array(Visit).meta({ title: 'visits' })
    const visit = { at: '2026-01-02T00:00:00Z', paid: [{ key: 'a', value: '7' }], page: 'https://a.example' }
    const bad = answers('visits', wrapped([visit, { ...visit, at: 'soon' }]), wrapped([visit, visit]))
    const extraction = extract(Visits, '', { ...bad, repair: 'whole', onInvalid: 'finish' })
    const seen = await collect(extraction.elements())
    const decoded = { at: new Date(visit.at), paid: new Map([['a', 7n]]), page: new URL(visit.page) }
    expect(seen).toEqual([decoded, decoded])
    expect(await extraction).toEqual(seen)
    expect(extraction.attempt).toBe(2)
  })

  it('has the same elements again where the schema sorts what it gets', async () => {
    const sorted = (list: any) => list.sort((a: number, b: number) => b - a)
    const Numbers = z.object({ list: z.preprocess(sorted, z.array(z.number())) }).meta({ title: 'numbers' })
    const fetch = fetchOf(request =>
      request === 0
        ? cutOff('numbers', ['{"list":[1,', '2,'])
        : streamOf({ name: 'numbers', pieces: ['{"list":[1,', '2,3]}'] }),
    )
    const extraction = extract(Numbers, '', { model: 'openai/scripted', fetch, maxRetries: 1 })
    expect(await collect(extraction.elements('list[]'))).toEqual([1, 2, 3])
    expect(await extraction).toEqual({ list: [3, 2, 1] })
    expect(extraction.attempt).toBe(2)
  }, 20_000)

  it('has the same elements again whatever the caller has done with them', async () => {
    const fetch = fetchOf(request =>
      request === 0 ? cutOff('rows', wrapped(rows).slice(0, 13)) : streamOf({ name: 'rows', pieces: wrapped(rows) }),
    )
    const ids: number[] = []
    for await (const row of extract(Rows, '', { model: 'openai/scripted', fetch, maxRetries: 1 }).elements()) {
      ids.push(row.id)
      row.name = 'changed'
    }
    expect(ids).toEqual([1, 2, 3])
  }, 20_000)

  it('fails where it has others in the place of those that were handed out', async () => {
    const other = [rows[2], rows[0], rows[1]]
    const fetch = fetchOf(request =>
      request === 0 ? cutOff('rows', wrapped(rows).slice(0, 13)) : streamOf({ name: 'rows', pieces: wrapped(other) }),
    )
    const extraction = extract(Rows, '', { model: 'openai/scripted', fetch, maxRetries: 1 })
    const seen: unknown[] = []
    await expect(collect(extraction.elements(), seen)).rejects.toMatchObject({ handedOut: [[0]] })
    expect(seen).toEqual(rows.slice(0, 1))
  }, 20_000)
})

describe('a schema for the elements', () => {
  const Upper = Row.transform(async ({ name }) => name.toUpperCase())

  it('decodes each, asynchronously too, in order', async () => {
    let last = 3
    const Slow = Row.transform(async row => {
      for (let ticks = 20 * last--; ticks > 0; ticks--) await undefined
      return row.id
    })
    const extraction = extract(Rows, '', answers('rows', wrapped(rows)))
    const [names, ids] = await Promise.all([
      collect(extraction.elements('[]', Upper)),
      collect(extraction.elements('[]', Slow)),
    ])
    expect(names).toEqual(['ANN', 'BEN', 'CEM'])
    expect(ids).toEqual([1, 2, 3])
    expect(await collect(extraction.elements('[]', Upper))).toEqual(names)
  })

  it('leaves out what it refuses and tells of it, before the end', async () => {
    const events: Event[] = []
    const onEvent = (event: Event): void => void events.push(event)
    const NoBen = Row.refine(({ name }) => name !== 'Ben', { path: ['name'], message: 'not Ben' })
    const extraction = extract(Shop, '', {
      ...answers(
        'shop',
        pieces({
          name: '',
          orders: [
            { id: 1, items: ['a', 'b'] },
            { id: 2, items: ['b'] },
          ],
        }),
      ),
      onEvent,
    })
    const NoB = z.string().refine(text => text !== 'b', 'not b')
    expect(await collect(extraction.elements('orders[].items[]', NoB))).toEqual(['a'])
    const issues = events.filter(event => event.type === 'issue').map(({ issue }) => issue)
    expect(issues).toMatchObject([
      { path: ['orders', 0, 'items', 1], message: 'not b' },
      { path: ['orders', 1, 'items', 0], message: 'not b' },
    ])
    expect(events.at(-1)!.type).toBe('finish')

    await using server = await modelServer({ call: 'rows', args: JSON.stringify({ value: rows }) })
    const plain = extract(Rows, '', { model: server.model(), stream: false, onEvent: event => events.push(event) })
    expect(await collect(plain.elements('[]', NoBen))).toEqual([rows[0], rows[2]])
    expect(events.slice(-3).map(({ type }) => type)).toContain('issue')
  })

  it('may change what it gets: nobody else sees it', async () => {
    const Louder = z.preprocess((row: any) => Object.assign(row, { name: `${row.name}!` }), Row)
    const extraction = extract(Rows, '', answers('rows', wrapped(rows)))
    const [loud, partials] = await Promise.all([collect(extraction.elements('[]', Louder)), collect(extraction)])
    expect(loud).toMatchObject([{ name: 'Ann!' }, { name: 'Ben!' }, { name: 'Cem!' }])
    expect(partials.at(-1)).toEqual(rows)
  })

  it('fails its own loop with what it throws, and no other reader', async () => {
    const bug = new Error('a bug')
    const Broken = Row.transform(({ id, name }) => {
      if (id === 2) throw bug
      return name
    })
    const extraction = extract(Rows, '', answers('rows', wrapped(rows)))
    const seen: string[] = []
    const broken = collect(extraction.elements('[]', Broken), seen)
    const [plain] = await Promise.all([collect(extraction.elements()), expect(broken).rejects.toBe(bug)])
    expect(seen).toEqual(['Ann'])
    expect(plain).toEqual(rows)
  })

  it('that never settles does not outlive an abort', async () => {
    const Never = Row.transform(() => new Promise<string>(() => {}))
    const extraction = extract(Rows, '', answers('rows', wrapped(rows)))
    const elements = collect(extraction.elements('[]', Never))
    const reason = new Error('enough')
    setTimeout(() => extraction.abort(reason), 5)
    await expect(elements).rejects.toBe(reason)
    await expect(extraction).rejects.toBe(reason)
  })
})

it.each<[string, z.ZodType, string, string]>([
  ['a Set', z.set(z.string()), '[]', 'the root'],
  ['a Map', z.object({ m: z.map(z.string(), z.int()).nullable() }), 'm[]', "'m'"],
])('%s is no list', (_, schema, path, place) => {
  const extraction: Extraction<any, unknown> = extract(schema, '', answers('extract'))
  expect(() => extraction.elements(path as never)).toThrow(
    new TypeError(`Cannot read the elements at '${path}': ${place} is no list`),
  )
})

describe('a path that is not in the schema', () => {
  const extraction: Extraction<any, unknown> = extract(Shop, '', answers('shop'))
  const list: Extraction<any, unknown> = extract(Rows, '', answers('rows'))
  const whole = 'Cannot read the elements at'

  it.each([
    ['ordrs[]', `${whole} 'ordrs[]': the root has no 'ordrs' (did you mean 'orders'?)`],
    ['orders[].itms[]', `${whole} 'orders[].itms[]': 'orders[]' has no 'itms' (did you mean 'items'?)`],
    ['shelves[]', `${whole} 'shelves[]': the root has no 'shelves'; there are name, orders`],
    ['name[]', `${whole} 'name[]': 'name' is no list`],
    ['[]', `${whole} '[]': the root is no list`],
    ['orders', `${whole} 'orders': the path of a list's elements ends with '[]'`],
    ['', `${whole} '': the path of a list's elements ends with '[]'`],
    ['orders[x]', `${whole} 'orders[x]': it goes wrong at '[x]'; a path is like 'orders[].items[2].price'`],
    ['.orders[]', `${whole} '.orders[]': it goes wrong at '.orders[]'; a path is like 'orders[].items[2].price'`],
    [
      'orders[]items[]',
      `${whole} 'orders[]items[]': it goes wrong at 'items[]'; a path is like 'orders[].items[2].price'`,
    ],
    [5, `${whole} '5': a path is a string such as 'orders[].items[]'`],
  ])('%s is a TypeError that says so', (path, message) => {
    expect(() => extraction.elements(path as never)).toThrow(new TypeError(message))
  })

  it('is told by isComplete as well', () => {
    const isComplete = (path: string) => extraction.isComplete(path as never)
    expect(() => isComplete('orders[0].nam')).toThrow(
      new TypeError(`Cannot tell of 'orders[0].nam': 'orders[0]' has no 'nam'; there are id, items`),
    )
    expect(() => isComplete('orders[].id')).toThrow(
      new TypeError(`Cannot tell of 'orders[].id': a value has one place, so every list needs an index`),
    )
  })

  it('is one only when the schema knows', () => {
    const open = extract(z.object({ any: z.any(), rest: z.record(z.string(), z.array(z.int())) }), '', answers('open'))
    open.elements('any.thing[].at[]')
    open.elements('rest.whatever[]')
    list.elements('[]')
    expect(() => open.elements('rest.a[].b[]' as never)).toThrow(TypeError)
  })

  it('sends nothing, and nor does one that is right until it is read', async () => {
    let requests = 0
    const fetch = fetchOf(() => {
      requests++
      return streamOf({ name: 'rows', pieces: wrapped(rows) })
    })
    const untouched = extract(Rows, '', { model: 'openai/scripted', fetch })
    untouched.elements()[Symbol.asyncIterator]()
    await new Promise(resolve => setTimeout(resolve, 5))
    expect(requests).toBe(0)
    expect(() => untouched.elements('[]', { type: 'object' } as never)).toThrow(TypeError)
  })
})

describe('what is certain', () => {
  it('is told of any path while it grows', async () => {
    const extraction = extract(Shop, '', {
      ...inPieces(
        'shop',
        pieces({
          name: 'Corner',
          orders: [
            { id: 1, items: ['tea', 'jam'] },
            { id: 'x', items: [] },
          ],
        }),
      ),
      maxRepairs: 0,
    })
    expect([extraction.stateOf(''), extraction.isComplete('')]).toEqual(['absent', false])
    const paths = ['', 'name', 'orders[0]', 'orders[0].items[1]', 'orders[1]', 'orders[1].id', 'orders[2]'] as const
    const seen = new Map(paths.map(path => [path, [] as string[]]))
    const loop = async () => {
      for await (const _ of extraction.events())
        for (const [path, states] of seen) {
          const state = extraction.stateOf(path)
          expect(extraction.isComplete(path)).toBe(state === 'complete')
          if (states.at(-1) !== state) states.push(state)
        }
    }
    await expect(loop()).rejects.toMatchObject({ code: 'schema_mismatch' })
    expect(Object.fromEntries(seen)).toEqual({
      '': ['absent', 'open', 'invalid'],
      name: ['absent', 'open', 'complete'],
      'orders[0]': ['absent', 'open', 'complete'],
      'orders[0].items[1]': ['absent', 'open', 'complete'],
      'orders[1]': ['absent', 'open', 'invalid'],
      'orders[1].id': ['absent', 'invalid'],
      'orders[2]': ['absent'],
    })
  })

  it('is all of it at the end, of an unwrapped answer and of a text too', async () => {
    const inside = extract(Shop, '', answers('shop', pieces({ arguments: shop })))
    await inside
    expect([inside.isComplete(''), inside.isComplete('orders[2].items[0]')]).toEqual([true, true])
    await using server = await modelServer({ text: 'hello' })
    const text = extract(z.string(), '', { model: server.model() })
    for await (const _ of text) expect(['open', 'complete']).toContain(text.stateOf(''))
    expect(text.isComplete('')).toBe(true)
  })
})

describe('back-pressure', () => {
  it.each(['a slow reader of elements', 'a slow schema for them'])(
    '%s makes the socket wait',
    async who => {
      const chunks = 2000
      let written = 0
      await using server = await modelServer((_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const call = { index: 0, id: 'c', function: { name: 'rows', arguments: '{"value":[' } }
        const chunk = (calls: object): string =>
          `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [calls], padding: 'x'.repeat(20_000) } }] })}\n\n`
        response.write(chunk(call))
        const write = (): void => {
          while (written < chunks) {
            written++
            const text = `${written > 1 ? ',' : ''}{"id":${written},"name":""}`
            if (!response.write(chunk({ index: 0, function: { arguments: text } })))
              return void response.once('drain', write)
          }
        }
        write()
      })
      const extraction = extract(Rows, '', { model: server.model(), maxRetries: 0 })
      const Stuck = Row.transform(({ id }) => (id === 1 ? id : new Promise<number>(() => {})))
      const elements: AsyncIterable<unknown> =
        who === 'a slow reader of elements' ? extraction.elements() : extraction.elements('[]', Stuck)
      const iterator = elements[Symbol.asyncIterator]()
      expect((await iterator.next()).done).toBe(false)
      let before = -1
      // Until nothing more is taken.
      while (before !== written) {
        before = written
        await new Promise(resolve => setTimeout(resolve, 100))
      }
      expect(written).toBeLessThan(chunks)
      extraction.abort()
      await expect(extraction).rejects.toMatchObject({ name: 'AbortError' })
    },
    20_000,
  )
})
