import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import {
  type DeepPartial,
  defineExtractor,
  type Example,
  type Extraction,
  type Extractor,
  extract,
  extractAll,
  jsonSchema,
  manyOf,
  type NamedInput,
  type NamedOutput,
  oneOf,
  type Prompt,
  type RecordItem,
  type Schema,
} from 'decant'
import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as z3 } from 'zod3'

/** One declaration in every language: what the model writes has `n` as a text, what the caller gets as a number. */
interface Written {
  id: string
  n: string
}
interface Got {
  id: string
  n: number
}

const languages = {
  four: z.object({ id: z.string(), n: z.string().transform(Number) }),
  mini: mini.object({ id: mini.string(), n: mini.pipe(mini.string(), mini.transform(Number)) }),
  three: z3.object({ id: z3.string(), n: z3.string().transform(Number) }),
  valibot: toStandardJsonSchema(v.object({ id: v.string(), n: v.pipe(v.string(), v.transform(Number)) })),
  ark: type({ id: 'string', n: type('string').pipe(text => Number(text)) }),
  plain: jsonSchema<Written>({ type: 'object' }),
}
const model = 'xai/grok-4-fast'

// ---------------------------------------------------------------- each alone

/** Flat, so that a type counts as equal to its expansion. */
type Flat<T> = { [K in keyof T]: T[K] }

const sides = <I, O>(_: Schema<I, O>): [Flat<I>, Flat<O>] => [] as never
type Both = [Flat<Written>, Flat<Got>]
expectTypeOf(sides(languages.four)).toEqualTypeOf<Both>()
expectTypeOf(sides(languages.mini)).toEqualTypeOf<Both>()
expectTypeOf(sides(languages.three)).toEqualTypeOf<Both>()
expectTypeOf(sides(languages.valibot)).toEqualTypeOf<Both>()
expectTypeOf(sides(languages.ark)).toEqualTypeOf<Both>()
expectTypeOf(sides(languages.plain)).toEqualTypeOf<[Flat<Written>, Flat<Written>]>()

// Where nothing is transformed both sides are one; what may be absent is so on both.
const optional = <I, O>(schema: Schema<I, O>): Extraction<I, O> => extract(schema, '', { model })
expectTypeOf(optional(toStandardJsonSchema(v.object({ a: v.optional(v.number()) })))).resolves.toEqualTypeOf<{
  a?: number | undefined
}>()
expectTypeOf(optional(toStandardJsonSchema(v.object({ a: v.optional(v.number(), 1) })))).resolves.toEqualTypeOf<{
  a: number
}>()
expectTypeOf(optional(type({ a: 'number = 1' }))).resolves.toEqualTypeOf<{ a: number }>()
expectTypeOf(optional(mini.object({ a: mini._default(mini.number(), 1) }))).resolves.toEqualTypeOf<{ a: number }>()
expectTypeOf(optional(toStandardJsonSchema(v.picklist(['x', 'y'])))).resolves.toEqualTypeOf<'x' | 'y'>()
expectTypeOf(optional(type("'x' | 'y'"))).resolves.toEqualTypeOf<'x' | 'y'>()
expectTypeOf(optional(z3.enum(['x', 'y']))).resolves.toEqualTypeOf<'x' | 'y'>()
expectTypeOf(optional(jsonSchema<'x' | 'y'>({ enum: ['x', 'y'] }))).resolves.toEqualTypeOf<'x' | 'y'>()

for await (const partial of extract(languages.valibot, '', { model }))
  expectTypeOf(partial).toEqualTypeOf<{ readonly id?: string; readonly n?: string }>()
for await (const partial of extract(languages.plain, '', { model })) {
  expectTypeOf(partial).toEqualTypeOf<DeepPartial<Written>>()
  // @ts-expect-error a partial may lack it
  partial.n.length
}

// ---------------------------------------------------------------- as members

type Name = 'four' | 'mini' | 'three' | 'valibot' | 'ark' | 'plain'
type In = { [K in Name]: { name: K; value: Written } }[Name]
type Out = { [K in Exclude<Name, 'plain'>]: { name: K; value: Got } }[Exclude<Name, 'plain'>] | PlainOut
interface PlainOut {
  name: 'plain'
  value: Written
}
expectTypeOf<NamedInput<typeof languages>['name']>().toEqualTypeOf<Name>()
expectTypeOf<NamedInput<typeof languages>>().toExtend<In>()
expectTypeOf<In>().toExtend<NamedInput<typeof languages>>()
expectTypeOf<NamedOutput<typeof languages>>().toExtend<Out>()
expectTypeOf<Out>().toExtend<NamedOutput<typeof languages>>()

const one = extract(oneOf(languages), '', { model })
expectTypeOf(one).toEqualTypeOf<Extraction<NamedInput<typeof languages>, NamedOutput<typeof languages>>>()
const picked = await one
if (picked.name === 'valibot') expectTypeOf(picked.value).toEqualTypeOf<Got>()
if (picked.name === 'plain') expectTypeOf(picked.value).toEqualTypeOf<Written>()
// @ts-expect-error no member has that name
if (picked.name === 'five') picked.value
// @ts-expect-error of one member n is a text
const sum: number = picked.value.n
void sum

const many = extract(manyOf(languages), '', { model })
expectTypeOf(many).resolves.toEqualTypeOf<NamedOutput<typeof languages>[]>()
for await (const element of many.elements()) {
  // An element is what the model wrote.
  expectTypeOf(element.value.n).toBeString()
  // @ts-expect-error a list's element is no list
  element.length
}
for await (const partial of many) expectTypeOf(partial[0]?.value?.n).toEqualTypeOf<string | undefined>()
many.isComplete('[0].value.n')
// @ts-expect-error no member has that key
many.isComplete('[0].value.m')

