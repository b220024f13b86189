import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import {
  type DeepPartial,
  type Event,
  type Extraction,
  extract,
  jsonSchema,
  type Options,
  type Result,
  type Schema,
  type StandardJsonSchema,
} from 'decant'
import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as z3 } from 'zod3'
import { Person } from '../helpers/person.ts'

const model = 'xai/grok-4-fast'
declare const messages: Parameters<typeof extract>[1]

// ---------------------------------------------------------------- what comes out

const person = extract(Person, 'Alice', { model })
expectTypeOf(await person).toEqualTypeOf<{ name: string; age: number; city: string }>()
expectTypeOf(extract(Person, messages, { model })).toEqualTypeOf(person)
expectTypeOf(person.result()).resolves.toEqualTypeOf<Result<{ name: string; age: number; city: string }>>()
expectTypeOf(person.then(({ age }) => age)).resolves.toBeNumber()
expectTypeOf(person.catch(() => 'none' as const)).resolves.toEqualTypeOf<Awaited<typeof person> | 'none'>()
expectTypeOf(person.finally(() => {})).resolves.toEqualTypeOf<Awaited<typeof person>>()
expectTypeOf(await extract(z.string(), '', { model })).toBeString()
expectTypeOf(await extract(z.array(Person), '', { model })).toEqualTypeOf<Awaited<typeof person>[]>()

/** Both sides of a schema, as they are inferred from it. */
const sides = <I, O>(schema: Schema<I, O>): [input: I, output: O] => {
  extract(schema, '', { model })
  return [] as never
}
expectTypeOf(person).toEqualTypeOf<Extraction<Awaited<typeof person>, Awaited<typeof person>>>()

// The input is what the model writes, the output what the user gets: transforms, defaults, pipes, coercions.
expectTypeOf(sides(z.object({ a: z.string().transform(text => text.length) }))).toEqualTypeOf<
  [{ a: string }, { a: number }]
>()
expectTypeOf(sides(z.object({ a: z.number().default(1) }))).toEqualTypeOf<[{ a?: number | undefined }, { a: number }]>()
expectTypeOf(sides(z.iso.date().pipe(z.transform(day => new Date(day))))).toEqualTypeOf<[string, Date]>()
expectTypeOf(sides(mini.object({ a: mini.optional(mini.string()) }))).toEqualTypeOf<
  [{ a?: string | undefined }, { a?: string | undefined }]
>()
expectTypeOf(sides(z3.object({ a: z3.number().default(1) }))).toEqualTypeOf<
  [{ a?: number | undefined }, { a: number }]
>()
expectTypeOf(sides(z3.string().transform(text => text.length))).toEqualTypeOf<[string, number]>()
expectTypeOf(extract(type({ name: 'string', 'age?': 'number' }), '', { model })).toEqualTypeOf<
  Extraction<{ name: string; age?: number }, { name: string; age?: number }>
>()
expectTypeOf(sides(toStandardJsonSchema(v.object({ a: v.pipe(v.string(), v.transform(Number)) })))).toEqualTypeOf<
  [{ a: string }, { a: number }]
>()

const Named = jsonSchema<{ name: string }>({ type: 'object' })
expectTypeOf(await extract(Named, '', { model })).toEqualTypeOf<{ name: string }>()
const Loose = jsonSchema({ type: 'object' })
expectTypeOf(Loose).toEqualTypeOf<StandardJsonSchema<unknown, unknown>>()
expectTypeOf(sides(jsonSchema<string>({}, { validate: value => ({ value: String(value) }) }))).toEqualTypeOf<
  [string, string]
>()
// @ts-expect-error what validate gives is not what was declared
jsonSchema<string>({}, { validate: () => ({ value: 5 }) })
expectTypeOf(sides(z.object({ at: z.date(), of: z.map(z.string(), z.bigint()) }))).toEqualTypeOf<
  [{ at: Date; of: Map<string, bigint> }, { at: Date; of: Map<string, bigint> }]
>()

// ---------------------------------------------------------------- what is seen on the way

interface PartialPerson {
  readonly name?: string
  readonly age?: number
  readonly city?: string
}

for await (const partial of person) {
  expectTypeOf(partial).toEqualTypeOf<PartialPerson>()
  // @ts-expect-error a partial is not whole
  const whole: Awaited<typeof person> = partial
  // @ts-expect-error a name may not have come yet
  partial.name.length
  // @ts-expect-error snapshots share their branches
  partial.name = 'Bob'
  void whole
}

for await (const event of person.events()) {
  expectTypeOf(event).toEqualTypeOf<Event<Awaited<typeof person>>>()
  expectTypeOf(event.attempt).toBeNumber()
  if (event.type === 'partial') expectTypeOf(event.value).toEqualTypeOf<PartialPerson>()
  if (event.type === 'text') expectTypeOf(event.delta).toBeString()
  if (event.type === 'tool') expectTypeOf(event.state).toEqualTypeOf<'started' | 'done' | 'failed' | 'skipped'>()
}

interface Cat {
  kind: 'cat'
  lives: number
}
interface PartialCat {
  readonly kind?: 'cat'
  readonly lives?: number
}
interface Dog {
  kind: 'dog'
  tricks: string[]
}
expectTypeOf<DeepPartial<Cat | Dog>>().toEqualTypeOf<
  PartialCat | { readonly kind?: 'dog'; readonly tricks?: readonly string[] }
