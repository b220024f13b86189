import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { TextView } from '../../src/decode/text-view.ts'
import { ArgumentsView } from '../../src/decode/view.ts'
import { compileSchema } from '../../src/schema/index.ts'

const viewOf = (schema: z.ZodType, onComplete?: ConstructorParameters<typeof ArgumentsView>[1]) =>
  new ArgumentsView(compileSchema(schema), onComplete)

/** Every different snapshot while the text arrives character by character. */
const grow = (schema: z.ZodType, text: string): unknown[] => {
  const view = viewOf(schema)
  const seen: unknown[] = []
  for (const character of text) {
    view.feed(character)
    if (view.value !== undefined && view.value !== seen.at(-1)) seen.push(view.value)
  }
  return seen
}

describe('the view of an answer', () => {
  it('lets plain strings grow and shows atoms whole', () => {
    const schema = z.object({ a: z.string(), role: z.enum(['admin', 'user']), n: z.number(), when: z.iso.date() })
    expect(grow(schema, '{"a":"xy","role":"user","n":12,"when":"2026-01-02"}')).toEqual([
      {},
      { a: '' },
      { a: 'x' },
      { a: 'xy' },
      { a: 'xy', role: 'user' },
      { a: 'xy', role: 'user', n: 12 },
      { a: 'xy', role: 'user', n: 12, when: '2026-01-02' },
    ])
  })

  it('never shows a value of the wrong kind', () => {
    expect(grow(z.object({ n: z.number(), m: z.number() }), '{"n":"thirty","m":"f')).toEqual([{}])
  })

  it('never shows what leaves a union without a branch', () => {
    const card = z.object({ kind: z.literal('card'), number: z.number() })
    const note = z.object({ kind: z.literal('note'), number: z.string() })
    const schema = z.object({ pay: z.discriminatedUnion('kind', [card, note]), on: z.boolean() })
    const states = (text: string): string[] => {
      const view = viewOf(schema)
      view.feed(text)
      return [['pay'], ['pay', 'number'], ['pay', 'kind']].map(path => view.stateOf(path))
    }
    const late = '{"pay":{"number":"7","kind":"card"},"on":true}'
    expect(grow(schema, late).at(-1)).toEqual({ pay: { number: '7' }, on: true })
    expect(states(late)).toEqual(['invalid', 'invalid', 'invalid'])
    const unknown = '{"pay":{"kind":"cash","number":7},"on":true}'
    expect(grow(schema, unknown).at(-1)).toEqual({ pay: {}, on: true })
    expect(states(unknown)).toEqual(['invalid', 'invalid', 'invalid'])
  })

  it.each<[string, z.ZodType, string]>([
    ['a choice that is only begun', z.enum(['red', 'green']), '"re"'],
    ['another literal', z.literal(true), 'false'],
    ['another number', z.union([z.literal(1), z.literal(2)]), '3'],
    ['a number out of range', z.number().max(10), '11'],
    ['no date', z.iso.date(), '"today"'],
  ])('never shows an atom before it is judged: %s', (_, schema, text) => {
    expect(grow(z.object({ a: schema, b: z.string() }), `{"a":${text},"b":""}`)).toEqual([{}, { b: '' }])
    expect(grow(z.array(schema), `{"value":[${text},1]}`)).toEqual([[]])
  })

  it.each<[string, z.ZodType, string, unknown[]]>([
    ['a string', z.string(), '"xy"', ['xy']],
    ['a list', z.array(z.string()), '["x","y"]', [['x', 'y']]],
    ['an object', z.object({ x: z.string() }), '{"x":"y"}', [{ x: 'y' }]],
    [
      'an object in which something is wrong',
      z.object({ x: z.string(), n: z.int() }),
      '{"x":"y","n":"z"}',
      [{ x: 'y' }],
    ],
    ['a choice of objects', z.union([z.object({ x: z.string() }), z.object({ y: z.int() })]), '{"y":1}', [{ y: 1 }]],
  ])("shows %s that is marked 'whole' once it has closed", (_, schema, text, shown) => {
    const whole = schema.meta({ stream: 'whole' })
    expect(grow(z.object({ a: whole, b: z.boolean() }), `{"a":${text},"b":true}`)).toEqual([
      {},
      ...shown.map(a => ({ a })),
      { a: shown[0], b: true },
    ])
    expect(grow(z.array(whole), `{"value":[${text},${text}]}`)).toEqual([[], [shown[0]], [shown[0], shown[0]]])
  })

  it('refuses a mark that is none', () => {
    const schema = z.object({ rows: z.array(z.object({ name: z.string().meta({ stream: 'hole' }) })) })
    expect(() => viewOf(schema)).toThrow(
      new TypeError("Cannot show 'rows[].name' by stream: 'hole': it is 'whole' or 'first'"),
    )
  })

  it('says what an answer without the wrapper lacks', () => {
    const view = viewOf(z.array(z.int()))
    view.feed('[')
    void view.value
    expect(view.issues).toEqual([
      { path: [], code: 'invalid_type', message: "expected an object with the key 'value', got array" },
    ])
  })

  describe('holds an object back until the field that comes first in it has come', () => {
    const id = z.string().meta({ stream: 'first' })
    const Row = z.object({ name: z.string(), id, n: z.number() })

    it('in a list, in an object, and at the root', () => {
      const row = '{"name":"Ann","id":"a1","n":1}'
      const shown = ['Ann', 'a1', 1].map((_, i) => Object.fromEntries(Object.entries(JSON.parse(row)).slice(0, i + 1)))
      expect(grow(z.array(Row), `{"value":[${row},{"name":"Ben"`)).toEqual([[], ...shown.slice(1).map(each => [each])])
      expect(grow(z.object({ row: Row }), `{"row":${row}}`)).toEqual([{}, ...shown.slice(1).map(row => ({ row }))])
      expect(grow(Row, row)).toEqual(shown.slice(1))
    })

    it('until all of them have', () => {
      const schema = z.object({
        id,
        row: z.object({ at: id, text: z.string() }).meta({ stream: 'first' }),
        n: z.number(),
      })
      expect(grow(schema, '{"n":1,"row":{"text":"x","at":"y"},"id":"z"}')).toEqual([
        { n: 1, row: { text: 'x', at: 'y' }, id: 'z' },
      ])
    })

    it('and for good where it is invalid, with what stands behind it in a list', () => {
      const text = '[{"name":"Ann","id":7,"n":1},{"id":"b","n":2}]'
      expect(grow(z.object({ rows: z.array(Row), last: z.number() }), `{"rows":${text},"last":3}`)).toEqual([
        {},
        { rows: [] },
        { rows: [], last: 3 },
      ])
      expect(grow(z.object({ row: Row, last: z.number() }), '{"row":{"name":"Ann","n":1},"last":3}')).toEqual([
        {},
        { last: 3 },
      ])
    })

    it('or has closed without it, where it need not come', () => {
      expect(grow(z.object({ id: id.optional(), n: z.number() }), '{"n":1}')).toEqual([{ n: 1 }])
      expect(grow(z.array(z.object({ id: id.nullable(), n: z.number() })), '{"value":[{"n":1,"id":null}]}')).toEqual([
        [],
        [{ n: 1, id: null }],
      ])
    })

    it('only as long as an alternative that has such a field may still hold', () => {
      const schema = z.discriminatedUnion('is', [
        z.object({ is: z.literal('a'), id }),
        z.object({ is: z.literal('b'), text: z.string() }),
      ])
      expect(grow(schema, '{"value":{"is":"b","text":"x"}}')).toEqual([
        { is: 'b' },
        { is: 'b', text: '' },
        { is: 'b', text: 'x' },
      ])
      expect(grow(schema, '{"value":{"is":"a","id":"x"}}')).toEqual([{ is: 'a', id: 'x' }])
    })

    it('wherever the mark stands', () => {
      const canonical = {
        type: 'object',
        properties: { a: { $ref: '#/$defs/id' }, b: { allOf: [{ stream: 'first' }] }, n: { type: 'number' } },
        $defs: { id: { type: 'string', stream: 'first' } },
      }
      const view = new ArgumentsView({ canonical, wrapper: undefined, name: 'extract', rewrites: [] })
      const seen = ['{"n":1,', '"a":"x",', '"b":true'].map(piece => {
        view.feed(piece)
        return view.value
      })
      expect(seen).toEqual([undefined, undefined, { n: 1, a: 'x', b: true }])
    })

    it('is open all the while, and what stands in it is absent', () => {
      const view = viewOf(z.object({ rows: z.array(Row) }))
      view.feed('{"rows":[{"name":"Ann"')
      const paths = [
        ['rows', 0],
        ['rows', 0, 'name'],
        ['rows', 0, 'id'],
      ]
      expect(paths.map(path => view.stateOf(path))).toEqual(['open', 'absent', 'absent'])
      view.feed(',"id":"a1"')
      expect(paths.map(path => view.stateOf(path))).toEqual(['open', 'complete', 'complete'])
    })

    it('and warns of a key that comes again', () => {
      const view = viewOf(z.object({ row: Row }))
      view.feed('{"row":{"name":"Ann","n":1},"row":{"id":"a","name":"Ben","n":2}}')
      expect(view.parser?.warnings.map(({ path }) => path)).toEqual([['row']])
      expect(view.value).toEqual({ row: { id: 'a', name: 'Ben', n: 2 } })
    })
  })

  it('never shows the wrapper of a root that had to be wrapped', () => {
    expect(grow(z.array(z.string()), '{"value":["a","b"]}')).toEqual([[], [''], ['a'], ['a', ''], ['a', 'b']])
    expect(grow(z.number(), '{"value":12}')).toEqual([12])
    expect(grow(z.enum(['yes', 'no']), '{"value":"yes"}')).toEqual(['yes'])
    expect(grow(z.string().min(2), '{"value":"yes"}')).toEqual(['', 'y', 'ye', 'yes'])
  })

  it.each(['[1,2]', '"text"', 'null', '```json\n{}', 'Sure! {"a":1}'])(
    'shows nothing of what is no object: %s',
    text => {
      expect(grow(z.object({ a: z.number() }), text)).toEqual([])
    },
  )

  it('stops growing at what is no JSON, and keeps the text', () => {
    const view = viewOf(z.object({ a: z.number(), b: z.number() }))
    for (const piece of ['{"a":1,', 'oops', ',"b":2}']) {
      view.feed(piece)
      expect(view.value).toEqual({ a: 1 })
    }
    expect(view.text).toBe('{"a":1,oops,"b":2}')
  })

  it('is the same object while nothing happens', () => {
    const view = viewOf(z.object({ a: z.array(z.number()), n: z.number() }))
    view.feed('{"a":[1], ')
    const before = view.value
    view.feed('  "n"  : 12')
    expect(view.value).toBe(before)
    view.feed(' ')
    expect(view.value).not.toBe(before)
    expect((view.value as { a: unknown }).a).toBe((before as { a: unknown }).a)
  })

  it('tells of every value that closes, in the shape of the user', () => {
    const heard: unknown[] = []
    const view = viewOf(z.array(z.object({ a: z.string() })), {
      onComplete: (path, value) => heard.push([path(), value]),
    })
    view.feed('{"value":[{"a":"x"}]}')
    expect(heard).toEqual([])
    expect(view.value).toEqual([{ a: 'x' }])
    expect(heard).toEqual([
      [[0, 'a'], 'x'],
      [[0], { a: 'x' }],
      [[], [{ a: 'x' }]],
    ])
  })

  it('says of every place how far it has come', () => {
    const schema = z.object({
      name: z.string(),
      role: z.enum(['admin', 'user']),
      rows: z.array(z.object({ n: z.number() })),
      late: z.string(),
    })
    const view = viewOf(schema)
    const states = (...paths: (string | number)[][]) => paths.map(path => view.stateOf(path))
    expect(states([], ['name'])).toEqual(['absent', 'absent'])
    view.feed('{"name":"A')
    expect(states([], ['name'], ['role'], ['name', 'length'])).toEqual(['open', 'open', 'absent', 'absent'])
    view.feed('da","role":"us')
    expect(states(['name'], ['role'])).toEqual(['complete', 'open'])
    view.feed('er","rows":[{"n":1},{"n":"x"},{"n":')
    expect(states(['role'], ['rows', 0], ['rows', 0, 'n'], ['rows', '0'])).toEqual([
      'complete',
      'complete',
      'complete',
      'absent',
    ])
    expect(states([], ['rows'], ['rows', 1], ['rows', 1, 'n'])).toEqual(Array(4).fill('invalid'))
    expect(states(['rows', 2], ['rows', 2, 'n'], ['rows', 3], ['toString'])).toEqual([
      'open',
      'absent',
      'absent',
      'absent',
    ])
    view.feed('3')
    expect(states(['rows', 2, 'n'])).toEqual(['open'])
    view.feed('}]}')
    expect(states(['rows', 2], ['late'], ['name'])).toEqual(['complete', 'invalid', 'complete'])
    view.settle()
    expect(states([], ['name'], ['late'])).toEqual(['complete', 'complete', 'absent'])
  })

  it('says it of what stands in a wrapper, and in what is not looked at any more', () => {
    const view = viewOf(z.array(z.object({ a: z.number() })))
    view.feed('{"value":[{"a":1},[{"b":2}]')
    expect([[], [0], [0, 'a'], [1], [1, 0], [1, 0, 'b']].map(path => view.stateOf(path))).toEqual([
      ...['invalid', 'complete', 'complete'],
      ...['invalid', 'invalid', 'invalid'],
    ])
  })

  it('says that all is open that the strict end may unwrap', () => {
    const view = viewOf(z.object({ rows: z.array(z.number()) }))
    view.feed('{"rows":"[1]"')
    expect([[], ['rows'], ['rows', 0]].map(path => view.stateOf(path))).toEqual(['open', 'open', 'absent'])
    expect(view.value).toEqual({})
    view.feed('}')
    expect(view.stateOf([])).toBe('open')
    view.settle()
    expect([[], ['rows'], ['rows', 0]].map(path => view.stateOf(path))).toEqual(Array(3).fill('complete'))

    const wrapped = viewOf(z.object({ rows: z.array(z.number()) }))
    wrapped.feed('{"arguments":{"rows":[1]}}')
    expect([[], ['rows']].map(path => wrapped.stateOf(path))).toEqual(['open', 'absent'])
  })

  it('shows the final input once it is settled', () => {
    const view = viewOf(z.object({ a: z.number() }))
    view.feed('```json\n{"a":1}\n```')
    expect(view.value).toBeUndefined()
    view.settle()
    expect(view.value).toEqual({ a: 1 })
  })
})

describe('the view of a text', () => {
  it('is the text, and nothing while there is none', () => {
    const view = new TextView()
    expect(view.value).toBeUndefined()
    view.feed('Hel')
    view.feed('lo')
    expect(view.value).toBe('Hello')
  })

  it('never ends in half a character, unless the answer does', () => {
    const view = new TextView()
    view.feed('\ud83d')
    expect([view.value, view.text]).toEqual([undefined, '\ud83d'])
    view.feed('\ude00b')
    expect(view.value).toBe('😀b')
    view.feed('\ud83d')
    expect(view.value).toBe('😀b')
    view.finish()
    expect(view.value).toBe('😀b\ud83d')
  })
})
