import { createJsonParser, JsonError, type JsonValue } from 'decant/json'
import { describe, expect, test } from 'vitest'
import { outcome, same, snapshots, tracer, units } from './documents.ts'

const shown = (text: string): JsonValue | undefined => snapshots(text).at(-1)

describe('value', () => {
  test.each<[string, JsonValue | undefined]>([
    ['', undefined],
    [' \n', undefined],
    ['{', {}],
    ['{"na', {}],
    ['{"name"', {}],
    ['{"name": ', {}],
    ['{"name": "', { name: '' }],
    ['{"name": "Ad', { name: 'Ad' }],
    ['{"name": "Ada", "age": 3', { name: 'Ada' }],
    ['{"name": "Ada", "age": 36', { name: 'Ada' }],
    ['{"name": "Ada", "age": 36,', { name: 'Ada', age: 36 }],
    ['[1.5e', []],
    ['[tru', []],
    ['[true', [true]],
    ['[true, [', [true, []]],
    ['[true, [{"a":{', [true, [{ a: {} }]]],
    ['"a\\', 'a'],
    ['"a\\u00e', 'a'],
    ['"a\\u00e9', 'aé'],
    ['12', undefined],
    ['12 ', 12],
    ['-', undefined],
    ['nul', undefined],
    ['null', null],
    ['{"a":1,"a":', { a: 1 }],
    ['{"a":1,"b":2,"a":"x', { a: 'x', b: 2 }],
    ['{"a":[1],"a":[', { a: [] }],
  ])('after %j it is %j', (text, value) => {
    expect(shown(text)).toEqual(value)
  })

  test('holds half a surrogate pair back, until what follows decides', () => {
    expect(shown('"a\ud83d')).toBe('a')
    expect(shown('"a\ud83d\ude00')).toBe('a😀')
    expect(shown('"a\\ud83d')).toBe('a')
    expect(shown('"a\\ud83d\\ude0')).toBe('a')
    expect(shown('"a\\ud83d\\ude00')).toBe('a😀')
    expect(shown('"a\ud83d\\')).toBe('a')
    expect(shown('"a\ud83db')).toBe('a\ud83db')
    expect(shown('"a\ud83d\ud83d')).toBe('a\ud83d')
    expect(shown('"a\ud83d"')).toBe('a\ud83d')
    expect(shown('["a\ud83d", "b')).toEqual(['a\ud83d', 'b'])
  })

  test('shares every branch in which nothing happened', () => {
    const parser = createJsonParser()
    parser.feed('{"done":{"a":[1]},"open":{"b":"x')
    const before = parser.value as { [key: string]: JsonValue }
    parser.feed('y')
    const after = parser.value as { [key: string]: JsonValue }
    expect(before).toEqual({ done: { a: [1] }, open: { b: 'x' } })
    expect(after).toEqual({ done: { a: [1] }, open: { b: 'xy' } })
    expect(after.done).toBe(before.done)
    parser.feed('"}')
    expect((parser.value as { [key: string]: JsonValue }).open).toBe(after.open)
  })

  test('stays the same object while nothing shows', () => {
    const parser = createJsonParser()
    parser.feed('{"a":"x')
    const { value } = parser
    for (const piece of ['\\', 'u00', '41"', ' ', ',', '"b"', ':', '12', '.5e1']) {
      const before = parser.value
      parser.feed(piece)
      if (piece === '41"') continue
      expect(parser.value).toBe(before)
    }
    parser.feed('}')
    expect(value).toEqual({ a: 'x' })
    expect(parser.finish()).toEqual({ a: 'xA', b: 125 })
  })
})

describe('complete, length and finish', () => {
  test('an object is complete at its bracket, blanks may follow', () => {
    const parser = createJsonParser()
    parser.feed('{"a":1')
    expect(parser.complete).toBe(false)
    parser.feed('}')
    expect(parser.complete).toBe(true)
    parser.feed(' \n')
    expect([parser.complete, parser.length, parser.finish()]).toEqual([true, 9, { a: 1 }])
    expect(parser.finish()).toBe(parser.value)
  })

  test('a number at the root is complete at a blank or at the end', () => {
    const parser = createJsonParser()
    parser.feed('12')
    expect(parser.complete).toBe(false)
    expect(parser.finish()).toBe(12)
    expect(parser.complete).toBe(true)
  })

  test('what follows the value is refused, and the value is not complete after all', () => {
    const parser = createJsonParser()
    expect(() => parser.feed('{"a":1} x')).toThrow(JsonError)
    expect([parser.complete, parser.length, parser.value]).toEqual([false, 8, { a: 1 }])
  })
})

