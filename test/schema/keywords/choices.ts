import { type Groups, kinds } from './groups.ts'

const integer = { type: 'integer' }

/** Keywords that hold a value against several schemas. */
export const choices: Groups = {
  anyOf: [
    [{ anyOf: [integer, { minimum: 2 }] }, [1, 2.5, 3, 'x'], [1.5]],
    [{ type: 'string', anyOf: [{ maxLength: 2 }, { minLength: 4 }] }, ['ab', 'abcd'], [3, 'abc']],
    [{ anyOf: [true, false] }, kinds, []],
    [{ anyOf: [false, false] }, [], kinds],
    [
      {
        anyOf: [
          { properties: { a: integer }, required: ['a'] },
          { properties: { b: { type: 'string' } }, required: ['b'] },
        ],
      },
      [{ a: 2 }, { b: 'x' }, { a: 2, b: 'x' }, { a: 'x', b: 'x' }],
      [{ a: 'x', b: 2 }, {}],
    ],
    [{ anyOf: [{ type: 'number' }, {}] }, kinds, []],
    [{ anyOf: [{ anyOf: [{ type: 'null' }] }] }, [null], [123]],
    [{ anyOf: [{ type: 'object' }, { type: 'array' }] }, [{}, []], ['{}', '[]', 1]],
  ],
  oneOf: [
    [{ oneOf: [integer, { minimum: 2 }] }, [1, 2.5], [3, 1.5]],
    [{ type: 'string', oneOf: [{ minLength: 2 }, { maxLength: 4 }] }, ['a', 'abcde'], [3, 'abc']],
    [{ oneOf: [true, true, true] }, [], kinds],
    [{ oneOf: [true, false, false] }, kinds, []],
    [{ oneOf: [true, true, false] }, [], kinds],
    [{ oneOf: [false, false] }, [], kinds],
    [
      { oneOf: [{ required: ['a', 'b'] }, { required: ['a', 'c'] }], type: 'object' },
      [
        { a: 1, b: 2 },
        { a: 1, c: 3 },
      ],
      [{ b: 2 }, { a: 1, b: 2, c: 3 }],
    ],
    [{ oneOf: [{ type: 'number' }, {}] }, ['x'], [123]],
    [{ oneOf: [{ oneOf: [{ type: 'null' }] }] }, [null], [123]],
    [
      {
        oneOf: [
          { properties: { a: true, b: true }, required: ['a'] },
          { properties: { a: true }, required: ['b'] },
        ],
      },
      [{ a: 1 }, { b: 1 }],
      [{ a: 1, b: 1 }, {}],
    ],
  ],
  allOf: [
    [
      {
        allOf: [
          { properties: { b: integer }, required: ['b'] },
          { properties: { a: { type: 'string' } }, required: ['a'] },
        ],
      },
      [{ a: 'x', b: 2 }],
      [{ a: 'x' }, { b: 2 }, { a: 'x', b: 'y' }],
    ],
    [
      { required: ['b'], allOf: [{ required: ['a'] }, { required: ['c'] }] },
      [{ a: 1, b: 2, c: 3 }],
      [{ a: 1, c: 3 }, { b: 2 }],
    ],
    [{ allOf: [{ maximum: 30 }, { minimum: 20 }] }, [25, 'x'], [35, 15]],
    [{ allOf: [true, true] }, kinds, []],
    [{ allOf: [true, false] }, [], kinds],
    [{ allOf: [{}, { type: 'number' }, {}] }, [1], ['x']],
    [{ allOf: [{ allOf: [{ type: 'null' }] }] }, [null], [123]],
    [{ allOf: [{ type: 'object' }] }, [{}], ['{}', []]],
    [
      { allOf: [{ multipleOf: 2 }], anyOf: [{ multipleOf: 3 }], oneOf: [{ multipleOf: 5 }] },
      [30],
      [1, 5, 3, 15, 2, 10, 6],
    ],
  ],
}
