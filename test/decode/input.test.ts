import { type } from 'arktype'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as z3 } from 'zod/v3'
import { decodeStrict } from '../../src/decode/strict.ts'
import { ArgumentsView } from '../../src/decode/view.ts'
import { compileSchema } from '../../src/schema/index.ts'
import type { Issue } from '../../src/types.ts'

const text = JSON.stringify({
  at: '2026-01-02T03:04:05Z',
  big: '9007199254740993',
  tags: ['a', 'b', 'a'],
  ages: [
    { key: 'Ann', value: { since: '2020-01-01T00:00:00Z' } },
    { key: 'Bob', value: { since: null } },
  ],
  end: 'x',
})
const value = {
  at: new Date('2026-01-02T03:04:05Z'),
  big: 9007199254740993n,
  tags: new Set(['a', 'b']),
  ages: new Map([
    ['Ann', { since: new Date('2020-01-01T00:00:00Z') }],
    ['Bob', { since: null }],
  ]),
  end: 'x',
}
const declare = (z: any, nullable: (schema: any) => any) =>
  z.object({
    at: z.date(),
    big: z.bigint(),
    tags: z.set(z.string()),
    ages: z.map(z.string(), z.object({ since: nullable(z.date()) })),
    end: z.string(),
  })

describe.each([
  ['Zod 4', declare(z, schema => schema.nullable())],
  ['Zod 4 mini', declare(mini, mini.nullable)],
  ['Zod 3', declare(z3, schema => schema.nullable())],
])('values that JSON has no word for: %s', (_, schema) => {
  const declaration = compileSchema<any, any>(schema)

  it('are what the schema receives, and gives', async () => {
    let received: unknown
    const validate = (input: unknown) => {
      received = input
      return declaration.validate(input)
    }
    const input = JSON.parse(text)
    expect(await decodeStrict(text, { ...declaration, validate })).toEqual({
      ok: true,
      output: value,
      input,
      warnings: [],
    })
    expect(received).toEqual(value)
  })

  it('arrive whole in partials, in which nothing is taken back', () => {
    const view = new ArgumentsView(declaration)
    const shown: any[] = []
    for (const character of text) {
      view.feed(character)
      shown.push(view.value)
    }
    expect(view.issues).toEqual([])
    for (const [key, whole] of Object.entries(value)) {
      const seen = shown.filter(partial => partial && key in partial).map(partial => partial[key])
      if (key !== 'end') expect(seen[0]).toEqual(whole)
      expect(new Set(seen).size).toBe(key === 'end' ? 2 : 1)
    }
    expect(shown.at(-1)).toEqual(value)
  })
})

describe('behind what takes other forms, too, a value is what the schema asks for where it can be', () => {
  const at = '2026-01-02T03:04:05Z'
  const date = new Date(at)
  it.each<[string, z.ZodType | z3.ZodType, unknown, unknown]>([
    ['caught', z.date().nullable().catch(null), at, date],
    ['caught, and none', z.date().nullable().catch(null), 'soon', null],
    ['caught in Zod 3', z3.date().nullable().catch(null), at, date],
    [
      'inside what is caught',
      z.array(z.object({ at: z.date(), n: z.bigint() })).catch([]),
      [{ at, n: '5' }],
      [{ at: date, n: 5n }],
    ],
    ['rewritten before', z.preprocess(value => value ?? [], z.array(z.date())), [at], [date]],
    ['rewritten after', z.array(z.date()).overwrite(list => list.toReversed()), [at, at], [date, date]],
    ['beside what is coerced', z.union([z.set(z.string()), z.coerce.number()]), ['a'], new Set(['a'])],
    ['beside what is coerced, and that', z.union([z.set(z.string()), z.coerce.number()]), '5', 5],
  ])('%s', async (_, schema, json, output) => {
    const declaration = compileSchema<any, any>((schema instanceof z3.ZodType ? z3 : (z as any)).object({ v: schema }))
    const answer = JSON.stringify({ v: json })
    expect(await decodeStrict(answer, declaration)).toMatchObject({ ok: true, output: { v: output } })
    const view = new ArgumentsView(declaration)
    for (const character of answer) view.feed(character)
    expect(view.issues).toEqual([])
  })
})

const completed = (schema: any, json: unknown) => {
  const found: [Issue['path'], unknown, boolean][] = []
  const view = new ArgumentsView(compileSchema(schema), {
    onComplete: (path, each, valid) => found.push([path(), each, valid]),
  })
  view.feed(JSON.stringify(json))
  // They are told when somebody looks.
  void view.value
  return { found, view }
}

