import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as z3 } from 'zod/v3'
import { z as otherZ4 } from 'zod3/v4'
import { SchemaError } from '../../src/errors.ts'
import { compileSchema } from '../../src/schema/index.ts'

const refusal = (schema: any): SchemaError => {
  try {
    compileSchema(schema)
  } catch (error) {
    if (error instanceof SchemaError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function holdsItself(): z.ZodType {
  const Node: z.ZodType = z.object({
    a: z.map(
      z.string(),
      z.lazy(() => Node),
    ),
  })
  return Node
}

const kinds: [title: string, declare: (z: any) => any, message: string][] = [
  ['a symbol', z => z.symbol(), 'write z.enum() or z.string()'],
  ['NaN', z => z.nan(), 'write z.number().nullable()'],
  ['undefined', z => z.undefined(), 'write z.null()'],
  ['void', z => z.void(), 'write z.null()'],
  ['never', z => z.never(), 'write z.null()'],
  ['a bigint literal', z => z.literal(1n), 'write it as a string'],
]

describe.each(kinds)('%s is not expressible', (_, declare, message) => {
  test.each([
    ['Zod 4', z],
    ['Zod 4 mini', mini],
    ['Zod 4 of another copy', otherZ4],
    ['Zod 3', z3],
  ])('%s', (__, library) => {
    const root = refusal(declare(library))
    expect([root.code, root.path]).toEqual(['not_expressible', []])
    expect(root.message).toContain("at 'the root'")
    expect(root.message).toContain(message)
  })
})

test.each([
  ['a Zod 4 custom type', z.object({ a: z.custom() }), ['a']],
  ['a Zod 4 class', z.object({ a: z.instanceof(RegExp) }), ['a']],
  ['a Zod 4 file', z.object({ a: z.file() }), ['a']],
  ['a Zod 3 function', z3.object({ a: z3.function() }), ['a']],
  ['an ArkType symbol', type({ a: 'symbol' }), ['a']],
  ['an ArkType map', type({ a: 'Map' }), ['a']],
  ['an ArkType bigint literal', type({ a: '1n' }), ['a']],
  ['a deep symbol', z.object({ people: z.array(z.object({ born: z.symbol().optional() })) }), ['people', '[]', 'born']],
  ['a symbol in a tuple', z.object({ pair: z.tuple([z.string(), z.symbol()]) }), ['pair', 1]],
  ['a symbol in a record', z.record(z.string(), z.symbol()), ['[]']],
  ['a symbol in a union', z.object({ a: z.union([z.string(), z.symbol()]) }), ['a']],
  ['a symbol in a map', z.object({ a: z.map(z.string(), z.symbol()) }), ['a', '[]', 'value']],
  ['a map that holds itself', holdsItself(), ['a', '[]', 'value', 'a']],
  ['a reused Zod 3 symbol', ((s: any) => z3.object({ a: z3.array(s), b: s }))(z3.symbol()), ['a', '[]']],
  ['an impossible key', z3.object({ a: z3.object({ b: z3.never() }) }), ['a', 'b']],
  ['an impossible place', z.tuple([z.string(), z.never()]), [1]],
])('%s is found with its path', (_, schema, path) => {
  const error = refusal(schema)
  expect([error.code, error.path]).toEqual(['not_expressible', path])
})

test('the path is written as one would read it', () => {
  const schema = z.object({ people: z.array(z.object({ pair: z.tuple([z.nan()]) })) })
  expect(refusal(schema).message).toBe(
    "Cannot send a schema with NaN at 'people[].pair[0]': JSON has none; write z.number().nullable()",
  )
})

test.each([
  ['any', z.any()],
  ['unknown', z.unknown().describe('Anything')],
  ['a Zod 3 any', z3.any()],
  ['a Zod 3 class, which is any with a check', z3.instanceof(URL)],
  ['a nullable unknown', z.unknown().nullable()],
])('%s says nothing', (_, schema) => {
  expect(refusal(schema).code).toBe('empty_schema')
})

test('what another library cannot convert is refused in its words', async () => {
  const { toStandardJsonSchema } = await import('@valibot/to-json-schema')
  const error = refusal(toStandardJsonSchema(v.object({ a: v.date() })))
  expect(error.code).toBe('not_expressible')
  expect(error.message).toContain('The "date" schema cannot be converted')
  expect(error.cause).toBeInstanceOf(Error)
})

test('a reference that leads nowhere is refused', () => {
  const raw = (jsonSchema: object) => ({
    '~standard': { version: 1, vendor: 'test', validate: () => ({}), jsonSchema: { input: () => jsonSchema } },
  })
  expect(refusal(raw({ $ref: 'https://example.com/schema' })).message).toContain('https://example.com/schema')
  expect(refusal(raw({ items: { $ref: '#/$defs/absent' } })).message).toContain("'absent'")
  expect(refusal(raw({ type: 'object', properties: { a: { $ref: '#/properties/b' } } })).code).toBe('not_expressible')
})

test.each([
  ['undefined', undefined, "'undefined'", 'it must be a schema of Zod 4'],
  ['null', null, "'null'", 'it must be a schema of Zod 4'],
  ['a string', 'Person', "'string'", 'it must be a schema of Zod 4'],
  ['a function', () => z.object({}), "'a function'", 'it must be a schema of Zod 4'],
  ['an array', [z.string()], "'an array'", 'it must be a schema of Zod 4'],
  ['an object', {}, "'an object'", 'it must be a schema of Zod 4'],
  ['an object literal of schemas', { name: z.string() }, "'an object literal of schemas'", 'wrap it in z.object('],
  ['a plain JSON Schema', { type: 'object' }, "'a plain JSON Schema'", 'wrap it in jsonSchema<YourType>('],
  [
    "'a schema of an old Zod'",
    { _def: { typeName: 'ZodObject' }, safeParseAsync: () => undefined },
    "'a schema of an old Zod'",
    'zod 3.25.28 or later',
  ],
  ['bare Valibot', v.object({}), "'a schema of valibot'", 'toStandardJsonSchema()'],
  ['another library', { '~standard': { vendor: 'other' } }, "'a schema of other'", '~standard.jsonSchema'],
])('%s is no schema', (_, value, what, wanted) => {
  const compile = () => compileSchema(value as any)
  expect(compile).toThrow(TypeError)
  expect(compile).toThrow(`Cannot use ${what} as a schema: `)
  expect(compile).toThrow(wanted)
})