// @ts-expect-error a choice has members
oneOf()
// @ts-expect-error a schema of Valibot has no JSON Schema of its own
manyOf({ bare: v.object({ a: v.string() }) })
// @ts-expect-error members go by name
manyOf([z.object({})])

// ---------------------------------------------------------------- declared once

expectTypeOf(sides(defineExtractor({ name: 'four', model, schema: languages.four }).schema)).toEqualTypeOf<Both>()
const mined = defineExtractor({
  name: 'mini',
  model,
  schema: languages.mini,
  prompt: (mail: { body: string }) => mail.body,
  validate({ n }) {
    expectTypeOf(n).toBeNumber()
    return []
  },
  examples: [{ input: { body: 'one' }, output: { id: 'a', n: '1' } }],
})
expectTypeOf(mined).parameter(0).toEqualTypeOf<{ body: string }>()
expectTypeOf(mined({ body: '' })).resolves.toEqualTypeOf<Got>()
mined.with({ examples: [{ input: { body: 'two' }, output: { id: 'b', n: '2' } }] })
// @ts-expect-error an example's output is what the model writes
mined.with({ examples: [{ input: { body: 'two' }, output: { id: 'b', n: 2 } }] })
// @ts-expect-error and all of it
mined.with({ examples: [{ input: { body: 'two' }, output: { id: 'b' } }] })
// @ts-expect-error its input is the extractor's
mined({ text: '' })

const third = defineExtractor({
  name: 'three',
  model,
  schema: languages.three,
  examples: [{ input: 'one', output: { id: 'a', n: '1' } }],
})
expectTypeOf(third).parameter(0).toEqualTypeOf<Prompt>()
expectTypeOf(third('')).resolves.toEqualTypeOf<Got>()
// @ts-expect-error a number is what the caller gets, not what the model writes
defineExtractor({ name: 'x', model, schema: languages.three, examples: [{ input: '', output: { id: '', n: 1 } }] })
// @ts-expect-error likewise
defineExtractor({ name: 'x', model, schema: languages.valibot, examples: [{ input: '', output: { id: '', n: 1 } }] })
// @ts-expect-error likewise
defineExtractor({ name: 'x', model, schema: languages.ark, examples: [{ input: '', output: { id: '', n: 1 } }] })
// @ts-expect-error likewise
defineExtractor({ name: 'x', model, schema: languages.plain, examples: [{ input: '', output: { id: '', n: 1 } }] })
defineExtractor({ name: 'x', model, schema: languages.valibot, examples: [{ input: '', output: { id: '', n: '' } }] })
defineExtractor({ name: 'x', model, schema: languages.ark, examples: [{ input: '', output: { id: '', n: '' } }] })
defineExtractor({ name: 'x', model, schema: languages.plain, examples: [{ input: '', output: { id: '', n: '' } }] })

const route = defineExtractor({
  name: 'route',
  model,
  schema: manyOf(languages),
  prompt: (lines: readonly string[]) => lines.join('\n'),
  examples: [
    {
      input: ['one', 'two'],
      output: [
        { name: 'valibot', value: { id: 'a', n: '1' } },
        { name: 'plain', value: { id: 'b', n: '2' } },
      ],
    },
  ],
})
expectTypeOf(route).toEqualTypeOf<
  Extractor<readonly string[], NamedInput<typeof languages>[], NamedOutput<typeof languages>[]>
>()
expectTypeOf(await route(['']))
  .items.toHaveProperty('name')
  .toEqualTypeOf<Name>()
route.with({ examples: [{ input: [], output: [] }] })
// @ts-expect-error the output of manyOf is a list
route.with({ examples: [{ input: [], output: { name: 'ark', value: { id: 'a', n: '1' } } }] })
// @ts-expect-error no member has that name
route.with({ examples: [{ input: [], output: [{ name: 'five', value: { id: 'a', n: '1' } }] }] })
// @ts-expect-error what a member writes has an id
route.with({ examples: [{ input: [], output: [{ name: 'ark', value: { n: '1' } }] }] })

/** Examples may be kept apart. */
const kept: Example<string, Written>[] = [{ input: '', output: { id: 'a', n: '1' } }]
extract(languages.valibot, '', { model, examples: kept })
// @ts-expect-error those are of another schema
extract(z.object({ other: z.string() }), '', { model, examples: kept })

for await (const item of extractAll(route, [['a']])) {
  expectTypeOf(item).toEqualTypeOf<RecordItem<readonly string[], NamedOutput<typeof languages>[]>>()
}

// ---------------------------------------------------------------- code for any schema

const routed = <M extends Readonly<Record<string, Schema>>>(members: M): Extraction<NamedInput<M>, NamedOutput<M>> =>
  extract(oneOf(members), '', { model })
expectTypeOf(await routed({ a: languages.ark, b: languages.plain }))
  .toHaveProperty('name')
  .toEqualTypeOf<'a' | 'b'>()

/** Members that hold themselves. */
const Node = z.object({
  label: z.string(),
  get kids() {
    return z.array(Node)
  },
})
const grown = await extract(oneOf({ node: Node, text: languages.four }), '', { model })
if (grown.name === 'node') expectTypeOf(grown.value.kids[0]!.kids[0]!.label).toBeString()