describe('warnings', () => {
  test('name code, path and position', () => {
    const { value, warnings } = outcome(['{"a":{"b":1,"b":9007199254740993},"c":[0,1e999]}'])
    expect(value).toEqual({ a: { b: 9007199254740992 }, c: [0, Infinity] })
    expect(warnings).toEqual([
      { code: 'duplicate_key', path: ['a', 'b'], position: 12 },
      { code: 'unsafe_integer', path: ['a', 'b'], position: 16 },
      { code: 'non_finite', path: ['c', 1], position: 41 },
    ])
  })

  test.each(['9007199254740991', '-9007199254740991', '1e300', '9007199254740993.0', '-0'])(
    '%s is an ordinary number',
    text => {
      expect(outcome([text])).toMatchObject({ value: Number(text), warnings: [] })
    },
  )

  test('a name that every object inherits is no duplicate', () => {
    expect(outcome(['{"constructor":1,"__proto__":2,"toString":3}']).warnings).toEqual([])
    expect(outcome(['{"__proto__":1,"__proto__":2}']).warnings).toHaveLength(1)
  })
})

describe('follower', () => {
  test('hears every value open and close, in order', () => {
    expect(outcome(units('{"a":[1,"x"],"b":null}')).trace).toEqual([
      ['open', [], 'object'],
      ['key', [], 'a', false],
      ['open', ['a'], 'array'],
      ['open', ['a', 0], 'number'],
      ['close', ['a', 0], ['a', 0], 1],
      ['open', ['a', 1], 'string'],
      ['grows', ['a', 1]],
      ['close', ['a', 1], ['a', 1], 'x', 'x'],
      ['close', ['a'], ['a'], [1, 'x']],
      ['key', [], 'b', false],
      ['open', ['b'], 'null'],
      ['close', ['b'], ['b'], null],
      ['close', [], [], { a: [1, 'x'], b: null }],
    ])
  })

  test('hears of a key that comes again', () => {
    const keys = outcome(['{"a":{"a":1},"a":2}']).trace.filter(([event]) => event === 'key')
    expect(keys).toEqual([
      ['key', [], 'a', false],
      ['key', ['a'], 'a', false],
      ['key', [], 'a', true],
    ])
  })

  test('hears a string grow by whole characters', () => {
    const pieces: string[] = []
    const follower = {
      open: () => {},
      grows: () => true,
      grow: (_: unknown, piece: string) => pieces.push(piece),
      close: () => {},
    }
    const parser = createJsonParser<void>({ follower })
    for (const unit of units('["a\\n\ud83d\ude00"]')) parser.feed(unit)
    expect(pieces).toEqual(['a', '\n', '😀'])
  })

  test('decides which strings are shown only whole', () => {
    const parser = createJsonParser({ follower: tracer([], false) })
    parser.feed('{"id":"ab')
    expect(parser.value).toEqual({})
    parser.feed('c","list":["d')
    expect(parser.value).toEqual({ id: 'abc', list: [] })
    parser.feed('"]}')
    expect(parser.finish()).toEqual({ id: 'abc', list: ['d'] })
  })

  test('may look at the value while it is told', () => {
    const seen: unknown[] = []
    const parser = createJsonParser<void>({
      follower: { open: () => {}, grows: () => true, close: () => seen.push(parser.value, parser.complete) },
    })
    parser.feed('[1,{"a":"xy"}]')
    expect(seen).toEqual([
      ...[[1], false],
      ...[[1, { a: 'xy' }], false],
      ...[[1, { a: 'xy' }], false],
      ...[[1, { a: 'xy' }], true],
    ])
  })

  test('what it throws ends the parse', () => {
    const reason = new Error('enough')
    const follower = {
      open: () => {
        throw reason
      },
      grows: () => true,
      close: () => {},
    }
    const parser = createJsonParser({ follower })
    for (const read of [() => parser.feed('[1]'), () => parser.feed(''), () => parser.finish()])
      expect(read).toThrow(reason)
    expect(parser.complete).toBe(false)
  })
})

