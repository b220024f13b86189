import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { JsonValue } from '../../src/json/index.ts'
import * as edits from '../../src/repair/edits.ts'
import { patchOf } from '../../src/repair/patch.ts'
import type { Path } from '../../src/repair/places.ts'
import { compileSchema } from '../../src/schema/index.ts'

const at = (path: Path) => ({ path, code: 'custom', message: 'wrong' })

const patchFor = async (schema: z.ZodType, document: JsonValue, kept: readonly Path[] = []) => {
  const declaration = compileSchema(schema)
  const checked = await declaration.validate(structuredClone(document))
  const issues = 'issues' in checked ? checked.issues : []
  return patchOf(edits, { code: 'schema_mismatch', issues }, document, declaration, kept)!
}

const parametersOf = async (schema: z.ZodType, document: JsonValue) =>
  (await patchFor(schema, document))?.declaration.wire

const long = 'x'.repeat(250)

describe('the function of a patch', () => {
  it('has a property for each wrong place, in the words of its own schema', async () => {
    const schema = z.object({ unit: z.enum(['kg', 'g']).describe('of weight'), size: z.int().min(1), note: z.string() })
    expect(await parametersOf(schema, { unit: 'lb', size: 0, note: long })).toEqual({
      type: 'object',
      properties: {
        p1: { type: 'string', enum: ['kg', 'g'], description: 'unit: of weight' },
        p2: { type: 'integer', minimum: 1, description: 'size' },
      },
      required: ['p1', 'p2'],
    })
  })

  it('lets an optional value be left out', async () => {
    const schema = z.object({ when: z.iso.date().optional(), note: z.string() })
    const document = { when: 'soon', note: long }
    const patch = await patchFor(schema, document)
    expect(patch.declaration.wire).toEqual({
      type: 'object',
      properties: {
        p1: { type: 'string', format: 'date', description: 'when' },
        remove: { type: 'array', description: 'what is to be left out', items: { type: 'string', enum: ['p1'] } },
      },
    })
    expect(edits.applyPatch(document, patch, { remove: ['p1'] })).toEqual({ note: long })
    expect(edits.applyPatch(document, patch, { p1: '2026-01-02' })).toEqual({ when: '2026-01-02', note: long })
  })

  it('asks for what is missing', async () => {
    const schema = z.object({ a: z.object({ b: z.object({ c: z.string() }), note: z.string() }) })
    const document = { a: { note: long } }
    const patch = await patchFor(schema, document)
    expect(patch.declaration.wire).toMatchObject({ properties: { p1: { description: 'a.b' } }, required: ['p1'] })
    expect(edits.applyPatch(document, patch, { p1: { c: 'x' } })).toEqual({ a: { note: long, b: { c: 'x' } } })
  })

  it('lets keys that are too much be left out, and nothing else', async () => {
    const schema = z.strictObject({ a: z.string(), note: z.string() })
    const document = { a: 'x', b: 1, note: long }
    const patch = await patchFor(schema, document)
    expect(patch.declaration.wire).toEqual({
      type: 'object',
      properties: {
        remove: {
          type: 'array',
          description: 'what is to be left out; p1 is b, which has no place',
          items: { type: 'string', enum: ['p1'] },
        },
      },
    })
    expect(edits.applyPatch(document, patch, { remove: ['p1'], a: 'y', p1: 2 })).toEqual({ a: 'x', note: long })
  })

  it('offers the fields of an object whose rule over several of them is broken', async () => {
    const schema = z
      .object({ net: z.number(), tax: z.number(), gross: z.number(), note: z.string() })
      .refine(({ net, tax, gross }) => net + tax === gross, 'net and tax must make gross')
    const document = { net: 1, tax: 2, gross: 4, note: long }
    const patch = await patchFor(schema, document)
    expect(patch.declaration.wire).toEqual({
      type: 'object',
      properties: {
        p1: { type: 'number', description: 'net' },
        p2: { type: 'number', description: 'tax' },
        p3: { type: 'number', description: 'gross' },
      },
    })
    expect(edits.applyPatch(document, patch, { p3: 3 })).toEqual({ ...document, gross: 3 })
  })

  it('takes of a union the branch that was meant', async () => {
    const schema = z.object({
      it: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), value: z.number(), note: z.string() }),
        z.object({ kind: z.literal('b'), value: z.array(z.boolean()), note: z.string() }),
      ]),
    })
    const [a, b] = [{ kind: 'a' }, { kind: 'b' }].map(it => ({ it: { ...it, value: 'x', note: long } }))
    expect((await parametersOf(schema, a!))!.properties).toEqual({ p1: { type: 'number', description: 'it.value' } })
    expect((await parametersOf(schema, b!))!.properties).toMatchObject({ p1: { type: 'array' } })
  })

  it('brings along the definitions that its parts refer to, and no others', async () => {
    const Tree = z.object({
      name: z.string(),
      get children() {
        return z.array(Tree)
      },
    })
    const document = { name: long, children: [{ name: 'a', children: 'none' }] }
    const wire = (await parametersOf(Tree, document))!
    expect(wire.properties).toMatchObject({ p1: { type: 'array', description: 'children[0].children' } })
    expect(JSON.stringify(wire)).toContain('"$ref":"#/$defs/')
    expect(Object.keys(wire.$defs as object)).toHaveLength(1)
  })

  it('speaks of a wrapped root as the model knows it', async () => {
    const wire = await parametersOf(z.array(z.object({ a: z.number(), note: z.string() })), [{ a: 'x', note: long }])
    expect(wire!.properties).toEqual({ p1: { type: 'number', description: 'value[0].a' } })
  })
})

