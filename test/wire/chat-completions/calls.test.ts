import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { CallAssembler, type CallFragment } from '../../../src/wire/chat-completions/calls.ts'
import { recordingSink } from './decoding.ts'

const assemble = (...fragments: CallFragment[]) => {
  const { told, sink } = recordingSink()
  const assembler = new CallAssembler(sink, 7)
  for (const each of fragments) assembler.feed(each, each.index)
  assembler.finish()
  const calls = assembler.calls.map(call => [call.name, call.arguments])
  expect(told.calls.map(call => [call.name, call.arguments]).sort()).toEqual([...calls].sort())
  return { calls, ids: assembler.calls.map(({ id }) => id), wire: assembler.wire, told }
}

const of = (name: unknown, text?: unknown, rest: object = {}): CallFragment => ({
  ...rest,
  function: { name, arguments: text },
})

describe('which call a fragment belongs to', () => {
  test.each<[string, CallFragment[], [string, string][]]>([
    [
      'the index tells',
      [of('a', '{', { index: 0 }), of('b', '{', { index: 1 }), of(null, '}', { index: 0 }), of('', '}', { index: 1 })],
      [
        ['a', '{}'],
        ['b', '{}'],
      ],
    ],
    ['the index begins at 1', [of('a', '{', { index: 1 }), of(undefined, '}', { index: 1 })], [['a', '{}']]],
    [
      'the index is a string of digits',
      [of('a', '{', { index: '0' }), of(undefined, '}', { index: '0' })],
      [['a', '{}']],
    ],
    [
      'no index: the id tells',
      [of('a', '{', { id: 'x' }), of('b', '{', { id: 'y' }), of('', '}', { id: 'x' }), of('', '}', { id: 'y' })],
      [
        ['a', '{}'],
        ['b', '{}'],
      ],
    ],
    [
      'index null and no id: the last call',
      [of('a', '{"x"', { index: null, id: 'x' }), of(null, ':1}', { index: null, id: '' })],
      [['a', '{"x":1}']],
    ],
    [
      'neither index nor id: a name after a whole call begins another',
      [of('a', '{"x":1}'), of('b', '{}'), of('b', '{"y":2}')],
      [
        ['a', '{"x":1}'],
        ['b', '{}'],
        ['b', '{"y":2}'],
      ],
    ],
    [
      'neither index nor id: one that repeats the call whole is no other',
      [of('a', '{"x":1}'), of('a', '{"x":1}')],
      [['a', '{"x":1}']],
    ],
    [
      'neither index nor id: a name repeated on every delta is no other',
      [of('a', '{"x"'), of('a', ':1}')],
      [['a', '{"x":1}']],
    ],
    [
      'the id comes on every delta',
      [of('a', '{', { index: 0, id: 'x' }), of('a', '}', { index: 0, id: 'x' })],
      [['a', '{}']],
    ],
    [
      'a new id on every delta: the index wins',
      [
        of('a', '{', { index: 0, id: '1' }),
        of('a', '"x":1', { index: 0, id: '2' }),
        of('', '}', { index: 0, id: '3' }),
      ],
      [['a', '{"x":1}']],
    ],
    [
      'two calls under one index: a new id and name after a whole one',
      [of('a', '{"x":1}', { index: 0, id: '1' }), of('b', '{"y"', { index: 0, id: '2' }), of('', ':2}', { index: 0 })],
      [
        ['a', '{"x":1}'],
        ['b', '{"y":2}'],
      ],
    ],
    [
      'the same id for two calls: the index wins',
      [of('a', '{}', { index: 0, id: 'x' }), of('b', '{}', { index: 1, id: 'x' })],
      [
        ['a', '{}'],
        ['b', '{}'],
      ],
    ],
    [
      'a new id and name on every delta: brackets in strings close nothing',
      [
        of('a', '{"x":"\\"}', { index: 0, id: '1' }),
        of('a', '}"', { index: 0, id: '2' }),
        of('a', '}', { index: 0, id: '3' }),
        of('b', '{}', { index: 0, id: '4' }),
      ],
      [
        ['a', '{"x":"\\"}}"}'],
        ['b', '{}'],
      ],
    ],
    ['an unnamed beginning gets the id that follows', [of('', '{'), of('a', '}', { id: 'x' })], [['a', '{}']]],
  ])('%s', (_, fragments, expected) => {
    expect(assemble(...fragments).calls).toEqual(expected)
  })

  test.each([-1, 128, 4294967295, 1.5, 'x', '__proto__', true, {}])('index %j is refused', index => {
    expect(() => assemble(of('a', '{}', { index }))).toThrow(
      expect.objectContaining({ name: 'StreamError', code: 'malformed', retryable: false }),
    )
  })

  test('a new id and name on every delta, each ending with a brace: no character is parsed twice', () => {
    const count = 20_000
    const parse = vi.spyOn(JSON, 'parse')
    onTestFinished(() => parse.mockRestore())
    const pieces = ['{"l":[{}', ...Array<string>(count).fill(',{}'), ']}']
    const { calls } = assemble(...pieces.map((piece, i) => of('a', piece, { index: 0, id: `${i}` })))
    expect(calls).toEqual([['a', pieces.join('')]])
    expect(parse).not.toHaveBeenCalled()
  })

  test('128 calls are taken and one more is not', () => {
    const calls = (count: number): CallFragment[] =>
      Array.from({ length: count }, (_, i) => of('a', '{}', { id: `${i}` }))
    expect(assemble(...calls(128)).calls).toHaveLength(128)
    expect(() => assemble(...calls(129))).toThrow(expect.objectContaining({ code: 'malformed', retryable: false }))
    expect(assemble(of('a', '{}', { index: 127 })).calls).toHaveLength(1)
  })
})

