import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ArgumentsView, TextView } from '../../src/decode/view.ts'
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
    view.feed('{"a":1,')
    view.feed('oops')
    view.feed(',"b":2}')
    expect(view.value).toEqual({ a: 1 })
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
    view.mend({ name: 'Ada' })
    expect(states([], ['name'], ['role'])).toEqual(['complete', 'complete', 'absent'])
  })

  it('says it of what stands in a wrapper, and in what is not looked at any more', () => {
    const view = viewOf(z.array(z.object({ a: z.number() })))
    view.feed('{"value":[{"a":1},[{"b":2}]')
    expect([[], [0], [0, 'a'], [1], [1, 0], [1, 0, 'b']].map(path => view.stateOf(path))).toEqual([
      ...['invalid', 'complete', 'complete'],
      ...['invalid', 'invalid', 'invalid'],
    ])
  })

  it('shows the final input once it is mended', () => {
    const view = viewOf(z.object({ a: z.number() }))
    view.feed('```json\n{"a":1}\n```')
    expect(view.value).toBeUndefined()
    view.mend({ a: 1 })
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
})