describe('errors', () => {
  test.each([
    ['', 'unexpected_end', 0, 'Cannot parse JSON that ends at position 0: expected a value'],
    ['{"a', 'unexpected_end', 3, 'Cannot parse JSON that ends at position 3: expected the rest of a string'],
    ['"\\u12', 'unexpected_end', 5, 'Cannot parse JSON that ends at position 5: expected four hexadecimal digits'],
    [
      '{,',
      'unexpected_character',
      1,
      `Cannot parse JSON with ',' at position 1: expected a key in double quotes or '}'`,
    ],
    ['[1,]', 'unexpected_character', 3, `Cannot parse JSON with ']' at position 3: expected a value`],
    ['"a\nb"', 'unexpected_character', 2, 'Cannot parse JSON with U+000A at position 2: expected the rest of a string'],
    ['\ufeff{}', 'unexpected_character', 0, 'Cannot parse JSON with U+FEFF at position 0: expected a value'],
    ['"\\x', 'unexpected_character', 2, `Cannot parse JSON with 'x' at position 2: expected one of`],
  ])('%j: %s at %i', (text, code, position, message) => {
    const { error, length } = outcome([text])
    expect(error).toEqual({ code, position, message: expect.stringContaining(message) })
    expect(length).toBe(position)
  })

  test('a message never shows more of the text than one character', () => {
    for (const text of ['{"secret": secret}', '{"secret":"secret" secret', '[secret', '"secret']) {
      expect(outcome([text]).error?.message).not.toContain('secret')
    }
  })

  test('an error is for ever, and all that was good before it stays', () => {
    const parser = createJsonParser()
    let first: unknown
    try {
      parser.feed('{"a":[1,"x\n')
    } catch (error) {
      first = error
    }
    expect(parser.value).toEqual({ a: [1, 'x'] })
    expect(() => parser.feed('y')).toThrow(first as Error)
    expect(() => parser.finish()).toThrow(first as Error)
    expect(parser.value).toEqual({ a: [1, 'x'] })
  })

  test('a text that was cut stays cut', () => {
    const parser = createJsonParser()
    parser.feed('[1')
    expect(() => parser.finish()).toThrow(JsonError)
    expect(() => parser.feed(']')).toThrow(JsonError)
  })

  test('a number that its next character makes wrong is never shown', () => {
    for (const text of ['[01]', '[1x', '[1.5.2', '{"a":1]', '{"a":3 0', '1]', '1,']) {
      const { value, trace } = outcome([text])
      const spaced = text.includes(' ')
      expect(JSON.stringify(value ?? []), text).toMatch(spaced ? '{"a":3}' : /^(?:\[\]|\{\})$/)
      expect(trace.some(([event]) => event === 'close')).toBe(spaced)
    }
  })
})

describe('limits', () => {
  test('by default', () => {
    expect(outcome(['['.repeat(128)]).error?.code).toBe('unexpected_end')
    expect(outcome(['['.repeat(129)]).error).toMatchObject({ code: 'depth', position: 128 })
    expect(outcome([`[${' '.repeat(4096)}1${'\n'.repeat(4096)}]`]).error).toBe(undefined)
    expect(outcome([`[1,${' '.repeat(4097)}`]).error).toMatchObject({ code: 'blank_run', position: 4099 })
    const full = `"${'x'.repeat(16 * 1024 * 1024 - 2)}"`
    expect(outcome([full]).error).toBe(undefined)
    expect(outcome([full, ' ']).error).toMatchObject({ code: 'length', position: 16 * 1024 * 1024 })
  })

  test.each([
    ['[[1]]', { maxDepth: 1 }, 'depth', 1, "with '[' at position 1: the limit is 1 open containers"],
    ['[  1]', { maxBlankRun: 1 }, 'blank_run', 2, 'with U+0020 at position 2: the limit is 1 blanks in a row'],
    ['[1,2,3]', { maxLength: 3 }, 'length', 3, "with '2' at position 3: the limit is 3 UTF-16 units"],
  ] as const)('%j: an error says at which character, however the text is cut', (text, limits, code, position, at) => {
    const error = { code, position, message: `Cannot parse JSON ${at}` }
    expect(outcome([text], limits).error).toEqual(error)
    expect(outcome([...text], limits).error).toEqual(error)
  })

  test('can be lifted: neither reading nor showing overflows the stack', () => {
    const depth = 100_000
    const parser = createJsonParser({ maxDepth: Infinity })
    parser.feed('['.repeat(depth))
    parser.value
    parser.feed(']'.repeat(depth))
    let levels = 0
    for (let at: JsonValue | undefined = parser.finish(); Array.isArray(at); at = at[0]) levels++
    expect(levels).toBe(depth)
  })

  test('a limit is 0 or more', () => {
    expect(() => createJsonParser({ maxDepth: -1 })).toThrow(
      new RangeError("Cannot parse JSON with maxDepth '-1': a limit is 0 or more"),
    )
    expect(() => createJsonParser({ maxLength: NaN })).toThrow(RangeError)
    expect(outcome(['1'], { maxDepth: 0, maxBlankRun: 0 }).value).toBe(1)
    expect(outcome(['1 '], { maxBlankRun: 0 }).error?.code).toBe('blank_run')
  })
})

