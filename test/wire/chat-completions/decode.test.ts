import { describe, expect, test } from 'vitest'
import { OutputError, StreamError } from '../../../src/errors.ts'
import { chunk, decode, decoder, fragment, Inside } from './decoding.ts'

const call = { index: 0, id: 'c1', type: 'function', function: { name: 'Person', arguments: '{"a":1}' } }
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }

describe('a plain completion', () => {
  test('is a stream of one chunk', () => {
    const message = { role: 'assistant', content: 'Hi', reasoning: 'Hm', tool_calls: [{ ...call, index: undefined }] }
    const plain = decode({ id: 'x', choices: [{ index: 0, message, finish_reason: 'stop' }], usage })
    const streamed = decode(
      { id: 'x', ...chunk({ role: 'assistant', content: '', reasoning: 'Hm' }) },
      chunk({ content: 'Hi' }),
      fragment(call),
      chunk({}, 'stop'),
      { choices: [], usage },
    )
    expect(plain.turn).toEqual(streamed.turn)
    expect(plain.told).toEqual(streamed.told)
    for (const field of ['id', 'reported', 'finished', 'empty', 'outputLength'] as const) {
      expect(plain.decoder[field]).toEqual(streamed.decoder[field])
    }
    expect(plain.turn).toEqual({
      message: {
        role: 'assistant',
        content: 'Hi',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'Person', arguments: '{"a":1}' } }],
        reasoning: 'Hm',
      },
      text: 'Hi',
      reasoning: 'Hm',
      refusal: '',
      calls: [{ id: 'c1', name: 'Person', arguments: '{"a":1}' }],
      finishReason: 'stop',
      ending: 'clean',
    })
  })

  test.each([
    ['no ids', undefined],
    ['the same id for all', 'c1'],
    ['index 0 for all', undefined, 0],
  ])('with %s keeps its calls apart', (_, id, index?: number) => {
    const tool_calls = ['a', 'b', 'a'].map(name => ({ id, index, function: { name, arguments: '{}' } }))
    const { turn, told } = decode({ choices: [{ message: { tool_calls }, finish_reason: 'tool_calls' }] })
    expect(told.calls.map(({ name, arguments: text }) => [name, text])).toEqual([
      ['a', '{}'],
      ['b', '{}'],
      ['a', '{}'],
    ])
    expect(turn.calls).toHaveLength(3)
    expect(new Set(turn.calls.map(each => each.id)).size).toBe(3)
  })
})

describe('chunks of odd shape', () => {
  test.each([
    ['choices absent', {}],
    ['choices null', { choices: null }],
    ['choices empty (the prompt filter comes first)', { choices: [], prompt_filter_results: [] }],
    ['choices of odd kinds', { choices: [null] }],
    ['delta null', chunk(null)],
    ['delta absent (an annotation of a content filter)', { choices: [{ index: 0, content_filter_results: {} }] }],
    ['content null', chunk({ content: null })],
    ['content empty', chunk({ content: '' })],
    ['content of odd kind', chunk({ content: 7 })],
    ['refusal null, tool_calls null', chunk({ refusal: null, tool_calls: null })],
    ['fragments of odd kinds', fragment(null, 'x', 1)],
    ['unknown fields', { obfuscation: 'xx', x_groq: { id: 'q' }, provider: 'P', service_tier: null, choices: [] }],
    ['a role and nothing else', chunk({ role: 'assistant' })],
    ['error null', { error: null, choices: [] }],
    ['finish_reason empty', chunk({}, '')],
    ['odd ids and objects', { id: '', object: '', choices: [] }],
  ])('%s mean nothing', (_, odd) => {
    const { turn, told } = decode(odd, chunk({ content: 'a' }), odd, chunk({ content: 'b' }), odd)
    expect(turn).toMatchObject({ text: 'ab', refusal: '', calls: [], finishReason: null })
    expect(turn.message).toEqual({ role: 'assistant', content: 'ab' })
    expect(told).toEqual({ text: 'ab', reasoning: '', calls: [] })
  })

  test('content as parts: text is joined, thinking is left out', () => {
    const content = [{ type: 'thinking', thinking: [] }, { type: 'text', text: 'a' }, null, { type: 'text', text: 'b' }]
    expect(decode(chunk({ content })).turn.text).toBe('ab')
  })

  test('a second choice is not mixed in, wherever it stands', () => {
    const other = { index: 1, delta: { content: 'x' }, finish_reason: 'stop' }
    const first = { index: 0, delta: { content: 'a' }, finish_reason: null }
    const { turn } = decode({ choices: [other] }, { choices: [other, first] }, { choices: [first, other] })
    expect(turn).toMatchObject({ text: 'aa', finishReason: null })
  })

  test('the role is never needed, and may stand on every delta', () => {
    const role = 'assistant'
    expect(decode(chunk({ role, content: 'a' }), chunk({ role, content: 'b' })).turn.message).toEqual({
      role,
      content: 'ab',
    })
  })

  test('a refusal is kept apart', () => {
    const { turn, told } = decode(chunk({ refusal: 'I can' }), chunk({ refusal: 'not' }, 'stop'))
    expect(turn).toMatchObject({ refusal: 'I cannot', text: '' })
    expect(told.text).toBe('')
  })

  test('text around a call is text, the call a call', () => {
    const { turn } = decode(chunk({ content: 'Here: ' }), fragment(call), chunk({ content: 'done' }, 'stop'))
    expect(turn).toMatchObject({ text: 'Here: done', calls: [{ name: 'Person' }] })
  })

  test('whether there was any choice is known', () => {
    expect(decode({ choices: [] }).decoder.empty).toBe(true)
    expect(decode(chunk({})).decoder.empty).toBe(false)
  })

  test('the id of the answer is the first that is not empty', () => {
    expect(decode({ id: '' }, { id: 'a' }, { id: 'b' }).decoder.id).toBe('a')
  })
})

