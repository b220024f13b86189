import { type At, type ElementPath, type Extraction, extract, type ValuePath } from 'decant'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const model = 'xai/grok-4-fast'

const Line = z.object({ sku: z.string(), qty: z.number().default(1), day: z.iso.date().nullable() })
const Shop = z.object({
  name: z.string(),
  orders: z.array(z.object({ items: z.array(Line).optional(), tags: z.array(z.string()).nullable() })),
  grid: z.array(z.array(z.number())),
  pair: z.tuple([z.string(), z.number()]),
  prices: z.record(z.string(), z.object({ history: z.array(z.number()) })),
  party: z.union([z.object({ kind: z.literal('a'), names: z.array(z.string()) }), z.object({ kind: z.literal('b') })]),
  anything: z.any(),
})
const shop = extract(Shop, '', { model })
type LineInput = z.input<typeof Line>

/** What a loop over the elements gets. */
const each = async <T>(elements: AsyncIterable<T>): Promise<T> => {
  for await (const element of elements) return element
  throw new Error('none')
}

// ---------------------------------------------------------------- elements

expectTypeOf(each(shop.elements('orders[].items[]'))).resolves.toEqualTypeOf<LineInput>()
expectTypeOf(each(shop.elements('orders[2].items[]'))).resolves.toEqualTypeOf<LineInput>()
expectTypeOf(each(shop.elements('orders[].tags[]'))).resolves.toBeString()
expectTypeOf(each(shop.elements('grid[]'))).resolves.toEqualTypeOf<number[]>()
expectTypeOf(each(shop.elements('grid[][]'))).resolves.toBeNumber()
expectTypeOf(each(shop.elements('pair[]'))).resolves.toEqualTypeOf<string | number>()
expectTypeOf(each(shop.elements('prices.shoes.history[]'))).resolves.toBeNumber()
expectTypeOf(each(shop.elements('party.names[]'))).resolves.toBeString()
expectTypeOf(each(shop.elements('anything.at.all[]'))).resolves.toBeAny()
expectTypeOf(each(extract(z.array(Line), '', { model }).elements())).resolves.toEqualTypeOf<LineInput>()
expectTypeOf(each(extract(z.array(Line), '', { model }).elements('[]'))).resolves.toEqualTypeOf<LineInput>()

// @ts-expect-error the root is no list
shop.elements()
// @ts-expect-error there is no such key
shop.elements('ordrs[]')
// @ts-expect-error nor further in
shop.elements('orders[].itms[]')
// @ts-expect-error a list, not its elements
shop.elements('orders')
// @ts-expect-error an element, not all of them
shop.elements('orders[0]')
// @ts-expect-error no list
shop.elements('name[]')
// @ts-expect-error a list has no such key
shop.elements('orders.items[]')
// @ts-expect-error no dot before a bracket
shop.elements('orders.[]')
// @ts-expect-error no empty key
shop.elements('orders[]..items[]')

// ---------------------------------------------------------------- decoded by a schema of their own

const Decoded = z.object({ sku: z.string(), qty: z.number().optional(), day: z.string().nullable() })
expectTypeOf(
  each(
    shop.elements(
      'orders[].items[]',
      Decoded.transform(({ sku }) => sku.length),
    ),
  ),
).resolves.toBeNumber()
expectTypeOf(each(shop.elements('orders[].items[]', Line))).resolves.toEqualTypeOf<z.output<typeof Line>>()
// It may take more than what an element is, less, or one of both at each key.
const Coerced = z.object({ sku: z.unknown(), qty: z.coerce.number() })
expectTypeOf(each(shop.elements('orders[].items[]', Coerced))).resolves.toEqualTypeOf<{ sku: unknown; qty: number }>()
const Chosen = z.object({ sku: z.enum(['tea', 'jam']), qty: z.coerce.number() })
expectTypeOf(each(shop.elements('orders[].items[]', Chosen))).resolves.toEqualTypeOf<z.output<typeof Chosen>>()
expectTypeOf(each(shop.elements('orders[].tags[]', z.enum(['a', 'b'])))).resolves.toEqualTypeOf<'a' | 'b'>()
expectTypeOf(each(shop.elements('pair[]', z.coerce.number()))).resolves.toBeNumber()
expectTypeOf(each(shop.elements('anything.at.all[]', Line))).resolves.toEqualTypeOf<z.output<typeof Line>>()
expectTypeOf(each(shop.elements('orders[].items[]', z.any()))).resolves.toBeAny()
// @ts-expect-error the schema takes something else
shop.elements('orders[].items[]', z.object({ sku: z.number() }))
// @ts-expect-error nor does it take any
shop.elements('orders[].tags[]', z.number())

// ---------------------------------------------------------------- what is certain

expectTypeOf(shop.isComplete('')).toBeBoolean()
shop.isComplete('name')
shop.isComplete('orders')
shop.isComplete('orders[0].items[12].qty')
shop.isComplete('party.names[0]')
shop.isComplete('party.kind')
shop.isComplete('pair[1]')
// A row on a screen has an index, and a record keys.
const index: number = shop.attempt
const key: string = String(index)
shop.isComplete(`orders[${index}].items[${index}].qty`)
shop.stateOf(`prices.${key}`)
shop.elements(`orders[${index}].items[]`)
shop.elements(`orders[${index}].items[]`, Line)
// @ts-expect-error nor is there such a key of a row
shop.isComplete(`orders[${index}].item`)
// @ts-expect-error which key it is must be known
shop.isComplete(key)
// @ts-expect-error there is no such key
shop.isComplete('nam')
// @ts-expect-error one value has one place
shop.isComplete('orders[].items')
// @ts-expect-error an index is a number
shop.isComplete('orders[first]')
// @ts-expect-error no key of a string
shop.isComplete('name.length')

// ---------------------------------------------------------------- schemas that hold themselves, code for any schema

interface Node {
  name: string
  children: Node[]
}
const Node: z.ZodType<Node, Node> = z.lazy(() => z.object({ name: z.string(), children: z.array(Node) }))
const tree = extract(Node, '', { model })
expectTypeOf(each(tree.elements('children[].children[].children[]'))).resolves.toEqualTypeOf<Node>()
tree.isComplete('children[0].children[1].name')
// @ts-expect-error not even deep down
tree.elements('children[].children[].child[]')

const unknown = extract(z.unknown() as z.ZodType<unknown, unknown>, '', { model })
expectTypeOf(each(unknown.elements('rows[]'))).resolves.toBeUnknown()
expectTypeOf(each(unknown.elements())).resolves.toBeUnknown()
unknown.isComplete('rows[0]')

expectTypeOf<At<LineInput, 'day'>>().toEqualTypeOf<string | null>()
expectTypeOf<ElementPath<Node, 'children[]'>>().toEqualTypeOf<'children[]'>()
expectTypeOf<ValuePath<Node, 'kids'>>().toBeNever()

/** Code that takes any extraction still does. */
const readAll = async (extraction: Extraction<any, unknown>): Promise<void> => {
  await extraction
}
void readAll(shop)