describe('names and ids', () => {
  test.each<[string, CallFragment[]]>([
    ['a name that comes late', [of(undefined, '{"x"', { index: 0 }), of('weather', ':1}', { index: 0 })]],
    ['a name after the arguments', [of(undefined, '{"x":1}', { index: 0 }), of('weather', '', { index: 0 })]],
    ['a name in pieces', [of('wea', '', { index: 0 }), of('ther', '{"x":1}', { index: 0 })]],
    ['a name that grows', [of('wea', '', { index: 0 }), of('weather', '{"x":1}', { index: 0 })]],
    ['a name on every delta', [of('weather', '{"x"', { index: 0 }), of('weather', ':1}', { index: 0 })]],
    ['an empty one on later deltas', [of('weather', '{"x"', { index: 0 }), of('', ':1}', { index: 0 })]],
    ['null on later deltas', [of('weather', '{"x"', { index: 0 }), of(null, ':1}', { index: 0, id: null })]],
    ['function null', [of('weather', '{"x":1}', { index: 0 }), { index: 0, function: null }]],
    ['arguments null, then text', [of('weather', null, { index: 0 }), of(null, '{"x":1}', { index: 0 })]],
    ['arguments absent, then text', [of('weather', undefined, { index: 0 }), of(null, '{"x":1}', { index: 0 })]],
    ['arguments whole at once', [of('weather', '{"x":1}', { index: 0 })]],
    ['arguments whole twice', [of('weather', '{"x":1}', { index: 0 }), of(null, '{"x":1}', { index: 0 })]],
    [
      'arguments in pieces, then whole',
      [of('weather', '{"x"', { index: 0 }), of('', ':1}', { index: 0 }), of('', '{"x":1}', { index: 0 })],
    ],
    ['arguments as an object', [of('weather', { x: 1 }, { index: 0 })]],
  ])('%s', (_, fragments) => {
    expect(assemble(...fragments).calls).toEqual([['weather', '{"x":1}']])
  })

  test('arguments that never come are empty, and the call still opens', () => {
    expect(assemble(of('a', '', { index: 0 }), of('b', undefined, { index: 1 })).calls).toEqual([
      ['a', ''],
      ['b', ''],
    ])
  })

  test('a call that nobody named opens without a name', () => {
    expect(assemble(of(undefined, '{}')).calls).toEqual([['', '{}']])
  })

  test('arguments that repeat themselves inside are no repetition of the whole', () => {
    expect(assemble(of('a', '[1', {}), of('', '[1')).calls).toEqual([['a', '[1[1']])
  })

  test('another whole value after the first is kept, for the strict end to refuse', () => {
    const fragments = [of('a', '{"x":1}', { index: 0 }), of(null, '{"x":2}', { index: 0 })]
    expect(assemble(...fragments).calls).toEqual([['a', '{"x":1}{"x":2}']])
  })

  test('arguments nested too deeply to be written are refused in words', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
    expect(() => assemble(of('a', deep))).toThrow(expect.objectContaining({ name: 'StreamError', code: 'malformed' }))
  })

  test('an id is set once; where none came the call gets one of ours', () => {
    const { ids } = assemble(
      of('a', '{}', { index: 0, id: '' }),
      of('', '', { index: 0, id: 'x' }),
      of('b', '{}', { index: 1 }),
    )
    expect(ids).toEqual(['x', 'call_7_1'])
  })

  test('an id of ours is none that was given', () => {
    expect(assemble(of('a', '{}', { index: 0 }), of('b', '{}', { index: 1, id: 'call_7_0' })).ids).toEqual([
      'call_7_0_',
      'call_7_0',
    ])
  })

  test('an id that repeats within the turn is replaced, in what is read and in what goes back', () => {
    const same = [0, 1, 2].map(index => of('a', '{}', { index, id: 'same' }))
    const { ids, wire } = assemble(...same)
    expect(ids).toEqual(['same', 'call_7_1', 'call_7_2'])
    expect(wire.map(({ id }) => id)).toEqual(ids)
  })
})

