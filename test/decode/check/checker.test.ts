import { createJsonParser } from 'decant/json'
import { describe, expect, test } from 'vitest'
import { compileCheck } from '../../../src/decode/check/index.ts'
import type { JsonSchema } from '../../../src/types.ts'
import { follow } from './follow.ts'

/** Path, code and message of each issue, in order. */
const issuesIn = (schema: JsonSchema, text: string) =>
  follow(schema, text).map(([, { path, code, message }]) => [path.join('.'), code, message])

const messagesIn = (schema: JsonSchema, value: unknown) =>
  follow(schema, [JSON.stringify(value)]).map(([, { message }]) => message)

describe('words', () => {
  test.each<[JsonSchema, unknown, string]>([
    [{ type: 'number' }, 'x', 'expected number, got string'],
    [{ type: ['string', 'null'] }, 7, 'expected string or null, got number'],
    [{ type: 'integer' }, 1.5, 'expected integer, got 1.5'],
    [{ enum: ['admin', 'user', null] }, 'guest', "expected 'admin' or 'user' or null, got 'g…'"],
    [{ enum: ['admin'] }, 'adm', "expected 'admin', got 'adm'"],
    [{ enum: ['a'], const: 'b' }, 'a', 'expected nothing, got string'],
    [{ const: true }, false, 'expected true, got false'],
    [{ minimum: 3 }, 1, 'expected at least 3, got 1'],
    [{ exclusiveMaximum: 3 }, 3, 'expected less than 3, got 3'],
    [{ multipleOf: 0.1 }, 0.25, 'expected a multiple of 0.1, got 0.25'],
    [{ minLength: 2 }, 'a', "expected at least 2 characters, got 'a'"],
    [{ maxLength: 2 }, 'abc', 'expected at most 2 characters'],
    [{ pattern: '^a$' }, 'b', "expected text that matches ^a$, got 'b'"],
    [{ format: 'date' }, 'now', "expected text of the format date, got 'now'"],
    [{ minItems: 1 }, [], 'expected at least 1 elements'],
    [{ maxItems: 1 }, [1, 2, 3], 'expected at most 1 elements'],
    [{ uniqueItems: true }, [1, 1], 'expected no element twice'],
    [{ minProperties: 1 }, {}, 'expected at least 1 keys'],
    [{ maxProperties: 1 }, { a: 1, b: 2, c: 3 }, 'expected at most 1 keys'],
    [{ additionalProperties: false }, { a: 1 }, "expected no such key, got 'a'"],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, "expected another key, got 'ab'"],
    [{ required: ['a'] }, {}, 'expected a value, got nothing'],
    [{ properties: { a: { type: 'string' } }, required: ['a'] }, {}, 'expected string, got nothing'],
    [{ oneOf: [{ type: 'number' }, { minimum: 1 }] }, 2, 'expected what fits one alternative only'],
    [false as never, 1, 'expected nothing, got number'],
  ])('%j of %j', (schema, value, message) => {
    expect(messagesIn(schema, value)).toEqual([message])
  })

  test('a long text is cut', () => {
    expect(messagesIn({ format: 'date' }, 'x'.repeat(100))).toEqual([
      `expected text of the format date, got '${'x'.repeat(60)}…'`,
    ])
    const choices = Array.from({ length: 20 }, (_, at) => at)
    expect(messagesIn({ enum: choices }, 99)).toEqual(['expected 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 …, got 99'])
  })
})

