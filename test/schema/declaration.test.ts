import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as z3 } from 'zod/v3'
import { z as otherZ4 } from 'zod3/v4'
import { compileSchema, type SchemaOptions } from '../../src/schema/index.ts'

describe('the name', () => {
  const object = () => z.object({ a: z.string() })
  const nameOf = (schema: any, options?: SchemaOptions) => compileSchema(schema, options).name

  test('is the option, else the title, else the id, else the fallback, else extract', () => {
    const both = object().meta({ title: 'Titled', id: 'Identified' })
    expect(nameOf(both, { name: 'chosen', fallbackName: 'spare' })).toBe('chosen')
    expect(nameOf(both, { fallbackName: 'spare' })).toBe('Titled')
    expect(nameOf(object().meta({ id: 'Known' }), { fallbackName: 'spare' })).toBe('Known')
    expect(nameOf(object(), { fallbackName: 'spare' })).toBe('spare')
    expect(nameOf(object())).toBe('extract')
  })

  test('is known of a schema of another copy and of mini', () => {
    expect(nameOf(otherZ4.object({ a: otherZ4.string() }).meta({ title: 'Elsewhere' }))).toBe('Elsewhere')
    expect(nameOf(mini.object({ a: mini.string() }).register(mini.globalRegistry, { title: 'Mini' }))).toBe('Mini')
  })

  test.each([
    ['Crème brûlée', 'Creme_brulee'],
    ['a.b/c: d', 'a_b_c_d'],
    ['__keep-this_', '__keep-this_'],
    ['x'.repeat(99), 'x'.repeat(64)],
    ['日本', 'extract'],
    ['', 'extract'],
    ['-_', 'extract'],
  ])('of %j is %j', (title, name) => {
    expect(nameOf(object(), { name: title })).toBe(name)
  })
})

test('the description is the option, else that of the schema', () => {
  const schema = z.object({ a: z.string() }).describe('from the schema')
  expect(compileSchema(schema).description).toBe('from the schema')
  expect(compileSchema(schema, { description: 'from the option' }).description).toBe('from the option')
  expect(compileSchema(z3.object({}).describe('of Zod 3')).description).toBe('of Zod 3')
  expect(compileSchema(z.object({})).description).toBeUndefined()
})

test.each([
  ['a string', z.string(), true],
  ['a described string', z.string().meta({ title: 'Poem', description: 'Two lines' }), true],
  ['a string with metadata of its own', z.string().meta({ widget: 'area' }), true],
  ['a refined string', z.string().refine(text => text !== ''), true],
  ['a string of Zod 3', z3.string().describe('Two lines'), true],
  ['a string with a length', z.string().min(1), false],
  ['a string for the model to keep short', z.string().trim().max(9), false],
  ['a formatted string', z.email(), false],
  ['a nullable string', z.string().nullable(), false],
  ['an enum', z.enum(['a']), false],
])('%s is text: %#', (_, schema, isText) => {
  expect(compileSchema(schema).isText).toBe(isText)
})

test('ids become definitions only where they are used twice', () => {
  const Address = z.object({ city: z.string() }).meta({ id: 'Address' })
  expect(compileSchema(z.object({ home: Address })).canonical).toEqual({
    type: 'object',
    properties: { home: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
    required: ['home'],
  })
  expect(compileSchema(z.object({ home: Address, work: Address.describe('Daytime') })).canonical).toMatchObject({
    properties: { home: { $ref: '#/$defs/Address' }, work: { $ref: '#/$defs/Address', description: 'Daytime' } },
    $defs: { Address: { type: 'object' } },
  })
})

test('a root with an id and a loop to itself refers to the root', () => {
  const Node = z
    .object({
      get next() {
        return Node.nullable()
      },
    })
    .meta({ id: 'Node' })
  expect(compileSchema(Node).canonical).toEqual({
    title: 'Node',
    type: 'object',
    properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
    required: ['next'],
  })
})

test('the canonical schema is plain data of its own', () => {
  const schema = z.object({ a: z.array(z.string()).default(['x']) }).meta({ examples: [{ a: [] }] })
  const { canonical } = compileSchema(schema)
  expect(JSON.parse(JSON.stringify(canonical))).toStrictEqual(canonical)
  expect(Reflect.ownKeys(canonical)).not.toContain('~standard')
})

test('a key called __proto__ stays a key', () => {
  const schema = z.object({ ['__proto__']: z.string() })
  expect(Object.keys(compileSchema(schema).wire.properties as object)).toEqual(['__proto__'])
})

test('metadata may add what the schema cannot say', () => {
  const schema = z.object({ born: z.custom<string>(() => true).meta({ type: 'string', format: 'date' }) })
  expect(compileSchema(schema).canonical).toMatchObject({ properties: { born: { type: 'string', format: 'date' } } })
  expect(compileSchema(z.object({ a: z.string().meta({ format: 'color' }) })).canonical).toMatchObject({
    properties: { a: { format: 'color' } },
  })
})

test('number types that end where JavaScript does say nothing of it', () => {
  const { canonical } = compileSchema(z.object({ a: z.int(), b: z.int32(), c: z.float64() }))
  expect(canonical.properties).toEqual({
    a: { type: 'integer' },
    b: { type: 'integer', minimum: -2147483648, maximum: 2147483647 },
    c: { type: 'number' },
  })
})

test('a loose record lets other keys pass', () => {
  const { canonical } = compileSchema(z.looseRecord(z.enum(['a']), z.int()))
  expect(canonical).toMatchObject({ additionalProperties: true })
  expect(canonical).not.toHaveProperty('propertyNames')
})

describe.each([
  ['Zod 4', z as any],
  ['Zod 3', z3 as any],
])('%s', (_, zod) => {
  test('a default that is made anew each time is not said', () => {
    let made = 0
    const schema = zod.object({
      fresh: zod.number().default(() => made++),
      now: zod.coerce.date().default(() => new Date()),
      fixed: zod.array(zod.string()).default(() => ['x']),
    })
    const { canonical } = compileSchema(schema)
    expect(compileSchema(schema).canonical).toEqual(canonical)
    expect(canonical.properties).toEqual({
      fresh: { type: 'number' },
      now: { type: 'string', format: 'date-time', '~lenient': true },
      fixed: { type: 'array', items: { type: 'string' }, default: ['x'] },
    })
  })
})