describe('the finish', () => {
  test.each([
    ['"stop" although a function was called', ['stop'], 'stop', 'clean'],
    ['twice: tool_calls, then stop', ['tool_calls', 'stop'], 'tool_calls', 'clean'],
    ['a clean reason, then one that is not', ['tool_calls', 'length'], 'length', 'length'],
    ['length', ['length', 'stop'], 'length', 'length'],
    ['length in other words, which are kept', ['MAX_TOKENS', 'STOP'], 'MAX_TOKENS', 'length'],
    ['a content filter after the finish', ['stop', 'content_filter'], 'content_filter', 'content_filter'],
    ['an error after the finish', ['stop', 'error'], 'error', 'error'],
    ['a reason that nobody has heard of', ['cancelled'], 'cancelled', 'unknown'],
    ['one after the finish', ['stop', 'cancelled'], 'cancelled', 'unknown'],
    ['never', [], null, 'clean'],
  ])('%s', (_, reasons, expected, ending) => {
    const { turn, decoder: chat } = decode(fragment(call), ...reasons.map(reason => chunk({}, reason)))
    expect(turn).toMatchObject({ finishReason: expected, ending })
    expect(chat.finished).toBe(expected !== null)
    expect(turn.calls).toHaveLength(1)
  })

  test('on every chunk: no word, argument or refusal is lost, and it tells no end any more', () => {
    const text = decode(chunk({ content: 'The ' }, 'stop'), chunk({ content: 'answer is 42' }, 'stop'))
    expect(text.turn).toMatchObject({ text: 'The answer is 42', finishReason: 'stop' })
    const refusal = decode(chunk({ refusal: 'I can' }, 'stop'), chunk({ refusal: 'not' }, 'stop'))
    expect(refusal.turn.refusal).toBe('I cannot')
    const [begin, end] = ['{"a"', ':1}'].map(each => ({ index: 0, function: { name: 'P', arguments: each } }))
    const called = decode(chunk({ tool_calls: [begin] }, 'stop'), chunk({ tool_calls: [end] }, 'stop'))
    expect(called.turn.calls).toMatchObject([{ arguments: '{"a":1}' }])
    expect([text, refusal, called].map(each => each.decoder.finished)).toEqual([false, false, false])
  })

  test('empty deltas after it, or arguments said once more, change nothing; usage still counts', () => {
    const after = [chunk({ content: '', role: 'assistant' }), fragment(call), { choices: [], usage }]
    const { turn, decoder: chat } = decode(fragment(call), chunk({}, 'tool_calls'), ...after)
    expect(turn.calls).toMatchObject([{ arguments: '{"a":1}' }])
    expect(chat.finished).toBe(true)
    expect(chat.reported?.usage.totalTokens).toBe(5)
  })
})

