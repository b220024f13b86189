import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decodeStrict } from '../../src/decode/strict.ts'
import { createJsonParser } from '../../src/json/index.ts'
import { compileSchema } from '../../src/schema/index.ts'
import type { Schema } from '../../src/types.ts'
import { alice, Person } from '../helpers/person.ts'

const decode = <I, O>(schema: Schema<I, O>, text: string) => decodeStrict(text, compileSchema(schema))

describe('the strict end', () => {
  it('gives what the schema makes of what the text says', async () => {
    const schema = z.object({ at: z.iso.date().transform(day => new Date(day)), n: z.number().default(7) })
    expect(await decode(schema, '{"at":"2026-01-02"}')).toEqual({
      ok: true,
      output: { at: new Date('2026-01-02'), n: 7 },
      input: { at: '2026-01-02' },
      warnings: [],
    })
  })

  it('runs the schema once, async refinements included', async () => {
    let runs = 0
    const schema = z.object({ a: z.string().refine(async () => ++runs > 0) })
    expect((await decode(schema, '{"a":"x"}')).ok).toBe(true)
    expect(runs).toBe(1)
  })

  it('goes on from a parser that has read the text', async () => {
    const text = JSON.stringify(alice)
    const parser = createJsonParser()
    for (const character of text) parser.feed(character)
    expect(await decodeStrict(text, compileSchema(Person), {}, parser)).toMatchObject({ ok: true, output: alice })
  })

  it('gives the schema a value of its own: a transform that changes it changes no snapshot', async () => {
    const text = '{"rows":[1,2]}'
    const parser = createJsonParser()
    parser.feed(text)
    const add = (value: any) => {
      value.rows.push(3)
      return value
    }
    const schema = z.preprocess(add, z.object({ rows: z.array(z.number()) }).transform(add))
    expect(await decodeStrict(text, compileSchema(schema), {}, parser)).toMatchObject({
      output: { rows: [1, 2, 3, 3] },
      input: { rows: [1, 2] },
    })
    expect(parser.value).toEqual({ rows: [1, 2] })
  })

  it('gives it a copy of all that JSON has, an own `__proto__` and a negative zero too', async () => {
    const text = '{"a":[{"__proto__":{"b":[-0]}},null,"x"]}'
    const given: any = await decode(z.object({ a: z.any() }), text)
    expect(JSON.stringify(given.output)).toBe(JSON.stringify(JSON.parse(text)))
    const [copy] = given.output.a
    const [own]: any = Object.values(copy)
    expect(Object.is(own.b[0], -0)).toBe(true)
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    own.b.push(1)
    expect(given.input).toEqual(JSON.parse(text))
  })

  it.each(['', ' \n'])('takes %j as no arguments at all', async text => {
    expect(await decode(z.object({ a: z.string().optional() }), text)).toMatchObject({ ok: true, output: {} })
    expect(await decode(Person, text)).toMatchObject({ ok: false, code: 'schema_mismatch', input: {} })
  })

  it.each([
    ['cut', '{"name":"Ali', 'invalid_json'],
    ['a value and more', `${JSON.stringify(alice)}}`, 'invalid_json'],
    ['two values', '{}{}', 'invalid_json'],
    ['a trailing comma', '{"name":"A",}', 'invalid_json'],
    ['single quotes', "{'name':'A'}", 'invalid_json'],
    ['a comment', '{/**/}', 'invalid_json'],
    ['NaN', '{"age":NaN}', 'invalid_json'],
    ['a fence around broken JSON', '```json\n{"name":\n```', 'invalid_json'],
    ['text before a fence', 'Sure:\n```json\n{}\n```', 'invalid_json'],
    ['text behind a fence', '```json\n{}\n```\nDone.', 'invalid_json'],
    ['a fence around nothing', '``````', 'invalid_json'],
    ['thoughts', '<think>Hm.</think>{}', 'invalid_json'],
    ['an endless run of blanks', `{${' '.repeat(5000)}}`, 'degenerate'],
    ['too deep', `{"a":${'['.repeat(200)}${']'.repeat(200)}}`, 'limit'],
  ])('refuses text that is no JSON: %s', async (_, text, code) => {
    const decoded = await decode(Person, text)
    expect(decoded).toMatchObject({ ok: false, code, issues: [{ path: [] }], warnings: [] })
    expect(decoded).not.toHaveProperty('output')
  })

  it.each([
    ['a number as text', '{"name":"A","age":"30","city":"P"}', 'age'],
    ['a fraction for an integer', '{"name":"A","age":30.5,"city":"P"}', 'age'],
    ['a boolean as text', '{"name":true,"age":30,"city":"P"}', 'name'],
    ['null', '{"name":null,"age":30,"city":"P"}', 'name'],
    ['a list of one', '{"name":["A"],"age":30,"city":"P"}', 'name'],
    ['another spelling of a key', '{"Name":"A","age":30,"city":"P"}', 'name'],
  ])('coerces nothing: %s', async (_, text, path) => {
    expect(await decode(Person, text)).toMatchObject({ ok: false, code: 'schema_mismatch', issues: [{ path: [path] }] })
  })

  it.each([
    ['a list', '[]'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['a number', '5'],
  ])('is no object: %s', async (_, text) => {
    expect(await decode(Person, text)).toMatchObject({ ok: false, code: 'schema_mismatch' })
    expect(await decode(z.array(z.number()), text)).toMatchObject({ ok: false, code: 'schema_mismatch' })
  })

  it('turns what user code throws into an issue', async () => {
    const schema = z.object({ a: z.string() }).transform(() => {
      throw new Error('mine')
    })
    expect(await decode(schema, '{"a":"x"}')).toMatchObject({ ok: false, issues: [{ code: 'threw', message: 'mine' }] })
  })
})

describe('numbers that JavaScript cannot hold', () => {
  it.each([
    ['an unsafe integer', '{"id":9007199254740993}', 'unsafe_integer', ['id']],
    ['one that is too large', '{"id":1e999}', 'non_finite', ['id']],
    ['inside a wrapper key', '{"arguments":{"id":9007199254740993}}', 'unsafe_integer', ['id']],
    ['inside JSON encoded twice', '{"ids":"[9007199254740993]"}', 'unsafe_integer', ['ids', 0]],
    ['inside both', '{"arguments":"{\\"id\\":-9007199254740993}"}', 'unsafe_integer', ['id']],
    ['inside a fence', '```json\n{"id":9007199254740993}\n```', 'unsafe_integer', ['id']],
  ])('are refused: %s', async (_, text, code, path) => {
    const schema = z.object({ id: z.number().optional(), ids: z.array(z.number()).optional() })
    expect(await decode(schema, text)).toMatchObject({ ok: false, code: 'schema_mismatch', issues: [{ code, path }] })
  })

  it('are refused under a wrapped root with the path of the user', async () => {
    const decoded = await decode(z.array(z.number()), '{"value":[1,9007199254740993]}')
    expect(decoded).toMatchObject({ ok: false, issues: [{ path: [1] }], input: [1, expect.any(Number)] })
  })

  it.each(['9007199254740991', '-0', '1e21', '0.1', '5e-324'])('are not refused when they are held: %s', async text => {
    expect(await decode(z.object({ n: z.number() }), `{"n":${text}}`)).toEqual({
      ok: true,
      output: { n: Number(text) },
      input: { n: Number(text) },
      warnings: [],
    })
  })

  it('travel as strings', async () => {
    const decoded = await decode(z.object({ id: z.coerce.bigint() }), '{"id":"9007199254740993"}')
    expect(decoded).toMatchObject({ ok: true, output: { id: 9007199254740993n } })
  })
})

describe('what is mended is reported', () => {
  it.each([
    ['a fence', '\n ```JSON \r\n{"rows":[1]}``` \n', [['fenced', []]]],
    ['a fence on one line', '```json {"rows":[1]} ```', [['fenced', []]]],
    ['a fence without a blank', '```{"rows":[1]}```', [['fenced', []]]],
    ['a wrapper key', '{"parameters":{"rows":[1]}}', [['wrapped', []]]],
    ['encoded twice', '{"rows":"[1]"}', [['encoded_twice', ['rows']]]],
    ['a key that came twice', '{"rows":[2],"rows":[1]}', [['duplicate_key', ['rows']]]],
    [
      'all of it',
      '```\n{"arguments":{"rows":[2],"rows":"[1]"}}\n```',
      [
        ['fenced', []],
        ['duplicate_key', ['rows']],
        ['wrapped', []],
        ['encoded_twice', ['rows']],
      ],
    ],
  ])('%s', async (_, text, warnings) => {
    const decoded = await decode(z.object({ rows: z.array(z.number()) }), text)
    expect(decoded).toMatchObject({ ok: true, output: { rows: [1] } })
    expect(decoded.warnings.map(({ code, path }) => [code, path])).toEqual(warnings)
  })

  it('speaks of a wrapped root in the shape of the user', async () => {
    const decoded = await decode(z.array(z.array(z.number())), '{"arguments":{"value":["[1]"]}}')
    expect(decoded).toMatchObject({ ok: true, output: [[1]] })
    expect(decoded.warnings.map(({ code, path }) => [code, path])).toEqual([
      ['wrapped', []],
      ['encoded_twice', [0]],
    ])
  })

  it('keeps an own __proto__ an own key', async () => {
    const decoded = await decode(z.object({ a: z.unknown() }), '{"a":{"__proto__":{"admin":true}}}')
    expect(decoded).toMatchObject({ ok: true })
    const { a } = (decoded as { output: { a: { admin?: boolean } } }).output
    expect(a.admin).toBeUndefined()
    expect(Object.keys(a)).toEqual(['__proto__'])
  })
})