describe('issues', () => {
  test('an invalid value is told once, and its siblings go on being checked', () => {
    const inner = {
      type: 'object',
      properties: { n: { type: 'number' } },
      required: ['n'],
      additionalProperties: false,
    }
    const schema = {
      properties: { a: { type: 'array', items: inner }, b: inner, c: inner },
      additionalProperties: false,
    }
    const text = '{"a":[{"n":"x","m":{"n":"y"}},{"n":[[1]]},7],"b":"z","c":{}}'
    expect(issuesIn(schema, text)).toEqual([
      ['a.0.n', 'invalid_type', 'expected number, got string'],
      ['a.0.m', 'unrecognized_keys', "expected no such key, got 'm'"],
      ['a.1.n', 'invalid_type', 'expected number, got array'],
      ['a.2', 'invalid_type', 'expected object, got number'],
      ['b', 'invalid_type', 'expected object, got string'],
      ['c.n', 'invalid_type', 'expected number, got nothing'],
    ])
  })

  test('a key that two rules refuse is told once', () => {
    const schema = { additionalProperties: false, propertyNames: { maxLength: 1 } }
    expect(issuesIn(schema, '{"ab":1}')).toHaveLength(1)
  })

  test('a key that came twice is one key, and both of its values are checked', () => {
    const schema = { properties: { a: { type: 'number' } }, required: ['a'], maxProperties: 1 }
    expect(issuesIn(schema, '{"a":1,"a":"x"}')).toEqual([['a', 'invalid_type', 'expected number, got string']])
  })

  test('keys with the names of inherited members are only keys', () => {
    const schema = JSON.parse('{"properties":{"__proto__":{"type":"number"}},"required":["toString","__proto__"]}')
    expect(issuesIn(schema, '{"__proto__":"x"}').map(([path]) => path)).toEqual(['__proto__', 'toString'])
    expect(issuesIn({ additionalProperties: false }, '{"constructor":1}')).toHaveLength(1)
  })

  test('hopeless at the root', () => {
    const start = (text: string) => {
      const check = compileCheck({ type: 'object', properties: { a: { type: 'number' } } }).start()
      createJsonParser({ follower: check }).feed(text)
      return [check.hopelessAtRoot, check.issues.length]
    }
    expect(start('{"a":1')).toEqual([false, 0])
    expect(start('{"a":"')).toEqual([false, 1])
    expect(start('[')).toEqual([true, 1])
  })
})

describe('what the strict end may unwrap raises no issue', () => {
  const rows = { type: 'array', items: { type: 'number' } }
  const schema = {
    type: 'object',
    properties: { rows, note: { type: 'string' } },
    required: ['rows'],
    additionalProperties: false,
  }

  test.each([
    ['a list encoded twice', '{"rows":" [1]"}'],
    ['the whole encoded twice', '"{\\"rows\\":[1]}"'],
    ['a key around the whole', '{"arguments":{"rows":[1]}}'],
    ['a key around the whole, encoded twice', '{"input":"{\\"rows\\":[1]}"}'],
  ])('%s', (_, text) => {
    expect(issuesIn(schema, text)).toEqual([])
    expect(issuesIn({ anyOf: [schema, { type: 'null' }] }, text)).toEqual([])
  })

  test('nor in an alternative beside one that takes no string either', () => {
    const either = (other: JsonSchema) => ({ anyOf: [schema, { properties: { rows: other }, required: ['rows'] }] })
    expect(issuesIn(either({ type: 'number' }), '{"rows":"[1]"}')).toEqual([])
    expect(issuesIn(either({ type: 'string', maxLength: 2 }), '{"rows":"[1]"}')).toHaveLength(1)
  })

  test.each([
    ['a string of another kind', '{"rows":" {', 'rows'],
    ['a string that is no JSON', '{"rows":"[1"', 'rows'],
    ['a string in the place of an atom', '{"rows":["', 'rows.0'],
    ['a second key', '{"arguments":{},"rows"', 'arguments'],
    ['a key around something else', '{"arguments":[', 'arguments'],
    ['a key around another text', '{"arguments":"none"', 'arguments'],
    ['a key around a list encoded twice', '{"arguments":"[1]"', 'arguments'],
    ['a wrapper key that does not come first', '{"note":"","arguments"', 'arguments'],
    ['another key', '{"other"', 'other'],
  ])('but it is told of %s, and no sooner', (_, text, path) => {
    const paths = (pieces: string) => follow(schema, pieces, false).map(([read, issue]) => [read, issue.path.join('.')])
    expect(paths(text)).toEqual([[text.length, path]])
  })

  test('a key that the schema has a place for is none, and the name of the function is one', () => {
    expect(issuesIn({ ...schema, additionalProperties: { type: 'null' } }, '{"input":{}}')).toHaveLength(2)
    const check = compileCheck(schema).start({}, 'table')
    createJsonParser({ follower: check }).feed('{"table":{"rows":[1]}}')
    expect(check.issues).toEqual([])
  })

  test('and what holds it is not told as valid', () => {
    const complete: unknown[] = []
    const check = compileCheck({ type: 'array', items: schema }).start({
      onComplete: (path, value, valid) => complete.push([path(), value, valid]),
    })
    createJsonParser({ follower: check }).feed('[{"rows":"[1]"}]')
    expect(complete).toEqual([
      [[0], {}, false],
      [[], [{}], false],
    ])
  })
})