test('text is a string', () => {
  const parser = createJsonParser()
  expect(() => parser.feed(undefined as unknown as string)).toThrow(TypeError)
  parser.feed('1')
  expect(parser.finish()).toBe(1)
})

describe('a key after like ones', () => {
  const half = '\ud83d'
  const keys = [
    '',
    'a',
    'ab',
    'abc',
    'ac',
    `a${half}`,
    `a${half}\ude00`,
    'a\\ud83d',
    'a\\ud83db',
    '\\ud83da',
    '\\u0061b',
    'a\\"',
    'a\\nb',
    'é',
    'éa',
  ]

  test.each([true, false])('is what JSON.parse says, however it is cut; well-formed: %s', wellFormed => {
    for (const one of keys) {
      for (const other of keys) {
        const text = `[{"${one}":0},{"${one}":0},{"${other}":0}]`
        const parsed = JSON.parse(text) as Record<string, number>[]
        const expected = parsed.map(object => Object.keys(object).map(key => (wellFormed ? key.toWellFormed() : key)))
        for (const pieces of [[text], units(text), text.split(/(?<=a)/)]) {
          const parser = createJsonParser({ wellFormed })
          for (const piece of pieces) parser.feed(piece)
          expect((parser.finish() as object[]).map(object => Object.keys(object))).toEqual(expected)
        }
      }
    }
  })
})

test('__proto__ is a key as any other, also while its object is open', () => {
  const text = '{"__proto__":{"admin":true},"a":"x"}'
  for (const snapshot of snapshots(text)) {
    expect(Object.getPrototypeOf(snapshot)).toBe(Object.prototype)
    expect((snapshot as { admin?: unknown }).admin).toBe(undefined)
  }
  expect(same(shown(text), JSON.parse(text))).toBe(true)
})

describe('a follower that hides values', () => {
  /** Hides every value under a key or index that is listed; tells the path of all that close. */
  const hiding = (...hidden: (string | number)[]) => {
    const closed: string[] = []
    const parser = createJsonParser<string | number | undefined>({
      follower: {
        open: (_, key) => key,
        shows: key => key === undefined || !hidden.includes(key),
        grows: () => true,
        close: (_, __, path) => closed.push(path().join('.')),
      },
    })
    return { parser, closed }
  }

  test.each<[string, (string | number)[], JsonValue]>([
    ['{"a":1,"b":2,"c":3}', ['b'], { a: 1, c: 3 }],
    ['{"a":"x","b":{"c":[1]},"d":null}', ['b'], { a: 'x', d: null }],
    ['{"a":[1,"x"],"b":[]}', ['a'], { b: [] }],
    ['[10,20,30]', [1], [10]],
    ['[[1,2],[3,[4]],5]', [1], [[1]]],
    ['{"__proto__":{"a":1},"b":2}', ['__proto__'], { b: 2 }],
    ['[{"b":"x","a":"y"},{"a":"z"}]', ['b'], [{ a: 'y' }, { a: 'z' }]],
  ])('%s without %j', (text, hidden, expected) => {
    for (const size of [1, 2, 3, text.length]) {
      const { parser } = hiding(...hidden)
      for (let at = 0; at < text.length; at += size) {
        parser.feed(text.slice(at, at + size))
        void parser.value
      }
      expect(parser.finish()).toEqual(expected)
      expect(parser.value).toEqual(expected)
    }
  })

  test('a hidden key that comes again is a repeated key', () => {
    const { parser } = hiding('b')
    parser.feed('{"b":1,"b":2,"c":3}')
    expect(parser.warnings).toEqual([{ code: 'duplicate_key', path: ['b'], position: 7 }])
  })

  test('judges an atom when it is whole and before it is shown', () => {
    const seen: unknown[] = []
    const parser = createJsonParser<void>({
      follower: {
        open: () => {},
        grows: () => false,
        judge: (_, value) => {
          seen.push([value, parser.value])
          return value !== 2 && value !== 'no' && value !== false
        },
        close: () => {},
      },
    })
    parser.feed('{"a":1,"b":2,"c":"no","d":"yes","e":false,"f":[null]}')
    expect(parser.value).toEqual({ a: 1, d: 'yes', f: [null] })
    expect(seen.slice(0, 3)).toEqual([
      [1, {}],
      [2, { a: 1 }],
      ['no', { a: 1 }],
    ])
  })

  test('hears of every value that closes, at its own place', () => {
    const { parser, closed } = hiding(1)
    parser.feed('[0,[1],{"a":2}]')
    expect(closed).toEqual(['0', '1.0', '1', '2.a', '2', ''])
  })

  test('changes no branch by what it hides', () => {
    const { parser } = hiding('b')
    parser.feed('{"a":[1],"b":')
    const before = parser.value
    parser.feed('[2,3')
    expect(parser.value).toEqual(before)
    expect((parser.value as { a: unknown }).a).toBe((before as { a: unknown }).a)
  })
})

