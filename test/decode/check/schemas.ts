import fc from 'fast-check'

type Schema = Record<string, unknown>

/** Small alphabets, so that schema and value meet often enough. */
const text = fc.constantFrom('', 'a', 'b', 'ab', 'abc', 'é', 'aé', '2024-02-29', '::1')
const number = fc.constantFrom(-2, -1, 0, 1, 2, 3, 5, 0.5, 1.5, 1e21)
const key = fc.constantFrom('a', 'b', 'ab', '')
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null))

export const anyValue: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

const count = fc.constantFrom(0, 1, 2, 3)
const kind = fc.constantFrom('object', 'array', 'string', 'number', 'integer', 'boolean', 'null')
const pattern = fc.constantFrom('^a', 'b$', '^.$', '^[ab]{2}$', '(', '(a+)+')

/** Any mixture of the keywords that are checked. `inner` stands where a value inside is meant: references are sound there. */
const schemaOf = (same: fc.Arbitrary<unknown>, inner: fc.Arbitrary<unknown>): fc.Arbitrary<Schema> => {
  const some = fc.array(same, { minLength: 1, maxLength: 3 })
  const choices = fc.uniqueArray(fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: anyValue }), {
    minLength: 1,
    maxLength: 5,
    selector: value => JSON.stringify(value),
  })
  const keywords: Record<string, fc.Arbitrary<unknown>> = {
    type: fc.oneof(kind, fc.uniqueArray(kind, { minLength: 1, maxLength: 3 })),
    enum: choices,
    const: anyValue,
    minimum: number,
    maximum: number,
    exclusiveMinimum: number,
    exclusiveMaximum: number,
    multipleOf: fc.constantFrom(1, 2, 0.5),
    minLength: count,
    maxLength: count,
    pattern: pattern.filter(source => source !== '(' && source !== '(a+)+'),
    format: fc.constantFrom('date', 'ipv6'),
    items: inner,
    prefixItems: fc.array(inner, { minLength: 1, maxLength: 2 }),
    minItems: count,
    maxItems: count,
    uniqueItems: fc.boolean(),
    properties: fc.dictionary(key, inner, { maxKeys: 3, noNullPrototype: true }),
    required: fc.uniqueArray(key, { maxLength: 2 }),
    additionalProperties: inner,
    patternProperties: fc.dictionary(fc.constantFrom('^a', 'b$'), inner, { maxKeys: 2, noNullPrototype: true }),
    propertyNames: same,
    minProperties: count,
    maxProperties: count,
    anyOf: some,
    oneOf: some,
    allOf: some,
  }
  return fc
    .uniqueArray(fc.constantFrom(...Object.keys(keywords)), { maxLength: 4 })
    .chain(names => fc.record(Object.fromEntries(names.map(name => [name, keywords[name]!]))))
}

const trivial = fc.constantFrom<unknown>(true, false, {}, { not: {} }, { type: 'string' }, { type: 'number' })
const reference = fc.constantFrom({ $ref: '#' }, { $ref: '#/$defs/a' }, { $ref: '#/$defs/b' })

const { schema } = fc.letrec<{ schema: unknown; inner: unknown }>(tie => ({
  schema: fc.oneof({ maxDepth: 3, depthIdentifier: 'schema' }, trivial, schemaOf(tie('schema'), tie('inner'))),
  inner: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema' },
    trivial,
    { weight: 2, arbitrary: tie('schema') },
    { weight: 1, arbitrary: reference },
  ),
}))

const body = schema.filter(each => typeof each === 'object' && each !== null) as fc.Arbitrary<Schema>

/** Any document of the keywords that are checked, with definitions that may refer to each other and to the root. */
export const anySchema: fc.Arbitrary<Schema> = fc
  .record({ root: body, a: schema, b: schema })
  .map(({ root, a, b }) => ({ ...root, $defs: { a, b } }))