it('are told of as they complete', () => {
  const { found } = completed(z.object({ a: z.set(z.date()) }), { a: ['2020-01-01T00:00:00Z'] })
  const date = new Date('2020-01-01T00:00:00Z')
  expect(found.slice(0, 2)).toEqual([
    [['a', 0], date, true],
    [['a'], new Set([date]), true],
  ])
})

it.each([
  ['a date', z.date(), '2020-01-01T00:00:00Z', new Date('2020-01-01T00:00:00Z')],
  ['a zero', z.bigint(), '0', 0n],
  ['a set', z.set(z.int()), [1, 2], new Set([1, 2])],
  [
    'a map of sets',
    z.map(z.date(), z.set(z.int())),
    [{ key: '2020-01-01T00:00:00Z', value: [1] }],
    new Map([[new Date('2020-01-01T00:00:00Z'), new Set([1])]]),
  ],
  ['a URL', z.instanceof(URL), 'https://example.com/', new URL('https://example.com/')],
  [
    'a record of dates',
    z.record(z.string(), z.date()),
    { a: '2020-01-01T00:00:00Z' },
    { a: new Date('2020-01-01T00:00:00Z') },
  ],
  ['a date of a day', z.date().meta({ format: 'date' }), '2020-01-01', new Date('2020-01-01')],
  ['a date of ArkType', type('Date'), '2020-01-01T00:00:00Z', new Date('2020-01-01T00:00:00Z')],
  ['a bigint of ArkType', type({ a: 'bigint' }), { a: '5' }, { a: 5n }],
  ['a URL of ArkType', type({ a: 'URL' }), { a: 'https://example.com/' }, { a: new URL('https://example.com/') }],
  [
    'a date or a text',
    z.array(z.union([z.string(), z.date()])),
    ['x', '2020-01-01T00:00:00Z'],
    ['x', new Date('2020-01-01T00:00:00Z')],
  ],
  ['a text or a bigint', z.array(z.union([z.string(), z.bigint()])), ['x', '12'], ['x', 12n]],
  ['a list or a set', z.union([z.array(z.int()), z.set(z.int())]), [1], new Set([1])],
  [
    'a branch that tells itself apart',
    z.array(
      z.discriminatedUnion('is', [
        z.object({ is: z.literal('a'), at: z.date() }),
        z.object({ is: z.literal('b'), at: z.string() }),
      ]),
    ),
    [
      { is: 'a', at: '2020-01-01T00:00:00Z' },
      { is: 'b', at: '2020-01-01T00:00:00Z' },
    ],
    [
      { is: 'a', at: new Date('2020-01-01T00:00:00Z') },
      { is: 'b', at: '2020-01-01T00:00:00Z' },
    ],
  ],
  [
    'in JSON that was encoded twice',
    z.object({ a: z.set(z.date()) }),
    { a: '["2020-01-01T00:00:00Z"]' },
    { a: new Set([new Date('2020-01-01T00:00:00Z')]) },
  ],
])('%s, wherever it stands', async (_, schema: any, json, output) => {
  const declaration = compileSchema<any, any>(schema)
  const sent = JSON.stringify(declaration.wrapper === undefined ? json : { value: json })
  const decoded = await decodeStrict(sent, declaration)
  expect(decoded).toMatchObject({ ok: true })
  expect(decoded.ok && decoded.output).toEqual(output)
})

it.each([
  ['a day that is none', z.date(), '2020-02-30T00:00:00Z'],
  ['words for a bigint', z.bigint(), 'five'],
  ['a text for a set', z.set(z.int()), 'x'],
  ['a map without keys', z.map(z.string(), z.int()), [1]],
])('%s is refused, as the JSON that came', async (_, schema: any, json) => {
  const { view } = completed(z.object({ a: schema }), { a: json })
  expect(view.issues).toHaveLength(1)
  expect(view.value).toEqual({})
  const decoded = await decodeStrict(JSON.stringify({ a: json }), compileSchema(z.object({ a: schema })))
  expect(decoded).toMatchObject({ ok: false, code: 'schema_mismatch', issues: view.issues })
})

it('a list without equals tells dates apart', () => {
  const days = ['2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z', '2020-01-01T00:00:00Z']
  const schema = z.object({ a: z.array(z.object({ at: z.date(), of: z.set(z.int()) })).meta({ uniqueItems: true }) })
  const { view } = completed(schema, { a: days.map((at, of) => ({ at, of: [of % 2] })) })
  expect(view.issues).toMatchObject([{ path: ['a', 2], code: 'not_unique' }])
})
