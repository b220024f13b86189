import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cassette, type Interaction } from '../../src/cassette/index.ts'
import { recutStream } from '../../src/cassette/recut.ts'
import { chunksOf, pathOf, person, recordings, seed } from './setup.ts'

type Json = Record<string, any>

const event = (chunk: unknown): string => `data: ${JSON.stringify(chunk)}\n\n`
const chunksIn = (stream: string): Json[] =>
  stream.split('\n\n').flatMap(each => (each.startsWith('data: {') ? [JSON.parse(each.slice(6)) as Json] : []))

/** What a stream says: content, arguments by index, everything that stands on no delta. */
function said(stream: string) {
  let content = ''
  const calls: Json[] = []
  const finishes: unknown[] = []
  const usages: unknown[] = []
  for (const chunk of chunksIn(stream)) {
    if (chunk.usage) usages.push(chunk.usage)
    for (const choice of chunk.choices) {
      content += choice.delta?.content ?? ''
      if (choice.finish_reason) finishes.push(choice.finish_reason)
      for (const call of choice.delta?.tool_calls ?? []) {
        calls[call.index] ??= { ids: [], names: [], arguments: '' }
        const known = calls[call.index]!
        if (call.id) known.ids.push(call.id)
        if (call.function?.name) known.names.push(call.function.name)
        known.arguments += call.function?.arguments ?? ''
      }
    }
  }
  return { content, calls, finishes, usages }
}

describe.each(recordings)('%s', recording => {
  const bodies = cassette(pathOf(recording), { mode: 'replay' }).interactions.map(each => each.response.body!)

  test.each([1, 2, 4, 7])('says the same in pieces of %i', size => {
    for (const body of bodies) {
      const recut = recutStream(body, size)
      expect(said(recut)).toEqual(said(body))
      for (const { choices } of chunksIn(recut)) {
        for (const { delta } of choices) {
          expect((delta.content ?? '').length).toBeLessThanOrEqual(size)
          for (const call of delta.tool_calls ?? []) expect(call.function.arguments.length).toBeLessThanOrEqual(size)
        }
      }
    }
  })

  test('is the same, byte for byte, where nothing is longer than a piece', () => {
    for (const body of bodies) expect(recutStream(body, 10_000)).toBe(body)
  })
})

describe('a cut event', () => {
  const chunk = {
    id: 'x',
    created: 7,
    choices: [
      {
        index: 0,
        delta: {
          role: 'assistant',
          content: null,
          tool_calls: [
            { index: 0, id: 'call_0', type: 'function', function: { name: 'add', arguments: '{"a":1}' } },
            { index: 1, id: 'call_1', type: 'function', function: { name: 'two', arguments: '{"b":2}' } },
          ],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ],
    usage: { total_tokens: 9 },
  }

  test('is several of the same envelope: heads first, finish and usage last', () => {
    const at = (delta: unknown, last = false) => ({
      id: 'x',
      created: 7,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: last ? 'tool_calls' : null }],
      ...(last && { usage: { total_tokens: 9 } }),
    })
    const call = (index: number, name: string, piece: string) => ({
      tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: piece } }],
    })
    const later = (index: number, piece: string) => ({ tool_calls: [{ index, function: { arguments: piece } }] })
    expect(chunksIn(recutStream(event(chunk), 4))).toEqual([
      at({ role: 'assistant', content: null, ...call(0, 'add', '{"a"') }),
      at(later(0, ':1}')),
      at(call(1, 'two', '{"b"')),
      at(later(1, ':2}'), true),
    ])
  })

  test('keeps its line ends', () => {
    const recut = recutStream(`data:${JSON.stringify({ choices: [{ delta: { content: 'abcdef' } }] })}\r\n\r\n`, 3)
    expect(recut).toBe(
      'data: {"choices":[{"delta":{"content":"abc"}}]}\r\n\r\ndata: {"choices":[{"delta":{"content":"def"}}]}\r\n\r\n',
    )
  })

  test('never parts a surrogate pair', () => {
    const recut = recutStream(event({ choices: [{ delta: { content: 'a😀😀b' } }] }), 2)
    expect(chunksIn(recut).map(({ choices }) => choices[0].delta.content)).toEqual(['a😀', '😀', 'b'])
  })
})

test.each([
  ['another field beside the data', 'event: error\ndata: {"choices":[{"delta":{"content":"abcdef"}}]}\n\n'],
  ['broken JSON', 'data: {"choices":[{"delta":{"content":"abcdef"}}\n\n'],
  ['data that is no object', 'data: [DONE]\n\n'],
  ['a comment', ': PROCESSING\n\n'],
  ['no choices', 'data: {"choices":[],"usage":{}}\n\n'],
  [
    'choices of another shape',
    'data: {"choices":[null]}\n\ndata: {"choices":{}}\n\ndata: {"choices":[{"delta":1}]}\n\n',
  ],
  ['several choices', 'data: {"choices":[{"delta":{"content":"abcdef"}},{"delta":{}}]}\n\n'],
  ['calls of another shape', 'data: {"choices":[{"delta":{"tool_calls":[{"function":{}},{},null,1]}}]}\n\n'],
])('an event with %s stays as it is', (_, text) => {
  expect(recutStream(text, 1)).toBe(text)
})

test('the pieces of any text, joined, are the text', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 })
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 3 }), fc.integer({ min: 1, max: 9 }), (content, texts, size) => {
      const tool_calls = texts.map((each, index) => ({
        index,
        id: `c${index}`,
        function: { name: 'f', arguments: each },
      }))
      const body = event({ choices: [{ delta: { content, tool_calls }, finish_reason: 'stop' }], usage: { n: 1 } })
      const recut = recutStream(body, size)
      expect(said(recut)).toEqual(said(body))
      const pieces = chunksIn(recut).map(({ choices }) => choices[0].delta)
      for (const { content, tool_calls } of pieces) {
        expect(`${content ?? ''}${tool_calls?.[0]?.function.arguments ?? ''}`).not.toMatch(/\p{Surrogate}/u)
      }
    }),
    { seed, numRuns: 300 },
  )
})

test('the cassette counts the interactions that it recut', async () => {
  const fetch = cassette(pathOf(person), { mode: 'replay', recut: true })
  const [{ request, response }] = fetch.interactions as [Interaction]
  expect(fetch.recut).toBe(0)
  const chunks = await chunksOf(await fetch(request.url, { method: 'POST', body: request.body! }))
  expect(fetch.recut).toBe(1)
  expect(chunks.length).toBe(13)
  expect(said(chunks.join(''))).toEqual(said(response.body!))
})