describe('unions', () => {
  const card = {
    type: 'object',
    properties: { kind: { const: 'card' }, last4: { type: 'string', minLength: 4 }, year: { type: 'integer' } },
    required: ['kind', 'last4', 'year'],
  }
  const iban = {
    type: 'object',
    properties: { kind: { const: 'iban' }, iban: { type: 'string' } },
    required: ['kind', 'iban'],
  }
  const schema = { anyOf: [card, iban] }

  test('a discriminator settles the rest: everything wrong in the branch that was meant is told', () => {
    expect(issuesIn(schema, '{"kind":"card","last4":"1","year":"x"}').map(([path]) => path)).toEqual(['last4', 'year'])
    expect(issuesIn({ anyOf: [schema, { type: 'null' }] }, '{"kind":"iban","iban":5}').map(([path]) => path)).toEqual([
      'iban',
    ])
  })

  test('a branch that was meant by the discriminator is told of, also when it had failed before', () => {
    expect(issuesIn(schema, '{"last4":4,"kind":"card"}')).toEqual([
      ['last4', 'invalid_type', 'expected string, got number'],
    ])
  })

  test('a discriminator of no branch is told with the values of all', () => {
    expect(issuesIn(schema, '{"kind":"cash","iban":1}')).toEqual([
      ['kind', 'invalid_value', "expected 'iban' or 'card', got 'cas…'"],
    ])
  })

  test('kinds of all branches are told together', () => {
    expect(
      messagesIn({ anyOf: [card, { type: 'string', minLength: 1 }, { type: 'integer', minimum: 0 }] }, true),
    ).toEqual(['expected object or string or integer, got boolean'])
  })

  test('without a discriminator the branch that held longest is told of', () => {
    const deep = { type: 'object', properties: { a: { type: 'object', properties: { b: { type: 'number' } } } } }
    const flat = { type: 'object', properties: { a: { type: 'number' } } }
    expect(issuesIn({ anyOf: [flat, deep] }, '{"a":{"b":"x"}}')).toEqual([
      ['a.b', 'invalid_type', 'expected number, got string'],
    ])
  })

  test('branches drop out in the order of the characters, however the text is cut', () => {
    const kinds = { anyOf: [{ const: 'left' }, { const: 'right' }] }
    expect(follow(kinds, ['"lo"'])).toEqual([
      [1, expect.objectContaining({ message: "expected 'right' or 'left', got 'lo…'" })],
    ])
  })
})

describe('what a view asks', () => {
  const seen = (schema: JsonSchema, text: string, wrapper?: string) => {
    const complete: unknown[] = []
    const check = compileCheck(schema, wrapper).start({
      onComplete: (path, value, valid) => complete.push([path().join('.'), value, valid]),
    })
    const parser = createJsonParser({ follower: check })
    parser.feed(text)
    return { complete, value: parser.value, issues: check.issues }
  }

  test.each<JsonSchema>([
    { enum: ['abc'] },
    { const: 'abc' },
    { type: 'string', format: 'anything' },
    { type: 'string', pattern: '^a' },
    { type: 'string', stream: 'whole' },
    { anyOf: [{ type: 'string', format: 'date' }, { type: 'string' }] },
    { allOf: [{ type: 'string' }, { pattern: '^a' }] },
    { type: 'number' },
  ])('a string under %j is not shown while it grows', schema => {
    expect(seen({ properties: { a: schema } }, '{"a":"ab').value).toEqual({})
  })

  test.each<JsonSchema>([
    {},
    { type: 'string', minLength: 9 },
    { anyOf: [{ type: 'string' }, { type: 'null' }] },
    { anyOf: [{ type: 'string' }, { type: 'object', properties: { a: { enum: ['x'] } } }] },
  ])('a string under %j is shown while it grows', schema => {
    expect(seen({ properties: { a: schema } }, '{"a":"ab').value).toEqual({ a: 'ab' })
  })

  test('every value is told as it closes, with whether it is valid', () => {
    const schema = {
      properties: { a: { type: 'array', items: { type: 'number' } }, b: {} },
      additionalProperties: false,
    }
    expect(seen(schema, '{"a":[1,"x"],"b":{"c":[2]},"d":[3]}').complete).toEqual([
      ['a.0', 1, true],
      ['a.1', 'x', false],
      // What is not shown is not in what is told either.
      ['a', [1], false],
      ['b.c.0', 2, true],
      ['b.c', [2], true],
      ['b', { c: [2] }, true],
      ['d.0', 3, false],
      ['d', [], false],
      ['', { a: [1], b: { c: [2] } }, false],
    ])
  })

  test('what stands in the wrapper of the wire is named as the user knows it', () => {
    const { complete, issues } = seen({ type: 'array', items: { $ref: '#' } }, '{"value":[[],1],"more":[2]}', 'value')
    expect(complete).toEqual([
      ['0', [], true],
      ['1', 1, false],
      ['', [[]], false],
    ])
    expect(issues.map(({ path }) => path)).toEqual([[1]])
  })
})

