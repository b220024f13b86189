import { type } from 'arktype'
import { type DeepPartial, defineExtractor, type Extraction, extract, manyOf, oneOf } from 'decant'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as z3 } from 'zod3'

const model = 'xai/grok-4-fast'

type In =
  | { name: 'four'; value: { n?: number | undefined } }
  | { name: 'mini'; value: { a: string } }
  | { name: 'three'; value: { b: boolean } }
  | { name: 'ark'; value: { c: number } }
type Out =
  | { name: 'four'; value: { n: number } }
  | { name: 'mini'; value: { a: string } }
  | { name: 'three'; value: { b: boolean } }
  | { name: 'ark'; value: { c: number } }

const members = {
  four: z.object({ n: z.number().default(1) }),
  mini: mini.object({ a: mini.string() }),
  three: z3.object({ b: z3.boolean() }),
  ark: type({ c: 'number' }),
}

const one = extract(oneOf(members), '', { model })
expectTypeOf(one).toEqualTypeOf<Extraction<In, Out>>()
const output = await one
if (output.name === 'four') expectTypeOf(output.value.n).toBeNumber()
for await (const partial of one) {
  expectTypeOf(partial).toEqualTypeOf<DeepPartial<In>>()
  if (partial.name === 'mini') expectTypeOf(partial.value?.a).toEqualTypeOf<string | undefined>()
}

const many = extract(manyOf(members), '', { model })
expectTypeOf(many).toEqualTypeOf<Extraction<In[], Out[]>>()
for await (const element of many.elements()) {
  expectTypeOf(element).toEqualTypeOf<In>()
  if (element.name === 'three') expectTypeOf(element.value.b).toBeBoolean()
}
// @ts-expect-error one answer has no elements
one.elements()

const route = defineExtractor({
  name: 'route',
  schema: oneOf(members),
  model,
  prompt: (n: number) => String(n),
  examples: [{ input: 1, output: { name: 'mini', value: { a: 'x' } } }],
})
expectTypeOf(await route(1)).toEqualTypeOf<Out>()
defineExtractor({
  name: 'route',
  schema: oneOf(members),
  model,
  // @ts-expect-error that value belongs to another name
  examples: [{ input: '', output: { name: 'ark', value: { a: 'x' } } }],
})
// @ts-expect-error a member is a schema
oneOf({ a: { type: 'object' } })