describe('the sink', () => {
  test('hears a call once its arguments begin, and every piece of them', () => {
    const heard: unknown[] = []
    const sink = {
      text: () => {},
      reasoning: () => {},
      call: (...each: unknown[]) => heard.push(each),
      arguments: (...each: unknown[]) => heard.push(each),
    }
    const assembler = new CallAssembler(sink, 0)
    assembler.feed(of('a', '', { index: 0 }), 0)
    expect(heard).toEqual([])
    assembler.feed(of('', '{"x"', { index: 0 }), 0)
    assembler.feed(of('', ':1}', { index: 0 }), 0)
    assembler.finish()
    assembler.finish()
    expect(heard).toEqual([
      [0, 'a'],
      [0, '{"x"'],
      [0, ':1}'],
    ])
  })
})

describe('the way back', () => {
  test('calls go back as they came, with fields we do not know', () => {
    const extra = { extra_content: { google: { thought_signature: 's' } }, odd: null }
    const { wire } = assemble(
      { index: 0, id: 'x', type: 'function', ...extra, ...of('a', '{"x"') },
      of('', ': 1}', { index: 0 }),
    )
    expect(wire).toEqual([
      {
        extra_content: { google: { thought_signature: 's' } },
        id: 'x',
        type: 'function',
        function: { name: 'a', arguments: '{"x": 1}' },
      },
    ])
  })

  test('an empty name and empty arguments, which providers refuse, go back filled; they are read as they came', () => {
    const { calls, wire } = assemble(of('', '', { index: 0 }))
    expect(calls).toEqual([['', '']])
    expect(wire[0]!.function).toEqual({ name: 'unknown', arguments: '{}' })
  })

  test('a __proto__ from the wire reaches no prototype', () => {
    const hostile = JSON.parse('{"index":0,"__proto__":{"polluted":1},"function":{"name":"a","arguments":"{}"}}')
    const { wire } = assemble(hostile)
    expect(Object.keys(wire[0]!)).toEqual(['id', 'type', 'function'])
    expect((wire[0] as unknown as { polluted?: number }).polluted).toBe(undefined)
  })
})
