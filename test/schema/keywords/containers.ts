import { allBut, type Groups } from './groups.ts'

const integer = { type: 'integer' }
const sub = { $ref: '#/$defs/sub' }
const pair = { type: 'array', prefixItems: [sub, sub], items: false }

/** Keywords that speak of objects and lists. */
export const containers: Groups = {
  properties: [
    [
      { properties: { a: integer, b: { type: 'string' } } },
      [{ a: 1, b: 'x' }, {}, { c: [] }, ...allBut('object')],
      [
        { a: 1, b: {} },
        { a: [], b: {} },
      ],
    ],
    [
      {
        properties: { a: { maxItems: 3 } },
        patternProperties: { 'a.': { minItems: 2 } },
        additionalProperties: integer,
      },
      [{ a: [1, 2] }, { ab: [1, 2] }, { c: 3 }],
      [{ a: [1, 2, 3, 4] }, { ab: [] }, { c: 'x' }, { a: [], ab: [1] }],
    ],
    [{ properties: { a: true, b: false } }, [{}, { a: 1 }], [{ b: 2 }, { a: 1, b: 2 }]],
    [
      { properties: { 'a\nb': integer, 'a"b': integer, 'a\\b': integer, 'a\tb': integer } },
      [{ 'a\nb': 1, 'a"b': 1, 'a\\b': 1, 'a\tb': 1 }],
      [{ 'a\nb': '1' }, { 'a"b': '1' }, { 'a\\b': '1' }, { 'a\tb': '1' }],
    ],
    [{ properties: { a: { type: 'null' } } }, [{ a: null }], [{ a: 0 }]],
    [
      { properties: { ['__proto__']: integer, toString: { properties: { length: integer } }, constructor: integer } },
      [{}, [], 12, { toString: { length: 2 } }, JSON.parse('{"__proto__":1}')],
      [{ constructor: 'x' }, { toString: { length: 'x' } }],
    ],
    [
      { properties: { $ref: { type: 'string' }, not: integer, if: integer, items: { type: 'array' } } },
      [{ $ref: 'x', not: 1, if: 1, items: [] }],
      [{ $ref: 2 }, { not: 'x' }, { if: 'x' }, { items: {} }],
    ],
    [{ properties: { length: { type: 'string' } } }, [[], 'x', {}], [{ length: 1 }]],
    [{ properties: { a: { type: 'array' } } }, [{ a: [] }], [{ a: '[]' }, { a: '{}' }]],
  ],
  required: [
    [{ properties: { a: {}, b: {} }, required: ['a'] }, [{ a: 1 }, ...allBut('object')], [{ b: 1 }, {}]],
    [{ properties: { a: {} } }, [{}], []],
    [{ required: [] }, [{}], []],
    [{ required: ['a\nb', 'a"b'] }, [{ 'a\nb': 1, 'a"b': 2 }], [{ 'a\nb': 1 }, { ab: 1 }]],
    [
      { required: ['__proto__', 'toString', 'constructor'] },
      [JSON.parse('{"__proto__":1,"toString":2,"constructor":3}'), 'x'],
      [{}, { toString: 1 }, JSON.parse('{"__proto__":1}')],
    ],
    // No name of a wrapper stands for what is in it.
    [{ type: 'object', required: ['a'] }, [{ a: 1 }], [{ arguments: { a: 1 } }, { properties: { a: 1 } }, '{"a":1}']],
  ],
  additionalProperties: [
    [
      { properties: { a: {}, b: {} }, patternProperties: { '^v': {} }, additionalProperties: false },
      [{ a: 1 }, { a: 1, vw: 2 }, ...allBut('object')],
      [{ a: 1, b: 2, c: 3 }, { input: { a: 1 } }],
    ],
    [{ patternProperties: { '^á': {} }, additionalProperties: false }, [{ ármány: 1 }], [{ élmény: 1 }]],
    [
      { properties: { a: {} }, additionalProperties: { type: 'boolean' } },
      [{ a: 1 }, { a: 1, b: true }],
      [{ a: 1, b: 12 }],
    ],
    [{ additionalProperties: { type: 'boolean' } }, [{ a: true }, {}], [{ a: 1 }]],
    [{ properties: { a: {} } }, [{ a: 1, b: 2 }], []],
    [
      { allOf: [{ properties: { a: {} } }], additionalProperties: { type: 'boolean' } },
      [{ a: true, b: true }],
      [{ a: 1, b: true }],
    ],
    [{ additionalProperties: { type: 'null' } }, [{ a: null }], [{ a: 0 }]],
    [{ propertyNames: { maxLength: 3 }, additionalProperties: integer }, [{ abc: 4 }], [{ abc: 'x' }, { abcd: 1 }]],
  ],
  patternProperties: [
    [
      { patternProperties: { 'f.*o': integer } },
      [{ foo: 1 }, { foo: 1, fooooo: 2 }, { of: 'x' }, ...allBut('object')],
      [
        { foo: 'x', fooooo: 2 },
        { foo: 'x', fooooo: 'y' },
      ],
    ],
    [
      { patternProperties: { 'a*': integer, 'aaa*': { maximum: 20 } } },
      [{ a: 21 }, { aaaa: 18 }, { a: 21, aaaa: 18 }],
      [{ a: 'x' }, { aaaa: 31 }, { aaa: 'x', aaaa: 31 }],
    ],
    [
      { patternProperties: { '[0-9]{2,}': { type: 'boolean' }, X_: { type: 'string' } } },
      [{ 'answer 1': '42' }, { a_x_3: 3 }],
      [{ a31b: null }, { a_X_3: 3 }],
    ],
    [
      { patternProperties: { 'f.*': true, 'b.*': false } },
      [{ foo: 1 }, {}],
      [{ bar: 2 }, { foo: 1, bar: 2 }, { fb: 1 }],
    ],
    [{ patternProperties: { '^.*z$': { type: 'null' } } }, [{ xyz: null }], [{ xyz: 0 }]],
    [{ patternProperties: { '^\\p{Letter}+$': integer } }, [{ π: 1, 1: 'x' }], [{ π: 'x' }]],
  ],
  propertyNames: [
    [{ propertyNames: { maxLength: 3 } }, [{ f: {}, foo: {} }, {}, ...allBut('object')], [{ foo: {}, foobar: {} }]],
    [{ propertyNames: { pattern: '^a+$' } }, [{ a: {}, aa: {} }, {}], [{ aaA: {} }]],
    [{ propertyNames: true }, [{ a: 1 }, {}], []],
    [{ propertyNames: false }, [{}, []], [{ a: 1 }]],
    [{ propertyNames: { const: 'a' } }, [{ a: 1 }, {}], [{ b: 1 }]],
    // A key is a string, never the JSON of something else.
    [{ propertyNames: { type: 'array' } }, [{}], [{ '[]': 1 }, { a: 1 }]],
    [{ propertyNames: { enum: ['a', 'b'] } }, [{ a: 1, b: 2 }], [{ a: 1, c: 2 }]],
  ],
  minProperties: [[{ minProperties: 1 }, [{ a: 1 }, { a: 1, b: 2 }, ...allBut('object')], [{}]]],
  maxProperties: [
    [{ maxProperties: 2 }, [{ a: 1 }, { a: 1, b: 2 }, ...allBut('object')], [{ a: 1, b: 2, c: 3 }]],
    [{ maxProperties: 0 }, [{}], [{ a: 1 }]],
  ],
  items: [
    [{ items: integer }, [[1, 2], [], { 0: 'x', length: 1 }, ...allBut('array')], [[1, 'x']]],
    [{ items: true }, [[1, 'x'], []], []],
    [{ items: false }, [[]], [[1], ['x', true]]],
    [
      { type: 'array', prefixItems: [pair, pair], items: false, $defs: { sub: { type: 'object', required: ['a'] } } },
      [[[{ a: 1 }, { a: 1 }], [{ a: 1 }]], [[]], []],
      [[[{ a: 1 }, {}]], [[{ a: 1 }, { a: 1 }, { a: 1 }]], [{ a: 1 }], [[], [], []], [['{}']]],
    ],
    [{ items: { items: { items: integer } } }, [[[[1]], [[2], [3]]], [1]], [[[['1']]]]],
    [{ type: 'array', items: { type: 'array', items: integer } }, [[[1], [2]]], [[1], [['1']], ['[1]']]],
    [{ prefixItems: [{}, {}], items: false }, [[], [1], [1, 2]], [[1, 2, 3]]],
    [{ allOf: [{ prefixItems: [{ minimum: 3 }] }], items: { minimum: 5 } }, [[5, 5]], [[3, 5]]],
    [{ prefixItems: [{ type: 'string' }], items: integer }, [['x', 2, 3]], [['x', 'y']]],
    [{ items: { type: 'null' } }, [[null]], [[0]]],
  ],
  prefixItems: [
    [
      { prefixItems: [integer, { type: 'string' }] },
      [[1, 'x'], [1], [1, 'x', true], [], { 0: 'x', length: 1 }],
      [
        ['x', 1],
        [1, 2],
      ],
    ],
    [{ prefixItems: [true, false] }, [[1], []], [[1, 2]]],
    [{ prefixItems: [integer] }, [[1, 'x', false]], [['x']]],
    [{ prefixItems: [{ type: 'null' }] }, [[null]], [[0]]],
  ],
  minItems: [
    [{ minItems: 1 }, [[1, 2], [1], ...allBut('array')], [[]]],
    [{ minItems: 1.0 }, [[1]], [[]]],
  ],
  maxItems: [[{ maxItems: 2 }, [[1], [1, 2], 'text', ...allBut('array')], [[1, 2, 3]]]],
  uniqueItems: [
    [
      { uniqueItems: true },
      [
        [1, 2],
        [0, false],
        [1, true],
        [[0], [false]],
        [
          { a: 1, b: 2 },
          { a: 2, b: 1 },
        ],
        [{ a: true }, { a: 1 }],
        [{}, [1], true, null, 1, '{}'],
        ...allBut('array'),
      ],
      [
        [1, 2, 1],
        [1.0, 1],
        ['a', 'b', 'a'],
        [{ a: { b: { c: true } } }, { a: { b: { c: true } } }],
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
        [['x'], ['y'], ['x']],
        [{}, [1], true, null, {}, 1],
      ],
    ],
    [
      { prefixItems: [{ type: 'boolean' }, { type: 'boolean' }], uniqueItems: true, items: false },
      [[false, true], [true], []],
      [
        [false, false],
        [true, true],
        [false, true, null],
      ],
    ],
    [
      { uniqueItems: false },
      [
        [1, 1],
        [{}, {}],
      ],
      [],
    ],
  ],
}
