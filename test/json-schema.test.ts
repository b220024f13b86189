import { extract, jsonSchema, SchemaError } from 'decant'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { compileSchema } from '../src/schema/index.ts'
import type { JsonSchema } from '../src/types.ts'
import { ajvOf } from './decode/check/follow.ts'
import { anySchema, anyValue } from './decode/check/schemas.ts'
import { fetchOf, streamOf } from './helpers/answer.ts'
import { law, patience } from './json/documents.ts'
import { atoms } from './schema/keywords/atoms.ts'
import { choices } from './schema/keywords/choices.ts'
import { containers } from './schema/keywords/containers.ts'
import { forbidden, references, refused } from './schema/keywords/references.ts'

const accepts = (schema: JsonSchema, value: unknown): boolean =>
  !('issues' in (jsonSchema(schema)['~standard'].validate(value) as object))

test('a schema that is accepted judges as Ajv does', { timeout: patience }, () => {
  const values = fc.array(anyValue, { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(anySchema, values, (schema, list) => {
      for (const value of list) expect([value, accepts(schema, value)]).toEqual([value, ajvOf(schema)(value)])
    }),
    { ...law, numRuns: law.numRuns / 2 },
  )
})

const groups = { ...atoms, ...containers, ...choices, ...references }

describe.each(Object.entries(groups))('%s', (_, cases) => {
  it.each(cases)('%j', (schema, valid, invalid) => {
    const judge = ajvOf(schema)
    for (const value of [...valid, ...invalid]) {
      const verdict = valid.includes(value)
      expect([value, judge(value), accepts(schema, value)]).toEqual([value, verdict, verdict])
    }
  })
})

test('what is checked is most of what the suite asks, and judged both ways under every keyword', () => {
  expect(Object.values(groups).flat().length).toBeGreaterThanOrEqual(6 * refused.length)
  for (const [keyword, cases] of Object.entries(groups)) {
    expect([keyword, cases.some(([, valid]) => valid.length > 0)]).toEqual([keyword, true])
    expect([keyword, cases.some(([, , invalid]) => invalid.length > 0)]).toEqual([keyword, true])
  }
})

it('a key __proto__ is a key like any other, though not to Ajv', () => {
  const schema = { properties: { ['__proto__']: { type: 'integer' } } }
  expect(accepts(schema, JSON.parse('{"__proto__":1}'))).toBe(true)
  expect(accepts(schema, JSON.parse('{"__proto__":"x"}'))).toBe(false)
})

it.each([...refused, ...forbidden])('%j is refused, and taken with a check that knows it', (schema, what) => {
  expect(() => jsonSchema(schema)).toThrow(SchemaError)
  expect(() => jsonSchema(schema)).toThrow(`Cannot check answers against a JSON Schema with ${what}`)
  const own = jsonSchema<string>(schema, { validate: value => ({ value: String(value) }) })
  expect(own['~standard'].validate(5)).toEqual({ value: '5' })
})

it('a schema of draft 7 is read as it was meant', () => {
  const schema = {
    items: [{ type: 'string' }, { $ref: '#/definitions/n' }],
    additionalItems: false,
    definitions: { n: { items: [true, false] } },
  }
  expect(['x', [1]].every((_, i, all) => accepts(schema, all.slice(0, i + 1)))).toBe(true)
  expect(accepts(schema, ['x', [1, 2]])).toBe(false)
  expect(accepts(schema, ['x', [1], 2])).toBe(false)
})

describe('a reference with a percent sign', () => {
  const declare = ($ref: string, ...names: string[]): JsonSchema => ({
    type: 'object',
    properties: { a: { $ref } },
    $defs: Object.fromEntries(names.map((name, at) => [name, { type: at === 0 ? 'integer' : 'string' }])),
  })

  it.each([
    ['as it is', declare('#/$defs/100%', '100%')],
    ['encoded', declare('#/$defs/100%25', '100%')],
    ['an encoded slash and tilde', declare('#/$defs/a%7E1b~0', 'a/b~')],
    ['what looks encoded and is a name', declare('#/$defs/a%25b', 'a%25b', 'a%b')],
  ])('leads to what is sent and to what is checked: %s', (_, schema) => {
    expect([accepts(schema, { a: 1 }), accepts(schema, { a: 'x' })]).toEqual([true, false])
    expect(compileSchema(jsonSchema(schema)).canonical.properties).toEqual({ a: { type: 'integer' } })
  })

  it('is refused in words where it leads nowhere', () => {
    const schema = declare('#/$defs/100%', '50%')
    expect(() => jsonSchema(schema)).toThrow("the reference '#/$defs/100%', which leads to no place in it")
    const own = jsonSchema(schema, { validate: value => ({ value }) })
    expect(() => compileSchema(own)).toThrow(SchemaError)
  })
})

describe('what is too long to be matched', () => {
  const long = 'b'.repeat(10_001)
  const a = { type: 'string', pattern: '^a' }
  const b = { type: 'string', pattern: '^b' }
  const within = (schema: JsonSchema): JsonSchema => ({ properties: { in: { items: schema } } })
  const keyed = (pattern: string): JsonSchema => ({ patternProperties: { [pattern]: {} }, additionalProperties: false })
  const named = (pattern: string): JsonSchema => ({ propertyNames: { pattern } })

  it.each<[string, JsonSchema, unknown]>([
    ['by two patterns', { oneOf: [a, b] }, long],
    ['by two formats', { oneOf: [{ format: 'date' }, { format: 'ipv6' }] }, long],
    ['by one of the alternatives', { oneOf: [a, { type: 'string' }] }, long],
    ['deep inside', { oneOf: [within(a), within(b)] }, { in: [long] }],
    ['in a part of an alternative', { oneOf: [{ allOf: [a] }, { $ref: '#/$defs/b' }], $defs: { b } }, long],
    [
      'in a union in an alternative',
      { oneOf: [{ anyOf: [a, { type: 'null' }] }, { oneOf: [b, { type: 'null' }] }] },
      long,
    ],
    ['as a key', { oneOf: [keyed('^a'), keyed('^b')] }, { [long]: 1 }],
    ['as the name of a key', { oneOf: [named('^a'), named('^b')] }, { [long]: 1 }],
  ])('holds against no value that it may fit two alternatives: %s', (_, schema, value) => {
    expect(accepts(schema, value)).toBe(true)
  })

  it.each<[string, JsonSchema, unknown]>([
    ['two others hold', { oneOf: [a, { type: 'string' }, { minLength: 1 }] }, long],
    ['it holds all the same, by another branch', { oneOf: [{ anyOf: [a, { minLength: 1 }] }, { minLength: 2 }] }, long],
    ['the alternative fails besides', { oneOf: [{ ...a, maxLength: 9 }, { minLength: 1 }, { minLength: 2 }] }, long],
    [
      'no alternative is left',
      {
        oneOf: [
          { ...a, maxLength: 9 },
          { ...b, maxLength: 8 },
        ],
      },
      long,
    ],
    ['another value is short', { oneOf: [within(b), within({ type: 'string' })] }, { in: ['b'] }],
  ])('but not where %s', (_, schema, value) => {
    expect(accepts(schema, value)).toBe(false)
  })
})

it('is an object', () => {
  expect(() => jsonSchema('x' as never)).toThrow(TypeError)
})

it('is no schema of ours to change, nor to be changed by', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } }
  const declared = jsonSchema(schema)
  schema.properties.a.type = 'number'
  expect(compileSchema(declared).canonical).toEqual({ type: 'object', properties: { a: { type: 'string' } } })
})

