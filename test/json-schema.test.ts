import { extract, jsonSchema, SchemaError } from 'decant'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { compileSchema } from '../src/schema/index.ts'
import type { JsonSchema } from '../src/types.ts'
import { ajvOf } from './decode/check/follow.ts'
import { anySchema, anyValue } from './decode/check/schemas.ts'
import { fetchOf, streamOf } from './helpers/answer.ts'
import { law, patience } from './json/documents.ts'

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

const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' } }, required: ['id'] }

/** The groups of the suite of draft 2020-12 whose keyword is checked, a few schemas of each. */
const suite: Readonly<Record<string, readonly [schema: JsonSchema, ...values: unknown[]][]>> = {
  additionalProperties: [
    [{ properties: { a: {} }, additionalProperties: false }, {}, { a: 1 }, { b: 1 }, [], 'x', null],
    [
      { properties: { a: {} }, patternProperties: { '^v': {} }, additionalProperties: { type: 'boolean' } },
      { v: 1 },
      { b: 1 },
      { b: true },
    ],
    [{ additionalProperties: { type: 'null' } }, { a: null }, { a: 0 }],
  ],
  allOf: [
    [{ allOf: [{ required: ['a'] }, { properties: { a: { type: 'string' } } }] }, {}, { a: 'x' }, { a: 1 }],
    [{ allOf: [true, false] }, 1],
    [{ allOf: [{ multipleOf: 2 }], anyOf: [{ multipleOf: 3 }], oneOf: [{ multipleOf: 5 }] }, 30, 6, 10, 15, 1],
  ],
  anyOf: [
    [{ anyOf: [{ type: 'integer' }, { minimum: 2 }] }, 1, 2.5, 1.5, 'x'],
    [{ anyOf: [false, false] }, 1],
  ],
  oneOf: [
    [{ oneOf: [{ type: 'integer' }, { minimum: 2 }] }, 1, 2.5, 3, 1.5],
    [{ oneOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1 }, { b: 1 }, { a: 1, b: 1 }, {}],
  ],
  const: [
    [{ const: { a: [1, null] } }, { a: [1, null] }, { a: [1] }, 1],
    [{ const: false }, false, 0, [false]],
    [{ const: -2 }, -2, 2],
  ],
  enum: [
    [{ enum: [6, 'foo', [], true, { a: 1 }] }, [], {}, { a: 1 }, 6, 'fo'],
    [{ enum: ['a\u0000b'] }, 'a\u0000b', 'ab'],
  ],
  format: [
    [{ format: 'date' }, '2024-02-29', '2023-02-29', 5],
    [{ format: 'ipv4' }, '1.2.3.4', '1.2.3'],
    [{ format: 'of-mine' }, 'x'],
  ],
  items: [
    [{ items: { type: 'integer' } }, [1, 2], [1, 'x'], {}],
    [{ prefixItems: [{ type: 'string' }], items: false }, ['x'], ['x', 1], []],
  ],
  maxItems: [[{ maxItems: 2 }, [1, 2], [1, 2, 3], 'xyz']],
  maxLength: [[{ maxLength: 2 }, 'ab', 'abc', '💩💩', 100]],
  maxProperties: [[{ maxProperties: 1 }, { a: 1 }, { a: 1, b: 2 }, [1, 2]]],
  maximum: [
    [{ maximum: 3 }, 3, 3.1, 'x'],
    [{ exclusiveMaximum: 3 }, 2.9, 3],
  ],
  minimum: [
    [{ minimum: -2 }, -2, -2.1],
    [{ exclusiveMinimum: 1.1 }, 1.2, 1.1],
  ],
  minItems: [[{ minItems: 1 }, [1], [], '']],
  minLength: [[{ minLength: 2 }, 'ab', 'a', 1]],
  minProperties: [[{ minProperties: 1 }, { a: 1 }, {}, []]],
  multipleOf: [
    [{ multipleOf: 1.5 }, 0, 4.5, 35],
    [{ type: 'integer', multipleOf: 0.123456789 }, 1e15 + 0.5],
  ],
  pattern: [
    [{ pattern: '^a*$' }, 'aaa', 'abc', 1],
    [{ pattern: 'a+' }, 'xxaayy'],
    [{ pattern: '^\\p{Letter}+$' }, 'ü', '1'],
  ],
  patternProperties: [
    [{ patternProperties: { 'f.*o': { type: 'integer' } } }, { foo: 1 }, { foo: 'x' }, { fo: 1, x: 'y' }],
  ],
  prefixItems: [
    [{ prefixItems: [{ type: 'integer' }, { type: 'string' }] }, [1, 'x'], ['x', 1], [1], [1, 'x', true], []],
  ],
  properties: [
    [{ properties: { foo: { type: 'integer' }, bar: false } }, { foo: 1 }, { foo: 'x' }, { bar: 1 }, []],
    [{ properties: { ['__proto__']: { type: 'number' }, constructor: { type: 'number' } } }, {}, { constructor: 'x' }],
  ],
  propertyNames: [[{ propertyNames: { maxLength: 3 } }, { f: 1 }, { foobar: 1 }, {}]],
  ref: [
    [
      { properties: { foo: { $ref: '#' } }, additionalProperties: false },
      { foo: { foo: false } },
      { foo: { bar: false } },
    ],
    [{ $ref: '#/$defs/node', $defs: { node } }, { id: 1 }, { id: 1, next: { id: 2 } }, { id: 1, next: {} }],
    [{ $ref: '#/$defs/a', maxItems: 1, $defs: { a: { type: 'array' } } }, [], [1, 2], 'x'],
  ],
  required: [[{ required: ['foo', 'toString'] }, { foo: 1 }, { foo: 1, toString: 2 }, []]],
  type: [
    [{ type: 'integer' }, 1, 1.0, 1.1, '1'],
    [{ type: ['array', 'null'] }, [], null, {}],
    [{ type: 'object' }, {}, []],
  ],
  uniqueItems: [
    [
      { uniqueItems: true },
      [1, 2],
      [1, 1],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [1, true],
      [[1], [1]],
      [0, false],
    ],
  ],
}

describe.each(Object.entries(suite))('%s', (_, cases) => {
  it.each(cases)('%j', (schema, ...values) => {
    for (const value of values) expect([value, accepts(schema, value)]).toEqual([value, ajvOf(schema)(value)])
  })
})

it.each([
  [{ not: { type: 'string' } }, "'not'"],
  [{ properties: { a: { if: {}, then: false } } }, "'if'"],
  [{ contains: {} }, "'contains'"],
  [{ $defs: { a: { dependentRequired: { a: ['b'] } } }, $ref: '#/$defs/a' }, "'dependentRequired'"],
  [{ unevaluatedProperties: false }, "'unevaluatedProperties'"],
  [{ pattern: '^(a+)+$' }, "the pattern '^(a+)+$'"],
  [{ patternProperties: { '(': {} } }, "the pattern '('"],
])('%j is refused, and taken with a check that knows it', (schema, what) => {
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
