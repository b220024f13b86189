import fc from 'fast-check'
import type { JsonSchema } from '../../src/types.ts'
import { ajvOf } from '../decode/check/follow.ts'

const texts = [
  ...['', 'a', 'x"\\\n', '😀', 'null', 'aa', 'ab', 'abc', 'abcd', 'x y', 'b a', '{"a":1}', '[1]'],
  ...['7', '-12', '90071992547409931', '0.5', 'YWJj', 'P1DT2H', '12:30', '12:30:05.5', '2024-02-29', '1999-12-31'],
  ...['2024-02-29T12:30:00Z', '1999-12-31T23:59:59.5Z', '2024-02-29T12:30'],
  ...['ada@example.com', 'a.b+c@example.com', 'ada@example.org', 'https://example.com/a?b#c', 'urn:a:b'],
  ...['2eb8aa08-aa98-41ea-b4aa-73b441d16380', '192.168.0.1', '::1', 'fe80::1:2'],
]
const numbers = [0, -1, 0.5, 0.25, 1, 1.5, 2, 3, -4, 7, 9, 2 ** 40, 1e21]

/** Values that the schema takes, as a model would write them: every limit of a text and a number is kept. */
export const valuesOf = (schema: JsonSchema, root: JsonSchema, depth = 3): fc.Arbitrary<any> => {
  const inner = (each: JsonSchema): fc.Arbitrary<any> => valuesOf(each, root, depth - 1)
  const {
    $ref,
    anyOf,
    enum: choices,
    type,
    properties = {},
    required = [],
    items,
    prefixItems = [],
    minItems = 0,
    maxItems = minItems + 2,
    additionalProperties: rest,
  } = schema as any
  if ($ref !== undefined) return inner($ref === '#' ? root : (root as any).$defs[$ref.slice(8)])
  if (choices !== undefined) return fc.constantFrom(...choices)
  if (anyOf !== undefined) return fc.oneof(...(depth < 0 ? anyOf.slice(-1) : anyOf).map(inner))
  const kinds = [type ?? 'string'].flat().map((kind: string): fc.Arbitrary<any> => {
    if (kind === 'string') return fc.constantFrom(...fitting(schema, texts))
    if (kind === 'integer' || kind === 'number') return fc.constantFrom(...fitting(schema, numbers))
    if (kind === 'boolean') return fc.boolean()
    if (kind === 'null') return fc.constant(null)
    if (kind === 'array') {
      const most = (depth < 0 ? minItems : maxItems) - prefixItems.length
      const more =
        items === undefined || most <= 0
          ? fc.constant([])
          : fc.uniqueArray(inner(items), {
              minLength: Math.max(0, minItems - prefixItems.length),
              maxLength: most,
              // A Set holds none twice.
              comparator: (a, b) => schema['~as'] !== undefined && JSON.stringify(a) === JSON.stringify(b),
            })
      return fc.tuple(fc.tuple(...prefixItems.map(inner)), more).map(([first, others]) => [...first, ...others])
    }
    const keys = Object.keys(properties).filter(key => properties[key].not === undefined)
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

/** Those that the schema takes; what it tells the model alone is kept as well. */
const fitting = <T>(schema: JsonSchema, values: readonly T[]): readonly T[] => {
  const asked = ajvOf({ allOf: [{ ...schema, $defs: undefined }, (schema['~hint'] ?? {}) as JsonSchema] })
  return values.filter(value => asked(value))
}

/** Absent and null are one on the wire where both may be; what a model can say is null. */
const takesNull = (schema: JsonSchema): boolean =>
  [schema.type].flat().includes('null') || JSON.stringify(schema) === '{}'