it('extracts: sent, followed, and checked at the end by what was declared', async () => {
  const Order = jsonSchema<{ id: string; by: 'ship' | 'air' }>({
    title: 'Order',
    type: 'object',
    properties: { id: { type: 'string' }, by: { enum: ['ship', 'air'] } },
    required: ['id', 'by'],
    oneOf: [{ properties: { by: { const: 'air' } } }, { properties: { id: { maxLength: 2 } } }],
  })
  const pieces = ['{"value":{"id":"a', '1","by":"a', 'ir"}}']
  const wrong = extract(Order, 'Order?', {
    model: 'openai/x',
    maxRepairs: 0,
    fetch: fetchOf(() => streamOf({ name: 'Order', pieces })),
    stream: true,
  })
  await expect(wrong).rejects.toMatchObject({ issues: [{ path: [], code: 'invalid_union' }] })
  const right = extract(Order, 'Order?', {
    model: 'openai/x',
    fetch: fetchOf(() => streamOf({ name: 'Order', pieces: ['{"value":{"id":"a12","by":"air"}}'] })),
    stream: true,
  })
  expect(await right).toEqual({ id: 'a12', by: 'air' })
})

it('is asked once the answer is unwrapped: what was encoded twice is no text to it', async () => {
  const Lists = jsonSchema<{ a: number[] }>({ type: 'object', properties: { a: { type: 'array' } }, required: ['a'] })
  const asked = extract(Lists, '', {
    model: 'openai/x',
    schemaName: 'Lists',
    fetch: fetchOf(() => streamOf({ name: 'Lists', pieces: ['{"arguments":{"a":"[1]"}}'] })),
    stream: true,
  })
  const { output, warnings } = await asked.result()
  expect(output).toEqual({ a: [1] })
  expect(warnings.map(({ code }) => code)).toEqual(['wrapped', 'encoded_twice'])
})