describe('a list', () => {
  const List = z.object({ list: z.array(z.string()).min(2).max(3) })
  const words = (count: number) => Array.from({ length: count }, (_, i) => `${i}${'y'.repeat(90)}`)

  it('that is too long or too short is edited', async () => {
    const document = { list: words(5) }
    const patch = await patchFor(List, document)
    expect(patch.declaration.wire.properties).toEqual({
      p1: {
        type: 'object',
        description: "list, a list of 5: indices as they are now; insert puts a value before index 'at'",
        properties: {
          remove: { type: 'array', items: { type: 'integer', minimum: 0 } },
          insert: {
            type: 'array',
            items: {
              type: 'object',
              properties: { at: { type: 'integer', minimum: 0 }, value: { type: 'string' } },
              required: ['at', 'value'],
            },
          },
        },
      },
    })
    const [a, b, c, d, e] = document.list
    const edit = (remove: number[], ...insert: { at?: number; value?: string }[]) =>
      (edits.applyPatch(document, patch, { p1: { remove, insert } }) as { list: string[] }).list
    expect(edit([1, 4])).toEqual([a, c, d])
    expect(edit([0, 1, 2], { at: 5, value: 'z' }, { at: 4, value: 'v' }, { at: 4, value: 'w' })).toEqual([
      d,
      'v',
      'w',
      e,
      'z',
    ])
    expect(edit([9], { at: 99, value: 'z' }, { value: 'no place' }, { at: 1 })).toEqual([a, b, c, d, e, 'z'])
  })

  it('that is small is replaced', async () => {
    expect(await parametersOf(List, { list: ['a'] })).toMatchObject({
      properties: { p1: { type: 'array', minItems: 2, maxItems: 3, description: 'list' } },
      required: ['p1'],
    })
  })

  it('keeps the elements that were handed out', async () => {
    const document = { list: words(5) }
    const patch = await patchFor(List, document, [['list', 1]])
    expect(JSON.stringify(patch.declaration.wire)).toContain('"minimum":2')
    const [a, b, , d, e] = document.list
    const edit = { remove: [0, 1, 2], insert: [{ at: 0, value: 'z' }] }
    expect(edits.applyPatch(document, patch, { p1: edit })).toEqual({ list: [a, b, 'z', d, e] })
  })

  it('is moved last, when other places are named by their index', async () => {
    const schema = z.object({ list: z.array(z.object({ a: z.int().optional(), note: z.string() })).max(2) })
    const list = [1, 2, 'x'].map(a => ({ a, note: 'y'.repeat(90) }))
    const fault = { code: 'schema_mismatch', issues: [at(['list']), at(['list', 2, 'a'])] } as const
    const patch = patchOf(edits, fault, { list }, compileSchema(schema))!
    const names = new Map([...patch.places].map(([name, { path }]) => [path.join('.'), name]))
    const answer = { [names.get('list')!]: { remove: [0] }, remove: [names.get('list.2.a')] }
    expect(edits.applyPatch({ list }, patch, answer)).toEqual({ list: [list[1], { note: list[2]!.note }] })
  })
})

describe('no patch is possible', () => {
  it.each([
    ['of a root of the wrong kind', z.object({ a: z.string() }), 7],
    ['of a text', z.string().min(3), 'x'],
    ['of very many places', z.array(z.number()), Array.from({ length: 30 }, () => 'x')],
  ])('%s', async (_, schema, document) => {
    expect(await patchFor(schema, document)).toBeUndefined()
  })

  it('in what was handed out', async () => {
    const schema = z.array(z.object({ a: z.number(), note: z.string() }))
    const document = [{ a: 'x', note: long }]
    expect(await patchFor(schema, document, [[0]])).toBeUndefined()
    expect(await patchFor(schema, document, [[1]])).toBeDefined()
  })
})

it('hostile keys are only keys', () => {
  const schema = z.object({ map: z.record(z.string(), z.number()), note: z.string() })
  const document = JSON.parse(`{"map":{"__proto__":"x","constructor":1},"note":"${long}"}`)
  const fault = { code: 'schema_mismatch', issues: [at(['map', '__proto__'])] } as const
  const patched = edits.applyPatch(
    document,
    patchOf(edits, fault, document, compileSchema(schema))!,
    JSON.parse('{"p1":3,"__proto__":{"p1":4}}'),
  )
  expect(JSON.stringify(patched)).toBe(`{"map":{"__proto__":3,"constructor":1},"note":"${long}"}`)
})
