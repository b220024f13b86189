import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { compileSchema } from '../../src/schema/index.ts'
import type { JsonSchema } from '../../src/types.ts'
import { declarations } from './declarations.ts'

const law = { seed: 20_260_410, numRuns: 300 }

/** Checks that JSON Schema cannot say, or that come after a change of the text: the schema takes less than the canonical one. */
const wider = new Set([
  'times and local times, which the JSON formats would refuse',
  'checks behind a trim, and a pattern without case, are for the model alone',
  'transform and pipe show what goes in',
])

/** What the model is asked for, where the user's schema would take any value at all. */
const asked = new Set(['coercion declares what it makes, as JSON', 'catch declares what is inside it'])

// Zod's own reader of JSON Schema is the judge: it shares no code with ours and knows all keywords of the table but these.
const judged = declarations.filter(
  ({ title, canonical }) =>
    !asked.has(title) && !/"(contentEncoding|format|default|~as)":/.test(JSON.stringify(canonical)),
)

test.each(judged)('the canonical schema takes what the schema takes: $title', async ({ title, z: declare }) => {
  const schema = declare(z)
  const { canonical } = compileSchema(schema)
  const judge = z.fromJSONSchema(canonical as never)
  const taken = new Set<boolean>()
  await fc.assert(
    fc.asyncProperty(near(canonical, canonical), async value => {
      const { success } = await schema.safeParseAsync(value)
      taken.add(success)
      const fits = judge.safeParse(value).success
      expect(wider.has(title) ? fits || !success : fits === success, JSON.stringify(value)).toBe(true)
    }),
    law,
  )
  expect([...taken].sort()).toEqual([false, true])
})

test('most declarations are judged', () => {
  expect(judged.length).toBeGreaterThan(40)
})

const someStrings = [
  '',
  'a',
  'ab',
  'abc',
  'abcd',
  'abcdef',
  'abcdefghijkl',
  'aaa',
  'x',
  'y',
  '7',
  '12:30',
  '2020-01-01T12:30:00',
]
const someNumbers = [-1, 0, 0.25, 0.5, 1, 1.5, 2, 7, 9, 10]
const strings = fc.constantFrom(...someStrings)
const numbers = fc.constantFrom(...someNumbers)
const atoms = fc.oneof(strings, numbers, fc.boolean(), fc.constant(null))
const anything = fc.oneof(
  { weight: 3, arbitrary: atoms },
  fc.array(atoms, { maxLength: 2 }),
  fc.dictionary(strings, atoms, { maxKeys: 2 }),
)

/** Values that mostly have the schema's shape and miss it in a place or two. */
function near(schema: JsonSchema, root: JsonSchema, depth = 3): fc.Arbitrary<unknown> {
  const shaped = (each: JsonSchema): fc.Arbitrary<unknown> => near(each, root, depth - 1)
  if (depth < -3) return anything
  const right = (): fc.Arbitrary<unknown>[] => {
    const {
      $ref,
      anyOf,
      enum: choices,
      type,
      properties = {},
      items,
      prefixItems = [],
      additionalProperties,
    } = schema as any
    if ($ref === '#') return [shaped(root)]
    if ($ref !== undefined) return [shaped((root as any).$defs[$ref.slice('#/$defs/'.length)])]
    if (anyOf !== undefined) return anyOf.map(shaped)
    if (choices !== undefined) return [fc.constantFrom(...choices)]
    return [type ?? []].flat().map((each: string): fc.Arbitrary<unknown> => {
      if (each === 'string') return mostly(schema, someStrings)
      if (each === 'number' || each === 'integer') return mostly(schema, someNumbers)
      if (each === 'boolean') return fc.boolean()
      if (each === 'null') return fc.constant(null)
      if (each === 'array') {
        const rest = depth < 0 ? fc.constant([]) : fc.array(shaped(items ?? {}), { maxLength: 3 })
        return fc.tuple(fc.tuple(...prefixItems.map(shaped)), rest).map(([first, more]) => [...first, ...more])
      }
      const known = Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [key, shaped(value as JsonSchema)]),
      )
      const other = typeof additionalProperties === 'object' ? shaped(additionalProperties) : atoms
      const extra = fc.oneof(
        { weight: 4, arbitrary: fc.constant({}) },
        depth < 0 ? fc.constant({}) : fc.dictionary(strings, other, { maxKeys: 2 }),
      )
      const needed = fc.constantFrom(Object.keys(known), [])
      return needed
        .chain(requiredKeys => fc.tuple(fc.record(known, { requiredKeys }), extra))
        .map(([own, more]) => ({ ...more, ...own }))
    })
  }
  const options = right()
  return options.length === 0
    ? anything
    : fc.oneof({ weight: 12, arbitrary: fc.oneof(...options) }, { weight: 1, arbitrary: anything })
}

/** Those of the values that fit, and now and then one that need not. */
function mostly<T>(schema: JsonSchema, values: readonly T[]): fc.Arbitrary<T> {
  const judge = z.fromJSONSchema(schema as never)
  const fitting = values.filter(value => judge.safeParse(value).success)
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...fitting) },
    { weight: 1, arbitrary: fc.constantFrom(...values) },
  )
}
