import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { compileCheck } from '../../src/decode/check/index.ts'
import { Shape } from '../../src/decode/shape.ts'
import { unwrapEncoded, unwrapKey } from '../../src/decode/unwrap.ts'
import { createJsonParser, type JsonValue } from '../../src/json/index.ts'
import { compileSchema } from '../../src/schema/index.ts'
import type { JsonSchema } from '../../src/types.ts'

const shapeOf = (schema: z.ZodType): Shape => Shape.of(compileSchema(schema).canonical)
const read = (value: JsonValue) => ({ value, notes: [] })

describe('a key around the whole', () => {
  const shape = shapeOf(z.object({ name: z.string() }))

  it.each(['arguments', 'parameters', 'properties', 'input', 'args', 'Person'])('%s is taken off', key => {
    const { value, notes } = unwrapKey(read({ [key]: { name: 'A' } }), shape, 'Person')
    expect(value).toEqual({ name: 'A' })
    expect(notes).toEqual([{ path: [], code: 'wrapped', message: expect.stringContaining(`'${key}'`) }])
  })

  it('is taken off when the arguments under it are encoded twice', () => {
    const { value, notes } = unwrapKey(read({ arguments: '{"name":"A"}' }), shape, 'Person')
    expect(value).toEqual({ name: 'A' })
    expect(notes.map(({ code }) => code)).toEqual(['wrapped', 'encoded_twice'])
  })

  it('leaves what was noted of the value where the value now is', () => {
    const note = { path: ['arguments', 'id'], code: 'unsafe_integer', message: '' }
    const { notes } = unwrapKey({ value: { arguments: { id: 2 ** 60 } }, notes: [note] }, shape, 'Person')
    expect(notes[0]).toEqual({ ...note, path: ['id'] })
  })

  it.each([
    ['an unknown name', { result: { name: 'A' } }],
    ['a second key', { arguments: { name: 'A' }, name: 'B' }],
    ['a value that is no object', { arguments: 'A' }],
    ['a list', { arguments: [{ name: 'A' }] }],
    ['null', { arguments: null }],
    ['no key at all', {}],
    ['a list at the root', [{ arguments: {} }]],
  ] as const)('stays: %s', (_, value) => {
    const reading = read(value)
    expect(unwrapKey(reading, shape, 'Person')).toBe(reading)
  })

  it('stays where the schema has a place for it', () => {
    const owner = shapeOf(z.object({ input: z.object({ name: z.string() }) }))
    const reading = read({ input: { name: 'A' } })
    expect(unwrapKey(reading, owner, 'Person')).toBe(reading)
    const record = shapeOf(z.record(z.string(), z.object({})))
    expect(unwrapKey(reading, record, 'Person')).toBe(reading)
  })
})

describe('JSON encoded twice', () => {
  const unwrap = (value: JsonValue, schema: z.ZodType) => unwrapEncoded(read(value), shapeOf(schema))

  it('is decoded where an object or a list is wanted, at any depth, and reported with its path', () => {
    const schema = z.object({ rows: z.array(z.object({ tags: z.array(z.string()) })) })
    const { value, notes } = unwrap({ rows: ['{"tags":["a"]}', { tags: ' ["b"] ' }] }, schema)
    expect(value).toEqual({ rows: [{ tags: ['a'] }, { tags: ['b'] }] })
    expect(notes.map(({ code, path }) => [code, path])).toEqual([
      ['encoded_twice', ['rows', 0]],
      ['encoded_twice', ['rows', 1, 'tags']],
    ])
  })

  it('is decoded inside what was decoded', () => {
    const schema = z.object({ a: z.object({ b: z.array(z.number()) }) })
    const { value, notes } = unwrap({ a: JSON.stringify({ b: JSON.stringify([1, 2]) }) }, schema)
    expect(value).toEqual({ a: { b: [1, 2] } })
    expect(notes.map(({ path }) => path)).toEqual([['a'], ['a', 'b']])
  })

  it.each([
    ['a string that the schema takes', z.string(), '{"a":1}'],
    ['a string that it takes among others', z.union([z.string(), z.object({})]), '{}'],
    ['an optional list that is a word', z.array(z.string()).optional(), 'none'],
    ['broken JSON', z.array(z.string()), '["a"'],
    ['an object for a list', z.array(z.string()), '{"a":1}'],
    ['a list for an object', z.object({}), '[1]'],
    ['a number', z.number(), '12'],
    ['a boolean', z.boolean(), 'true'],
    ['a key that the schema does not know', z.never().optional(), '{}'],
    ['more levels than the parser takes', z.array(z.any()), '['.repeat(200) + ']'.repeat(200)],
  ])('stays: %s', (_, schema, text) => {
    const { value, notes } = unwrap({ it: text }, z.object({ it: schema }))
    expect(value).toEqual({ it: text })
    expect(notes).toEqual([])
  })

  const either = { type: ['string', 'object'] }
  const object = { type: 'object' }

  it.each<[string, JsonSchema, boolean]>([
    ['all parts take an object and one takes no string', { allOf: [either, object] }, true],
    ['a reference and what stands beside it', { ...either, $ref: '#/$defs/object' }, true],
    ['a union of parts', { anyOf: [{ allOf: [object, either] }, { type: 'null' }] }, true],
    ['one part of a branch', { allOf: [either, { anyOf: [object, { type: 'null' }] }] }, true],
    ['all parts take a string', { allOf: [either, either] }, false],
    ['one branch of two takes a string', { anyOf: [object, either] }, false],
    ['a part takes no object', { allOf: [either, { type: ['array', 'string'] }] }, false],
  ])('is decoded where the check has waited for it, and nowhere else: %s', async (_, it, decodes) => {
    const schema = { type: 'object', properties: { it }, $defs: { object } }
    const { notes } = unwrapEncoded(read({ it: '{}' }), Shape.of(schema))
    expect(notes.map(({ code }) => code)).toEqual(decodes ? ['encoded_twice'] : [])
    const check = compileCheck(schema).start()
    createJsonParser({ follower: check }).feed('{"it":"{}"}')
    expect(check.faultAt(['it'])).toBe(decodes ? 'unsettled' : undefined)
  })

  it('is read as strictly as the whole: unsafe numbers and keys that came twice are noted', () => {
    const { notes } = unwrap({ ids: '[1, 9007199254740993]' }, z.object({ ids: z.array(z.number()) }))
    expect(notes.map(({ code, path }) => [code, path])).toEqual([
      ['encoded_twice', ['ids']],
      ['unsafe_integer', ['ids', 1]],
    ])
  })

  it('is put under any key that a model may choose, and changes no prototype', () => {
    const value = JSON.parse('{"__proto__":"[1]","constructor":"[2]"}')
    const { value: after } = unwrap(value, z.record(z.string(), z.array(z.number())))
    expect(JSON.stringify(after)).toBe('{"__proto__":[1],"constructor":[2]}')
    expect(Object.getPrototypeOf(after)).toBe(Object.prototype)
  })
})