describe('values that are held back until they have closed', () => {
  const holding = (held: string | number, revive: (value: JsonValue) => unknown = () => undefined) => {
    let closed = false
    return createJsonParser<string | number | undefined>({
      follower: {
        open: (_, key) => key,
        grows: key => key !== held,
        holds: key => key === held && !closed,
        revive: (key, value) => (key === held ? revive(value) : undefined),
        close: key => {
          closed ||= key === held
        },
      },
    })
  }

  test.each<[string, string | number, JsonValue[]]>([
    ['{"a":1,"b":[2,3],"c":4}', 'b', [{}, { a: 1 }, { a: 1, b: [2, 3] }, { a: 1, b: [2, 3], c: 4 }]],
    ['[1,{"x":[2]},3]', 1, [[], [1], [1, { x: [2] }], [1, { x: [2] }, 3]]],
    ['{"b":"xyz","c":4}', 'b', [{}, { b: 'xyz' }, { b: 'xyz', c: 4 }]],
  ])('%s without an open %j', (text, held, expected) => {
    const parser = holding(held)
    const seen: JsonValue[] = []
    for (const character of text) {
      parser.feed(character)
      const { value } = parser
      if (value !== undefined && value !== seen.at(-1)) seen.push(value)
    }
    expect(seen.filter((value, at) => JSON.stringify(value) !== JSON.stringify(seen[at - 1]))).toEqual(expected)
    expect(parser.finish()).toEqual(expected.at(-1))
  })

  test('something else may stand in their place, once and for all', () => {
    const parser = holding('b', value => new Set(value as JsonValue[]))
    parser.feed('{"b":[1,2,1],')
    const { b } = parser.value as { b: unknown }
    expect(b).toEqual(new Set([1, 2]))
    parser.feed('"c":[1')
    expect((parser.value as { b: unknown }).b).toBe(b)
  })
})

test('says of any path how far it has come', () => {
  const parser = createJsonParser()
  const states = (...paths: (string | number)[][]) => paths.map(path => parser.stateOf(path))
  expect(states([], [0])).toEqual(['absent', 'absent'])
  parser.feed('[1,{"a":["x"],"b":"y')
  parser.value
  parser.feed('z')
  expect(states([], [0], [1], [1, 'a'], [1, 'a', 0], [1, 'b'])).toEqual([
    ...['open', 'complete', 'open'],
    ...['complete', 'complete', 'open'],
  ])
  expect(states([2], ['1'], [1, 0], [1, 'a', 'length'], [1, 'b', 0], [0, 0])).toEqual(Array(6).fill('absent'))
  parser.feed('"},12')
  expect(states([1, 'b'], [2], [3])).toEqual(['complete', 'open', 'absent'])
  parser.feed(']')
  expect(states([], [2], [2, 0])).toEqual(['complete', 'complete', 'absent'])
  const root = createJsonParser()
  root.feed('12')
  expect(root.stateOf([])).toBe('open')
  root.finish()
  expect(root.stateOf([])).toBe('complete')
})