test('elements of a list are unique, values of an object need not be', () => {
  const schema = { uniqueItems: true, maxProperties: 3 }
  expect(issuesIn(schema, '{"a":1,"b":1}')).toEqual([])
  expect(issuesIn(schema, '[{"a":1,"b":1},1,1]')).toEqual([['2', 'not_unique', 'expected no element twice']])
})

test('a pattern is run on a text of a length that keeps it fast', () => {
  for (const pattern of ['^a*a*$', 'a+c', '^a+|c']) expect(messagesIn({ pattern }, 'b'.repeat(1400))).toHaveLength(1)
  for (const pattern of ['^a*$', '^(?:a|c)$', '^[A-Z]{2}\\d{2}[A-Z0-9]{11,30}$', '^(?:ab)+$'])
    expect(messagesIn({ pattern }, 'b'.repeat(10_000))).toHaveLength(1)
})

describe('what is not checked', () => {
  test.each<[JsonSchema, unknown]>([
    [{ not: { type: 'string' } }, 'a'],
    [{ if: { type: 'string' }, then: { minLength: 9 } }, 'a'],
    [{ contains: { type: 'string' } }, [1]],
    [{ dependentRequired: { a: ['b'] } }, { a: 1 }],
    [{ unevaluatedProperties: false }, { a: 1 }],
    [{ format: 'unheard-of' }, 'a'],
    [{ contentEncoding: 'base64' }, '?'],
    [{ '~hint': { pattern: '^a' } }, 'b'],
    [{ $ref: 'https://example.org/schema' }, 1],
    [{ $ref: '#/$defs/missing' }, 1],
    [{ type: 'object', properties: { a: { $ref: '#anchor' } } }, { a: 1 }],
    // An invalid pattern, and two that may take exponential time.
    [{ pattern: '(' }, 'b'],
    [{ pattern: '^(a+)+$' }, 'b'],
    [{ pattern: '^(a|aa){2,}$' }, 'b'],
    [{ pattern: '^(a?){2}$' }, 'b'],
    [{ pattern: '^(a)\\1$' }, 'b'],
    [{ pattern: '^a*$' }, 'b'.repeat(10_001)],
    // Ways to match that multiply: the longer the text, the fewer repetitions.
    [{ pattern: '^a*a*$' }, 'b'.repeat(2001)],
    [{ pattern: 'a+c' }, 'b'.repeat(2001)],
    [{ pattern: '^a+|c' }, 'b'.repeat(2001)],
    [{ pattern: `^${'a?'.repeat(30)}$` }, 'b'],
    [{ patternProperties: { 'a+c': { type: 'string' } }, additionalProperties: false }, { ['b'.repeat(2001)]: 1 }],
    // In UTF-16 units it fits.
    [{ minLength: 2 }, '😀'],
    [{ pattern: '^.{2}$' }, '😀'],
    [{ format: 'date' }, 'b'.repeat(10_001)],
    [{ patternProperties: { '(': { type: 'string' } }, additionalProperties: false }, { a: 1 }],
    // Draft 4.
    [{ minimum: 0, exclusiveMinimum: true }, 1],
  ])('%j takes %j', (schema, value) => {
    expect(follow(schema, [JSON.stringify(value)])).toEqual([])
  })
})