>()
expectTypeOf<DeepPartial<{ rows: Cat[] }>>().toEqualTypeOf<{ readonly rows?: readonly PartialCat[] }>()
expectTypeOf<DeepPartial<readonly Cat[]>>().toEqualTypeOf<readonly PartialCat[]>()
expectTypeOf<DeepPartial<[Cat, string]>>().toEqualTypeOf<readonly [PartialCat?, string?]>()
expectTypeOf<DeepPartial<Record<string, Cat>>>().toEqualTypeOf<{
  readonly [key: string]: PartialCat | undefined
}>()
expectTypeOf<DeepPartial<string | number[] | null>>().toEqualTypeOf<string | readonly number[] | null>()
expectTypeOf<DeepPartial<Date | Map<string, Cat> | Set<Cat> | URL>>().toEqualTypeOf<
  Date | Map<string, Cat> | Set<Cat> | URL
>()
expectTypeOf<DeepPartial<unknown>>().toBeUnknown()
expectTypeOf<DeepPartial<any>>().toBeAny()
expectTypeOf<DeepPartial<never>>().toBeNever()
expectTypeOf<DeepPartial<{ a: any; b: unknown }>>().toEqualTypeOf<{ readonly a?: any; readonly b?: unknown }>()

// ---------------------------------------------------------------- generic callers, recursive schemas

const generic = async <I, O>(schema: Schema<I, O>) => await extract(schema, '…', { model })
expectTypeOf(generic(Person)).resolves.toEqualTypeOf<{ name: string; age: number; city: string }>()
const promised = <I, O>(schema: Schema<I, O>): Promise<O> => extract(schema, '…', { model })
expectTypeOf(promised(Person)).resolves.toEqualTypeOf<{ name: string; age: number; city: string }>()
const returned = async <I, O>(schema: Schema<I, O>): Promise<O> => extract(schema, '…', { model })
expectTypeOf(returned(z3.object({ a: z3.string() }))).resolves.toEqualTypeOf<{ a: string }>()
const looped = async <I, O>(schema: Schema<I, O>): Promise<DeepPartial<I>[]> => {
  const seen: DeepPartial<I>[] = []
  for await (const partial of extract(schema, '…', { model })) seen.push(partial)
  return seen
}
expectTypeOf(looped(z.array(z.object({ a: z.string() })))).resolves.toEqualTypeOf<
  (readonly { readonly a?: string }[])[]
>()

const Node = z.object({
  label: z.string(),
  get next() {
    return z.optional(Node)
  },
  get all() {
    return z.array(Node)
  },
})
for await (const partial of extract(Node, '', { model })) {
  expectTypeOf(partial.next?.all?.[0]?.next?.label).toEqualTypeOf<string | undefined>()
}
interface Tree {
  label: string
  children: Tree[]
}
const Tree3: z3.ZodType<Tree> = z3.lazy(() => z3.object({ label: z3.string(), children: z3.array(Tree3) }))
for await (const partial of extract(Tree3, '', { model })) {
  expectTypeOf(partial.children?.[0]?.children?.[0]?.label).toEqualTypeOf<string | undefined>()
}
const Anything = z.object({ any: z.json() })
expectTypeOf(await extract(Anything, '', { model })).toEqualTypeOf<z.output<typeof Anything>>()

// ---------------------------------------------------------------- what must not compile

// @ts-expect-error a bare object literal is no schema
extract({ name: z.string() }, '', { model })
// @ts-expect-error nor is a JSON Schema: it has no types
extract({ type: 'object', properties: {} }, '', { model })
// @ts-expect-error a schema of Valibot has no JSON Schema of its own
extract(v.object({ a: v.string() }), '', { model })
// @ts-expect-error the model is missing
extract(Person, '', {})
// @ts-expect-error the options are missing
extract(Person, '')
// @ts-expect-error no such option
extract(Person, '', { model, temprature: 1 })
// @ts-expect-error no such effort
extract(Person, '', { model, reasoning: { effort: 'extreme' } })
// @ts-expect-error no such mode
extract(Person, '', { model, mode: 'yaml' })
extract(Person, '', { model, examples: [{ input: 'Al', output: { name: 'Al', age: 1, city: 'Rome' } }] })
// @ts-expect-error an example's output fits the schema
extract(Person, '', { model, examples: [{ input: 'Al', output: { name: 'Al' } }] })
// @ts-expect-error no such detail
extract(Person, [{ role: 'user', content: [{ type: 'image_url', image_url: { url: '', detail: 'huge' } }] }], { model })
// @ts-expect-error no such clock
extract(Person, '', { model, timeout: { first: 5 } })
// @ts-expect-error a prompt is a string or a list of messages
extract(Person, 5, { model })
// @ts-expect-error no such role
extract(Person, [{ role: 'robot', content: '' }], { model })
// @ts-expect-error a tool message names its call
extract(Person, [{ role: 'tool', content: '' }], { model })
// @ts-expect-error the ledger is not for writing
person.calls.push(person.calls[0]!)
// @ts-expect-error the attempt is not for writing
person.attempt = 2
// @ts-expect-error headers are an object of strings
extract(Person, '', { model, headers: new Headers() })

// Explicit undefined is an option that is not given, as in a spread of settings.
const settings: { temperature?: number | undefined } = {}
extract(Person, '', { model, ...settings, seed: undefined })
expectTypeOf<Options['model']>().not.toBeUndefined()

// A check sees the output of the schema.
extract(Person, '', {
  model,
  validate(value, { text, signal }) {
    expectTypeOf(value).toEqualTypeOf<z.output<typeof Person>>()
    expectTypeOf(text).toEqualTypeOf<string>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    return [{ message: 'wrong' }]
  },
})
// @ts-expect-error a finding has a message
extract(Person, '', { model, validate: () => [{ path: ['name'] }] })
