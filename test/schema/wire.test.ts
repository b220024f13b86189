import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { compileSchema } from '../../src/schema/index.ts'
import { mapSchemas } from '../../src/schema/walk.ts'
import type { JsonSchema } from '../../src/types.ts'
import { declarations } from './declarations.ts'

const wireOf = (schema: any) => compileSchema(schema).wire

const everySchema = (schema: JsonSchema): JsonSchema[] => {
  const found = [schema, ...Object.values((schema.$defs ?? {}) as Record<string, JsonSchema>).flatMap(everySchema)]
  mapSchemas(schema, child => found.push(...everySchema(child)))
  return found
}

describe.each(declarations)('$title', ({ z: declare }) => {
  const { wire, canonical, wrapper } = compileSchema(declare(z))

  test('the root is an object with properties', () => {
    expect(wire).toMatchObject({ type: 'object', properties: {} })
    expect(wrapper).toBe(canonical.type === 'object' ? undefined : 'value')
  })

  test('nothing is said that need not be', () => {
    expect(wire).not.toHaveProperty('title')
    expect(wire).not.toHaveProperty('description')
    for (const schema of everySchema(wire)) {
      expect(schema).not.toHaveProperty('$schema')
      expect(schema.additionalProperties).not.toBe(false)
      expect(Object.keys(schema).filter(keyword => keyword.startsWith('~'))).toEqual([])
    }
  })

  test('every reference leads to a definition, and every definition is referred to', () => {
    const used = everySchema(wire).flatMap(({ $ref }) => ($ref === undefined ? [] : [String($ref)]))
    const there = Object.keys((wire.$defs ?? {}) as object).map(name => `#/$defs/${name}`)
    expect([...new Set(used)].filter(ref => ref !== '#').sort()).toEqual(there.sort())
  })
})

test('a root that is not an object is wrapped', () => {
  expect(wireOf(z.array(z.int()).describe('Primes'))).toEqual({
    type: 'object',
    properties: { value: { type: 'array', items: { type: 'integer' } } },
    required: ['value'],
  })
})

test('a union of objects is wrapped, an intersection of objects is one', () => {
  const a = z.object({ a: z.string() })
  const b = z.object({ b: z.string() })
  expect(compileSchema(z.union([a, b])).wrapper).toBe('value')
  expect(compileSchema(z.intersection(a, b)).wrapper).toBeUndefined()
  expect(compileSchema(a.nullable()).wrapper).toBe('value')
})

test('the definitions of a wrapped root stay at the root', () => {
  const Tree = z.object({
    get children() {
      return z.array(Tree)
    },
  })
  const tree = {
    type: 'object',
    properties: { children: { type: 'array', items: { $ref: '#/$defs/Tree' } } },
    required: ['children'],
  }
  expect(wireOf(z.array(Tree.meta({ id: 'Forest' })))).toMatchObject({ properties: { value: { type: 'array' } } })
  const Named = z
    .object({
      get children() {
        return z.array(Named)
      },
    })
    .meta({ id: 'Tree' })
  expect(wireOf(z.array(Named))).toEqual({
    type: 'object',
    properties: { value: { type: 'array', items: { $ref: '#/$defs/Tree' } } },
    required: ['value'],
    $defs: { Tree: tree },
  })
})

test('a wrapped root that holds itself gets a name of its own', () => {
  const Nest: z.ZodType = z.lazy(() => z.union([z.int(), z.array(Nest)]))
  expect(wireOf(Nest)).toEqual({
    type: 'object',
    properties: { value: { $ref: '#/$defs/value' } },
    required: ['value'],
    $defs: { value: { anyOf: [{ type: 'integer' }, { type: 'array', items: { $ref: '#/$defs/value' } }] } },
  })
})

test('the name of a wrapped root gives way to a definition of the user', () => {
  const value = z.object({ x: z.string() }).meta({ id: 'value' })
  const Nest: z.ZodType = z.lazy(() => z.union([value, z.tuple([value, Nest])]))
  const { properties, $defs } = wireOf(Nest) as any
  expect(properties.value).toEqual({ $ref: '#/$defs/value_' })
  expect(Object.keys($defs).sort()).toEqual(['value', 'value_'])
  expect(JSON.stringify($defs.value_)).toContain('{"$ref":"#/$defs/value_"}')
})

test('a closed object need not say so, an open one and a record do', () => {
  expect(wireOf(z.strictObject({ a: z.string() }))).not.toHaveProperty('additionalProperties')
  expect(wireOf(z.looseObject({ a: z.string() }))).toHaveProperty('additionalProperties', true)
  expect(wireOf(z.record(z.string(), z.int()))).toEqual({
    type: 'object',
    properties: {},
    additionalProperties: { type: 'integer' },
  })
})

test('what only the model should know is on the wire and not in the canonical schema', () => {
  const Account = z.object({ email: z.string().trim().pipe(z.string()), mail: z.string().trim().max(20).email() })
  expect(wireOf(Account)).toMatchObject({ properties: { mail: { type: 'string', format: 'email', maxLength: 20 } } })
  expect(compileSchema(Account).canonical).toMatchObject({ properties: { mail: { type: 'string' } } })
  expect((compileSchema(Account).canonical as any).properties.mail).not.toHaveProperty('format')
})

test('a key that must not be there is not mentioned', () => {
  expect(
    wireOf(z.object({ a: z.string(), b: z.never().optional(), c: z.never().optional().describe('Not here') })),
  ).toEqual({
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
  })
})

test('a property may be called like a keyword', () => {
  const keywords = z.object({
    $ref: z.string(),
    items: z.int(),
    properties: z.object({ title: z.string() }),
    default: z.null(),
  })
  expect(wireOf(keywords)).toEqual({
    type: 'object',
    properties: {
      $ref: { type: 'string' },
      items: { type: 'integer' },
      properties: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] },
      default: { type: 'null' },
    },
    required: ['$ref', 'items', 'properties', 'default'],
  })
})

test('metadata that JSON Schema does not know stays at home', () => {
  const schema = z.object({ a: z.string().meta({ widget: 'area', examples: ['x'] }) })
  expect(compileSchema(schema).canonical).toMatchObject({ properties: { a: { widget: 'area' } } })
  expect(wireOf(schema)).toMatchObject({ properties: { a: { type: 'string', examples: ['x'] } } })
  expect(JSON.stringify(wireOf(schema))).not.toContain('widget')
})