describe('usage', () => {
  test.each([
    ['in a last chunk without choices', [chunk({}, 'stop'), { choices: [], usage }]],
    ['in the chunk of the finish', [{ ...chunk({}, 'stop'), usage }]],
    [
      'null on every chunk, then an object',
      [
        { ...chunk({}), usage: null },
        { choices: [], usage },
        { choices: [], usage: null },
      ],
    ],
    [
      'twice: the last stands',
      [
        { choices: [], usage: { total_tokens: 1 } },
        { choices: [], usage },
      ],
    ],
    [
      'again, empty or in part: nothing is lost',
      [
        { choices: [], usage },
        { choices: [], usage: { completion_tokens: 2 } },
        { choices: [], usage: {} },
      ],
    ],
    ['in Groq’s own field', [{ ...chunk({}, 'stop'), x_groq: { id: 'q', usage } }]],
    ['before the first choice', [{ usage }, chunk({}, 'stop')]],
  ])('%s', (_, payloads) => {
    expect(decode(...payloads).decoder.reported?.usage).toEqual({ inputTokens: 3, outputTokens: 2, totalTokens: 5 })
  })

  test('never: it is unknown, not 0', () => {
    expect(decode(chunk({}, 'stop')).decoder.reported).toBe(undefined)
  })

  test('the length of the output stands in for it: text, reasoning, refusal and arguments', () => {
    const { decoder: chat } = decode(
      chunk({ content: 'abc', reasoning: 'de', refusal: 'f' }),
      fragment(call),
      fragment({ index: 1, function: { name: 'b', arguments: { x: 1 } } }),
    )
    expect(chat.outputLength).toBe(3 + 2 + 1 + 7 + 7)
  })
})

describe('an error anywhere wins', () => {
  const error = { message: 'overloaded', code: 502 }
  test.each([
    ['alone', { error }],
    ['as a string', { error: 'overloaded' }],
    ['beside choices and usage', { ...chunk({ content: 'x' }), usage, error }],
    ['inside a choice', { choices: [{ index: 0, error, delta: {} }] }],
    ['without a wrapper', { object: 'error', message: 'overloaded' }],
  ])('%s', (_, payload) => {
    for (const before of [[], [fragment(call)], [fragment(call), chunk({}, 'tool_calls')]]) {
      expect(() => decode(...before, payload)).toThrow(Inside)
    }
  })

  test('the error is made of what holds it', () => {
    try {
      decode({ choices: [{ index: 0, error }] })
      expect.unreachable()
    } catch (caught) {
      expect((caught as Inside).body).toMatchObject({ error })
    }
  })
})

describe('payloads that are none', () => {
  test.each([
    ['two glued together', '{"choices":[]}{"choices":[]}'],
    ['a prefix of its own', 'data: {"choices":[]}'],
    ['cut', '{"choices":[{"delta":{"content":"secret'],
    ['a sentinel that is none', '[DONE]xyz'],
    ['no object', '"secret"'],
    ['a list', '[{"choices":[]}]'],
    ['null', 'null'],
  ])('%s: typed, with the place and not a word of the text', (_, payload) => {
    const { decoder: chat } = decoder()
    chat.feed('{}')
    try {
      chat.feed(payload)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(StreamError)
      expect(error).toMatchObject({ code: 'malformed', retryable: true })
      expect((error as Error).message).toMatch(/^Payload 2 of the answer (\(\d+ characters\) )?is not /)
      expect(String((error as Error).cause)).toBe('undefined')
    }
  })
})

describe('limits', () => {
  test('an answer may be 16 MiB long and no longer: a model that repeats itself never ends', () => {
    const { decoder: chat } = decoder()
    const piece = (length: number): string => JSON.stringify(chunk({ content: 'x'.repeat(length) }))
    for (let i = 0; i < 16; i++) chat.feed(piece(1024 * 1024))
    expect(() => chat.feed(piece(1))).toThrow(
      expect.toSatisfy((error: unknown) => error instanceof OutputError && error.code === 'limit' && !error.retryable),
    )
  })
})
