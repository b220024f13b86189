import { createProvider, extract, OutputError, type Schema } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fetchOf, streamOf } from '../helpers/answer.ts'

const pieces = (text: string): string[] => text.match(/.{1,3}/g) ?? []

/** What comes of arguments that a model wrote in the dialect; the streamed text is cut into threes. */
const read = async (schema: Schema, args: string) => {
  const model = createProvider({ name: 'test', baseURL: 'https://a.example', dialect: 'openai-strict' })('m')
  const fetch = fetchOf(() => streamOf({ name: 'extract', pieces: pieces(args) }))
  const extraction = extract(schema, '?', { model, fetch, maxRepairs: 0, onInvalid: 'finish' })
  const partials: unknown[] = []
  for await (const partial of extraction) partials.push(partial)
  const { output, warnings } = await extraction.result()
  return { output, warnings, last: partials.at(-1) }
}

const failure = async (schema: Schema, args: string): Promise<OutputError> => {
  const error = await read(schema, args).catch(reason => reason)
  expect(error).toBeInstanceOf(OutputError)
  return error
}

describe('a record that came as a list', () => {
  const Parts = z.object({ parts: z.record(z.string(), z.int()) })

  it.each([
    ['an element that is no object', '{"parts":["pen",{"key":"cap","value":2}]}'],
    ['a pair without a value', '{"parts":[{"key":"pen"}]}'],
    ['a pair without a key', '{"parts":[{"value":1},{"key":"cap","value":2}]}'],
    ['a key that is no string', '{"parts":[{"key":7,"value":1}]}'],
    ['a key that is no string, behind its value', '{"parts":[{"value":1,"key":null}]}'],
  ])('is refused with %s: nothing is left out in silence', async (_, args) => {
    expect((await failure(Parts, args)).issues).toEqual([
      { path: ['parts'], code: 'invalid_pair', message: expect.stringContaining('a string as its key') },
    ])
  })

  it('of records takes values before their keys', async () => {
    const schema = z.object({ shelves: z.record(z.string(), z.record(z.string(), z.int())) })
    const args = '{"shelves":[{"value":[{"value":1,"key":"pen"},{"value":2,"key":"cap"}],"key":"top"}]}'
    const { output, last } = await read(schema, args)
    expect(output).toEqual({ shelves: { top: { pen: 1, cap: 2 } } })
    expect(last).toEqual(output)
  })

  it('has the last of the values that came before one key', async () => {
    const { output } = await read(Parts, '{"parts":[{"value":1,"key":"pen","value":2}]}')
    expect(output).toEqual({ parts: { pen: 2 } })
  })
})

it.each(['[]', '["a"]', '[{"key":"a","value":1}]'])('%s is no object of named keys', async list => {
  const schema = z.object({ inner: z.object({ a: z.int().optional() }), all: z.record(z.string(), z.int()) })
  const { issues } = await failure(schema, `{"inner":${list},"all":[]}`)
  expect(issues).toMatchObject([{ path: ['inner'], code: 'invalid_type' }])
})

describe('null where one branch of a union may lack the key and another has null', () => {
  const Paid = z.object({ kind: z.literal('paid'), by: z.string().optional(), note: z.string().optional() })
  const Open = z.object({ kind: z.literal('open'), by: z.string().nullable(), note: z.string().nullable() })
  const Told = z.object({ state: z.discriminatedUnion('kind', [Paid, Open]) })

  it.each([
    ['first', (state: string, rest: string) => `{"state":{"kind":"${state}",${rest}}}`],
    ['last', (state: string, rest: string) => `{"state":{${rest},"kind":"${state}"}}`],
  ])('is told by the discriminator that comes %s', async (_, write) => {
    const paid = await read(Told, write('paid', '"by":null,"note":null'))
    expect(paid.output).toEqual({ state: { kind: 'paid' } })
    expect(paid.last).toEqual(paid.output)
    const open = await read(Told, write('open', '"by":null,"note":"late"'))
    expect(open.output).toEqual({ state: { kind: 'open', by: null, note: 'late' } })
    expect(open.last).toEqual(open.output)
  })

  it('is told by the keys where no literal does', async () => {
    const Named = z.object({ name: z.string(), mail: z.string().optional() })
    const Guest = z.object({ guest: z.int(), mail: z.null() })
    const schema = z.object({ who: z.union([Named, Guest]) })
    expect((await read(schema, '{"who":{"mail":null,"name":"Ann"}}')).output).toEqual({ who: { name: 'Ann' } })
    expect((await read(schema, '{"who":{"mail":null,"guest":7}}')).output).toEqual({ who: { guest: 7, mail: null } })
  })

  it('stands back behind a value of the same key that comes later, and wins over one before it', async () => {
    const later = await read(Told, '{"state":{"kind":"open","by":null,"by":"Ann","note":null}}')
    expect(later.output).toEqual({ state: { kind: 'open', by: 'Ann', note: null } })
    const before = await read(Told, '{"state":{"kind":"open","by":"Ann","by":null,"note":null}}')
    expect(before.output).toEqual({ state: { kind: 'open', by: null, note: null } })
    expect(before.warnings).toMatchObject([{ path: ['state', 'by'], code: 'duplicate_key' }])
  })
})

describe('a number beyond the exact integers', () => {
  const Sum = z.object({ a: z.number(), o: z.string().optional(), parts: z.record(z.string(), z.number()).optional() })

  it.each([
    ['behind a key that came twice', '{"a":1,"a":1e20,"o":null}'],
    ['behind one that was left out', '{"parts":[{"key":"p","more":9007199254740993,"value":1}],"a":1e20}'],
  ])('is taken with an exponent %s', async (_, args) => {
    expect((await read(Sum, args)).output).toMatchObject({ a: 1e20 })
  })

  it('is refused as an integer, whatever stands before it', async () => {
    const { issues } = await failure(Sum, '{"o":"x","o":null,"a":100000000000000000000}')
    expect(issues).toMatchObject([{ path: ['a'], code: 'unsafe_integer' }])
  })
})

it('a list is a record where the discriminator means the branch that has one', async () => {
  const Listed = z.object({ kind: z.literal('list'), in: z.object({ parts: z.array(z.object({ key: z.string() })) }) })
  const Counted = z.object({ kind: z.literal('count'), in: z.object({ parts: z.record(z.string(), z.int()) }) })
  const schema = z.array(z.discriminatedUnion('kind', [Listed, Counted]))
  const args =
    '{"value":[{"kind":"count","in":{"parts":[{"key":"pen","value":2}]}},{"kind":"list","in":{"parts":[{"key":"pen"}]}}]}'
  const { output, last } = await read(schema, args)
  expect(output).toEqual([
    { kind: 'count', in: { parts: { pen: 2 } } },
    { kind: 'list', in: { parts: [{ key: 'pen' }] } },
  ])
  expect(last).toEqual(output)
})
