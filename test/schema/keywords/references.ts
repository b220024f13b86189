import type { JsonSchema } from '../../../src/types.ts'
import type { Groups } from './groups.ts'

const integer = { type: 'integer' }
const text = { type: 'string' }
const node = {
  type: 'object',
  properties: { value: { type: 'number' }, tree: { $ref: '#' } },
  required: ['value'],
}

/** `$ref` and `$defs`. */
export const references: Groups = {
  ref: [
    [
      { properties: { a: { $ref: '#' } }, additionalProperties: false },
      [{}, { a: false }, { a: { a: false } }],
      [{ b: false }, { a: { b: false } }],
    ],
    [{ properties: { a: integer, b: { $ref: '#/properties/a' } } }, [{ b: 3 }], [{ b: true }, { b: '3' }]],
    [{ prefixItems: [integer, { $ref: '#/prefixItems/0' }] }, [[1, 2], [1]], [[1, 'x']]],
    [
      {
        properties: { t: { $ref: '#/$defs/a~0b' }, s: { $ref: '#/$defs/a~1b' }, p: { $ref: '#/$defs/a%25b' } },
        $defs: { 'a~b': integer, 'a/b': integer, 'a%b': integer },
      },
      [{ t: 1, s: 2, p: 3 }],
      [{ t: 'x' }, { s: 'x' }, { p: 'x' }],
    ],
    [{ $ref: '#/$defs/c', $defs: { a: integer, b: { $ref: '#/$defs/a' }, c: { $ref: '#/$defs/b' } } }, [5], ['a', 1.5]],
    [
      { properties: { a: { $ref: '#/$defs/list', maxItems: 2 } }, $defs: { list: { type: 'array' } } },
      [{ a: [] }, { a: [1, 2] }],
      [{ a: [1, 2, 3] }, { a: 'x' }, { a: '[]' }],
    ],
    [{ properties: { $ref: { $ref: '#/$defs/text' } }, $defs: { text } }, [{ $ref: 'a' }], [{ $ref: 2 }]],
    [{ $ref: '#/$defs/any', $defs: { any: true } }, ['x', null, {}], []],
    [{ $ref: '#/$defs/none', $defs: { none: false } }, [], ['x', null, {}]],
    [
      {
        type: 'object',
        properties: { nodes: { type: 'array', items: { $ref: '#/$defs/node' } } },
        required: ['nodes'],
        $defs: { node },
      },
      [{ nodes: [{ value: 1, tree: { nodes: [{ value: 1.1 }] } }, { value: 2 }] }, { nodes: [] }],
      [
        { nodes: [{ value: 1, tree: { nodes: [{ value: 'x' }] } }] },
        { nodes: [{}] },
        { nodes: [{ value: 1, tree: {} }] },
      ],
    ],
    [
      { properties: { 'a"b': { $ref: '#/$defs/a%22b' } }, $defs: { 'a"b': { type: 'number' } } },
      [{ 'a"b': 1 }],
      [{ 'a"b': '1' }],
    ],
    [{ allOf: [{ $ref: '#/$defs//$defs/' }], $defs: { '': { $defs: { '': { type: 'number' } } } } }, [1], ['a']],
    // The same place of the schema, twice for the same place of the value.
    [
      {
        allOf: [{ properties: { a: { $ref: '#/$defs/n' } } }, { additionalProperties: { $ref: '#/$defs/n' } }],
        $defs: { n: integer },
      },
      [{ a: 1 }],
      [{ a: 'x' }, { b: 'x' }],
    ],
    [
      { $id: 'https://example.org/root.json', properties: { a: { $ref: '#/$defs/text' } }, $defs: { text } },
      [{ a: 'x' }],
      [{ a: 12 }],
    ],
    // Nothing refers to what has a base of its own.
    [{ properties: { a: { $id: 'inner', type: 'integer' } } }, [{ a: 1 }], [{ a: 'x' }]],
    [{ $defs: { a: { type: 'integer', $anchor: 'n' } }, $ref: '#/$defs/a' }, [1], ['x']],
    [
      {
        properties: { list: { $ref: '#/definitions/list' } },
        definitions: { list: { type: 'array', items: integer } },
      },
      [{ list: [1] }],
      [{ list: ['x'] }],
    ],
  ],
}

/** What is not checked, and the words it is refused with. */
export const refused: readonly (readonly [schema: JsonSchema, what: string])[] = [
  [{ not: { type: 'string' } }, "'not'"],
  [{ not: true }, "'not'"],
  [{ properties: { a: { if: {}, then: false } } }, "'if'"],
  [{ contains: {} }, "'contains'"],
  [{ items: { contains: { const: 1 }, minContains: 2 } }, "'contains'"],
  [{ $defs: { a: { dependentRequired: { a: ['b'] } } }, $ref: '#/$defs/a' }, "'dependentRequired'"],
  [{ dependentSchemas: { a: false } }, "'dependentSchemas'"],
  [{ dependencies: { a: ['b'] } }, "'dependencies'"],
  [{ unevaluatedProperties: false }, "'unevaluatedProperties'"],
  [{ allOf: [{ unevaluatedItems: false }] }, "'unevaluatedItems'"],
  [{ $dynamicRef: '#node' }, "'$dynamicRef'"],
  [{ pattern: '^(a+)+$' }, "the pattern '^(a+)+$'"],
  [{ patternProperties: { '(': {} } }, "the pattern '('"],
  [{ $ref: '#node', $defs: { a: { $anchor: 'node' } } }, "the reference '#node'"],
  [{ items: { $ref: 'https://json-schema.org/draft/2020-12/schema' } }, "the reference 'https://json-schema.org/draft"],
  [{ $ref: '#/$defs/missing', $defs: {} }, "the reference '#/$defs/missing'"],
  [
    { properties: { a: { $id: 'inner', $ref: '#/$defs/b', $defs: { b: {} } } }, $defs: { b: {} } },
    "the reference '#/$defs/b'",
  ],
]

/** What the draft forbids, and the words it is refused with. */
export const forbidden: typeof refused = [
  [{ minimum: '5' }, 'minimum: "5"'],
  [{ minimum: 1, exclusiveMinimum: true }, 'exclusiveMinimum: true'],
  [{ multipleOf: 0 }, 'multipleOf: 0'],
  [{ maxLength: -1 }, 'maxLength: -1'],
  [{ properties: { a: { type: 'any' } } }, 'type: "any"'],
  [{ type: [] }, 'type: []'],
  [{ properties: { a: { required: true } } }, 'required: true'],
  [{ anyOf: [] }, 'anyOf: []'],
  [{ enum: [] }, 'enum: []'],
  [{ properties: ['a'] }, 'properties: ["a"]'],
  [{ properties: null }, 'properties: null'],
  [{ patternProperties: ['a'] }, 'patternProperties: ["a"]'],
  [{ additionalProperties: 'false' }, 'additionalProperties: "false"'],
  [{ propertyNames: 'a' }, 'propertyNames: "a"'],
  [{ items: null }, 'items: null'],
  [{ prefixItems: {} }, 'prefixItems: {}'],
  [{ uniqueItems: 'true' }, 'uniqueItems: "true"'],
  [{ pattern: 5 }, 'pattern: 5'],
  [{ items: { format: 5 } }, 'format: 5'],
  [{ $ref: '#/$defs/a', $defs: { a: 5 } }, "the reference '#/$defs/a'"],
]
