import { describe, expect, it } from 'vitest'
import { loadExtractor } from '../../../src/cli/input/extractor.ts'
import { functionsOf, modelName } from '../../../src/cli/input/function.ts'
import type { Io } from '../../../src/cli/io.ts'
import { citySchema, folderWith } from '../command.ts'

const zodSchema = `import { z } from 'zod'
export default z.object({ city: z.string() }).meta({ title: 'City' })`
const extractor = `import { defineExtractor } from 'decant'
import { z } from 'zod'
export default defineExtractor({
  name: 'city', schema: z.object({ city: z.string() }), model: 'openai/small', instructions: 'Be short.',
  prompt: (place: { name: string }) => \`Where is \${place.name}?\`,
})`

const load = (files: Record<string, string>, file: string, wishes = {}) =>
  loadExtractor(file, wishes, { cwd: folderWith(files), env: {} } as Io)
const messagesOf = (declared: Awaited<ReturnType<typeof load>>, record: unknown) => declared(record).request.messages

describe('an EXTRACTOR', () => {
  it('is a defineExtractor, as it was written', async () => {
    const declared = await load({ 'city.ts': extractor }, 'city.ts')
    expect([declared.name, modelName(declared)]).toEqual(['city', 'openai/small'])
    expect(messagesOf(declared, { name: 'Rome' })).toEqual([
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Where is Rome?' },
    ])
  })

  it('is changed by what stands on the command line', async () => {
    const wishes = { model: 'xai/big', instructions: 'Be kind.', prompt: 'Find {{name}} and {{name}}' }
    const declared = await load({ 'city.ts': extractor }, 'city.ts', wishes)
    expect(modelName(declared)).toBe('xai/big')
    expect(messagesOf(declared, { name: '{{x}}' })).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Find {{x}} and {{x}}' },
    ])
    expect(String(declared.declaration.prompt)).toBe('Find {{name}} and {{name}}')
  })

  it('is a Zod schema in TypeScript or JavaScript, or a JSON Schema, with a model', async () => {
    const files = { 'a.ts': zodSchema, 'b.mjs': zodSchema, 'city.schema.json': citySchema }
    for (const file of Object.keys(files)) {
      const declared = await load(files, file, { model: 'openai/small' })
      expect(functionsOf(declared).map(({ name }) => name)).toEqual(['City'])
      expect(messagesOf(declared, { a: 1 })).toEqual([{ role: 'user', content: '{"a":1}' }])
      expect(messagesOf(declared, 'text')).toEqual([{ role: 'user', content: 'text' }])
    }
  })

  it('of JSON Schema is sent as small as any other, and judges by all that it says', async () => {
    const declared = await load({ 'city.json': citySchema }, 'city.json', { model: 'openai/small' })
    const { title, additionalProperties, ...sent } = JSON.parse(citySchema)
    expect(functionsOf(declared)[0]!.parameters).toEqual(sent)
    const { validate } = declared.schema['~standard']
    expect(await validate({ city: 'Rome', people: 4 })).toEqual({ value: { city: 'Rome', people: 4 } })
    expect(await validate({ city: 'Rome', people: 4, more: 1 })).toHaveProperty('issues')
    expect(await validate({ city: 'Rome', people: 4.5 })).toHaveProperty('issues')
  })

  it('behind another address never gets a key but the one named for it', async () => {
    const folder = folderWith({ 'a.ts': zodSchema })
    const io = { cwd: folder, env: { OPENAI_API_KEY: 'wrong' } } as unknown as Io
    const declared = await loadExtractor('a.ts', { model: 'qwen3', baseUrl: 'http://localhost:1/v1' }, io)
    expect(modelName(declared)).toBe('endpoint/qwen3')
  })

  it.each([
    ['a missing file', {}, 'no.ts', {}, /Cannot load extractor 'no\.ts': there is no such file/],
    ['no default export', { 'a.ts': 'export const x = 1' }, 'a.ts', {}, /its default export is missing/],
    ['another default export', { 'a.ts': 'export default [1]' }, 'a.ts', {}, /its default export is of type list/],
    ['a schema without a model', { 'a.ts': zodSchema }, 'a.ts', {}, /it holds a schema, which names no model/],
    [
      'an endpoint without a model',
      { 'a.ts': zodSchema },
      'a.ts',
      { baseUrl: 'http://localhost:1' },
      /without a model/,
    ],
    [
      'a missing package',
      { 'a.ts': "import 'no-such-package'" },
      'a.ts',
      {},
      /Cannot load extractor 'a\.ts': .*no-such-package/,
    ],
    ['a slip of the pen', { 'a.ts': 'export default {' }, 'a.ts', {}, /Cannot load extractor 'a\.ts': /],
    ['JSON that is none', { 'a.json': '{' }, 'a.json', {}, /Cannot read 'a\.json'/],
    ['JSON that is no schema', { 'a.json': '[]' }, 'a.json', {}, /it holds of type list, not an object|not an object/],
    ['a field that no record has', { 'a.ts': zodSchema }, 'a.ts', { model: 'openai/x', prompt: '{{nme}}' }, undefined],
  ] as const)('that is %s says so', async (_, files, file, wishes, message) => {
    if (message !== undefined) await expect(load(files, file, wishes)).rejects.toThrow(message)
    else {
      const declared = await load(files, file, wishes)
      expect(() => declared({ name: 'x' })).toThrow(
        "Cannot fill '{{nme}}' of the prompt: the record has no such field (it has name)",
      )
    }
  })
})
