import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { encodeText } from '../../src/decode/encode.ts'
import { decodeStrict } from '../../src/decode/strict.ts'
import { ArgumentsView } from '../../src/decode/view.ts'
import { SchemaError } from '../../src/errors.ts'
import { compileSchema, type Declaration, type Dialect, dialects } from '../../src/schema/index.ts'
import type { JsonSchema } from '../../src/types.ts'
import { ajvOf } from '../decode/check/follow.ts'
import { declarations } from './declarations.ts'
import { encode } from './encode.ts'
import { rules } from './rules/rules.ts'

const names = Object.keys(dialects) as Dialect[]

/** A declaration in a dialect, or the error that says why there is none. */
const compiled = (schema: any, dialect: Dialect): Declaration<any, any> | SchemaError => {
  try {
    return compileSchema<any, any>(schema, { dialect })
  } catch (error) {
    if (error instanceof SchemaError) return error
    throw error
  }
}

const text = fc.constantFrom('', 'a', 'x"\\\n', '😀', 'null')
const number = fc.constantFrom(0, -1, 0.5, 7, 1e21)

/** Values of the schema's shape; not every limit is kept. */
const valuesOf = (schema: JsonSchema, root: JsonSchema, depth = 3): fc.Arbitrary<any> => {
  const inner = (each: JsonSchema) => valuesOf(each, root, depth - 1)
  const {
    $ref,
    anyOf,
    enum: choices,
    type,
    properties = {},
    required = [],
    items,
    prefixItems = [],
    additionalProperties: rest,
  } = schema as any
  if ($ref !== undefined) return inner($ref === '#' ? root : (root as any).$defs[$ref.slice(8)])
  if (choices !== undefined) return fc.constantFrom(...choices)
  if (anyOf !== undefined) return fc.oneof(...(depth < 0 ? anyOf.slice(-1) : anyOf).map(inner))
  const kinds = [type ?? 'string'].flat().map((kind: string): fc.Arbitrary<any> => {
    if (kind === 'string') return text
    if (kind === 'integer') return fc.integer()
    if (kind === 'number') return number
    if (kind === 'boolean') return fc.boolean()
    if (kind === 'null') return fc.constant(null)
    if (kind === 'array') {
      const more = items === undefined || depth < 0 ? fc.constant([]) : fc.array(inner(items), { maxLength: 2 })
      return fc.tuple(fc.tuple(...prefixItems.map(inner)), more).map(([first, others]) => [...first, ...others])
    }
    const keys = Object.keys(properties)
    const own = fc.record(Object.fromEntries(keys.map(key => [key, inner(properties[key])])), {
      requiredKeys: depth < 0 ? required : keys.filter(key => required.includes(key) || takesNull(properties[key])),
      noNullPrototype: true,
    } as any)
    const other =
      rest && depth >= 0
        ? fc.dictionary(fc.constantFrom('k', 'key', 'x y'), inner(rest === true ? { type: 'string' } : rest), {
            maxKeys: 2,
            noNullPrototype: true,
          })
        : fc.constant({})
    return fc.tuple(own, other).map(([some, others]) => ({ ...others, ...some }))
  })
  return fc.oneof(...kinds)
}

/** Absent and null are one on the wire where both may be; what a model can say is null. */
const takesNull = (schema: JsonSchema): boolean =>
  [schema.type].flat().includes('null') || JSON.stringify(schema) === '{}'

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe.each(names)('%s', dialect => {
  test.each(declarations)('$title', async ({ z: declare }) => {
    const declaration = compiled(declare(z), dialect)
    if (declaration instanceof SchemaError) {
      expect(declaration.code).toBe('not_expressible')
      expect(declaration.message).toMatch(/ at '.+': the dialect '.+' refuses it \(.+\)$/)
      return
    }
    const { canonical, wire, wrapper } = declaration
    expect(rules[dialect](wire)).toEqual([])
    const valid = ajvOf(canonical)
    const fits = ajvOf(wire)
    const samples = fc.sample(valuesOf(canonical, canonical), { seed: 20_261_121, numRuns: 100 })
    for (const value of samples.filter(each => valid(each)).slice(0, 20)) {
      const sent = JSON.stringify(encode(value, canonical, wrapper, dialect))
      const own = JSON.parse(encodeText(value, declaration))
      expect(own).toEqual(JSON.parse(sent))
      // The user's schema takes more there than it asks for.
      if (!/~(?:lenient|hint)/.test(JSON.stringify(canonical))) expect(own).toSatisfy(fits)
      const judged = {
        ...declaration,
        canonical: plainOf(canonical),
        validate: async (input: unknown) => ({ value: input }),
      }
      const decoded = await decodeStrict(sent, judged)
      expect(decoded.ok && plain(decoded.output)).toEqual(plain(value))
      const view = new ArgumentsView(judged)
      for (const unit of sent) view.feed(unit)
      expect(view.issues).toEqual([])
      expect(plain(view.value)).toEqual(plain(value))
    }
  })

  test('what it refuses is little', () => {
    const refused = declarations.filter(({ z: declare }) => compiled(declare(z), dialect) instanceof SchemaError)
    expect(refused.length).toBeLessThanOrEqual(10)
  })
})

test.each(declarations)('a schema that xai takes it gets as it is: $title', ({ z: declare }) => {
  const sent = compiled(declare(z), 'xai')
  if (sent instanceof SchemaError || sent.rewrites.length > 0) return
  expect(sent.wire).toEqual(compileSchema(declare(z)).wire)
})

test('at least sixty declarations are tried', () => {
  expect(declarations.length).toBeGreaterThanOrEqual(60)
})

/** Without what strings and lists stand for: the way of JSON alone is tried here. */
const plainOf = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema, (key, value) => (key === '~as' ? undefined : value)))
