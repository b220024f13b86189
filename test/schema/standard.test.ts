import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { compileSchema } from '../../src/schema/index.ts'

test('ArkType', async () => {
  const Person = type({
    name: 'string > 0',
    'age?': 'number.integer >= 0',
    kind: "'a' | 'b'",
    pair: ['string', 'number'],
    none: 'string | null',
    gone: 'string | undefined',
    scores: 'Record<string, number>',
    length: type('string').pipe(text => text.length),
  })
  const { canonical, validate } = compileSchema(Person)
  expect(canonical).toEqual({
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1 },
      age: { type: 'integer', minimum: 0 },
      kind: { type: 'string', enum: ['a', 'b'] },
      pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], minItems: 2, maxItems: 2 },
      none: { type: ['string', 'null'] },
      gone: { type: 'string' },
      scores: { type: 'object', additionalProperties: { type: 'number' } },
      length: { type: 'string' },
    },
    required: expect.arrayContaining(['name', 'kind', 'pair', 'none', 'gone', 'scores', 'length']),
  })
  const person = { name: 'Ada', kind: 'a', pair: ['x', 1], none: null, gone: 'x', scores: {}, length: 'four' }
  expect(await validate(person)).toEqual({ value: { ...person, length: 4 } })
  expect(await validate({ ...person, pair: ['x', 'y'] })).toMatchObject({
    issues: [{ path: ['pair', 1], code: 'domain' }],
  })
})

test('Valibot with its JSON Schema', async () => {
  const Order = toStandardJsonSchema(
    v.object({
      id: v.pipe(v.string(), v.uuid()),
      note: v.optional(v.string(), 'none'),
      state: v.nullable(v.picklist(['open', 'done'])),
      line: v.variant('kind', [v.strictObject({ kind: v.literal('a') }), v.object({ kind: v.literal('b') })]),
      total: v.pipe(
        v.string(),
        v.transform(text => text.length),
      ),
    }),
  )
  const { canonical, validate } = compileSchema(Order)
  const kind = (name: string) => ({
    type: 'object',
    properties: { kind: { type: 'string', enum: [name] } },
    required: ['kind'],
  })
  expect(canonical).toEqual({
    type: 'object',
    properties: {
      id: { type: 'string', format: 'uuid' },
      note: { type: 'string', default: 'none' },
      state: { type: ['string', 'null'], enum: ['open', 'done', null] },
      line: { anyOf: [{ ...kind('a'), additionalProperties: false }, kind('b')] },
      total: { type: 'string' },
    },
    required: ['id', 'state', 'line', 'total'],
  })
  const order = { id: '2b1c6d6e-8b0e-4a52-9f3c-5a5f4c1f7a11', state: null, line: { kind: 'b' }, total: 'abc' }
  expect(await validate(order)).toEqual({ value: { ...order, note: 'none', total: 3 } })
  expect(await validate({ ...order, line: { kind: 'c' } })).toMatchObject({
    issues: [{ path: ['line', 'kind'], code: 'variant' }],
  })
})

const raw = (jsonSchema: object) =>
  compileSchema({
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => ({ ...jsonSchema }), output: () => ({}) },
    },
  }).canonical

test('an older draft is read as the newest', () => {
  expect(
    raw({
      type: 'array',
      items: [{ type: 'string' }, { $ref: '#/definitions/n' }],
      additionalItems: { $ref: '#/definitions/n' },
      definitions: { n: { type: 'number' } },
    }),
  ).toEqual({
    type: 'array',
    prefixItems: [{ type: 'string' }, { $ref: '#/$defs/n' }],
    items: { $ref: '#/$defs/n' },
    $defs: { n: { type: 'number' } },
  })
})

test.each([
  ['an encoded pointer', 'a/b~ c', '#/$defs/a~1b~0%20c'],
  ['a percent sign as it is', '50%', '#/$defs/50%'],
  ['what looks encoded and is a name', 'a%20b', '#/$defs/a%20b'],
])('a name that a URI would encode is given another: %s', (_, name, $ref) => {
  const pair = { type: 'array', items: { $ref } }
  const defined = { type: 'array', items: { $ref: '#/$defs/def' } }
  const a = { type: 'object', properties: { x: pair, y: pair } }
  expect(raw({ ...a, $defs: { [name]: { type: 'number' } } })).toEqual({
    type: 'object',
    properties: { x: defined, y: defined },
    $defs: { def: { type: 'number' } },
  })
})

test('a reference inside data is data', () => {
  const data = { type: 'object', properties: {}, default: { $ref: '#/nowhere' }, examples: [{ const: 1 }] }
  expect(raw(data)).toEqual(data)
})

test('a literal that is a structure stays as it is', () => {
  expect(raw({ const: { a: 1 } })).toEqual({ const: { a: 1 } })
  expect(raw({ type: 'object', enum: [{ a: 1 }] })).toEqual({ type: 'object', enum: [{ a: 1 }] })
})
