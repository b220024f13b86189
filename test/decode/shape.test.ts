import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Shape } from '../../src/decode/shape.ts'
import { compileSchema } from '../../src/schema/index.ts'

const shapeOf = (schema: z.ZodType): Shape => Shape.of(compileSchema(schema).canonical)

describe('what may stand in a place', () => {
  it.each([
    ['a record', z.record(z.string(), z.object({ a: z.string() })), ['any key', 'a'], ['string']],
    ['a record of anything', z.record(z.string(), z.any()), ['any key'], ['object', 'array', 'string']],
    ['a loose object', z.looseObject({ a: z.number() }), ['other'], ['object', 'array', 'string']],
    ['an unknown key', z.object({ a: z.string() }), ['other'], []],
    ['a number', z.object({ a: z.number() }), ['a'], []],
    ['a list', z.object({ a: z.array(z.object({ b: z.string() })) }), ['a', 7, 'b'], ['string']],
    ['a tuple', z.object({ a: z.tuple([z.string(), z.object({})]) }), ['a', 1], ['object']],
    ['the rest of a tuple', z.object({ a: z.tuple([z.string()], z.array(z.string())) }), ['a', 9], ['array']],
    ['behind the end of a tuple', z.object({ a: z.tuple([z.string()]) }), ['a', 1], []],
    ['an intersection', z.intersection(z.object({ a: z.string() }), z.object({ b: z.object({}) })), ['b'], ['object']],
    ['a member of Object.prototype', z.object({ a: z.string() }), ['constructor'], []],
    ['the prototype itself', z.object({ a: z.string() }), ['__proto__'], []],
  ] as const)('%s', (_, schema, path, types) => {
    const shape = path.reduce((at: Shape, key) => at.child(key), shapeOf(schema))
    expect((['object', 'array', 'string'] as const).filter(type => shape.takes(type))).toEqual(types)
  })

  it('a choice of values without a type takes the types of its values', () => {
    const shape = Shape.of({ enum: ['a', null, { b: 1 }] })
    expect([shape.takes('string'), shape.takes('object'), shape.takes('array')]).toEqual([true, true, false])
    expect(Shape.of({ const: [1] }).takes('array')).toBe(true)
    expect(Shape.of({ type: ['string', 'null'] }).takes('string')).toBe(true)
  })
})

describe('references', () => {
  const Node = z.object({
    label: z.enum(['a', 'b']),
    get next() {
      return z.optional(Node)
    },
    get all() {
      return z.array(Node)
    },
  })

  it('to the root are followed as deep as the document goes', () => {
    let shape = shapeOf(Node)
    for (let round = 0; round < 50; round++) shape = shape.child('next').child('all').child(round)
    expect(shape.child('label').takes('string')).toBe(true)
    expect(shape.takes('array')).toBe(false)
  })

  it('to the root of a wrapped schema mean the schema, not the wrapper', () => {
    const { canonical, wrapper } = compileSchema(z.array(Node))
    const shape = Shape.sent(canonical, wrapper)
    expect(shape.child('value').child(3).child('next').child('next').child('label').takes('string')).toBe(true)
    expect(shape.owns('value')).toBe(true)
    expect(shape.owns('next')).toBe(false)
  })

  it('to definitions are followed, names with a slash and a tilde included', () => {
    const shape = Shape.of({
      type: 'object',
      properties: { a: { $ref: '#/$defs/x~1y~0z' } },
      $defs: { 'x/y~z': { type: 'array', items: { $ref: '#/$defs/x~1y~0z' } } },
    })
    expect(shape.child('a').child(0).child(0).takes('array')).toBe(true)
  })

  it.each([
    ['in a circle', { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, '#/$defs/a'],
    ['to themselves', { a: { anyOf: [{ $ref: '#/$defs/a' }, { type: 'string' }] } }, '#/$defs/a'],
  ])('%s end', (_, $defs, $ref) => {
    const shape = Shape.of({ type: 'object', properties: { it: { $ref } }, $defs })
    expect(shape.child('it').takes('object')).toBe(false)
    expect(shape.child('it').child('deeper').takes('string')).toBe(false)
  })
})

describe('keys that the schema has a place for', () => {
  it.each([
    ['a property', z.object({ arguments: z.string() }), true],
    ['any key of a record', z.record(z.string(), z.string()), true],
    ['any key of a loose object', z.looseObject({}), true],
    ['no other key of an object', z.object({ a: z.string() }), false],
    ['no other key of a closed object', z.strictObject({ a: z.string() }), false],
  ])('%s', (_, schema, owned) => {
    expect(shapeOf(schema).owns('arguments')).toBe(owned)
  })

  it('and none of Object.prototype', () => {
    expect(shapeOf(z.object({ a: z.string() })).owns('toString')).toBe(false)
  })
})

it('keeps one place for all keys that the schema does not name: a model makes up as many as it likes', () => {
  const shape = shapeOf(z.object({ a: z.string() }).catchall(z.number()))
  expect(shape.child('b')).toBe(shape.child('c'))
  expect(shape.child('a')).not.toBe(shape.child('b'))
  expect(shape.child('a').takes('string')).toBe(true)
  expect(shape.child('b').takes('string')).toBe(false)
})
