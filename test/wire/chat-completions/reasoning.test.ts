import { describe, expect, test } from 'vitest'
import { Reasoning } from '../../../src/wire/chat-completions/reasoning.ts'

const written = (reasoning: Reasoning): Record<string, unknown> => {
  const message = {}
  reasoning.write(message)
  return message
}

const collect = (...deltas: Record<string, unknown>[]) => {
  const reasoning = new Reasoning()
  const said = deltas.map(delta => reasoning.feed(delta))
  expect(said.join('')).toBe(reasoning.text)
  return { text: reasoning.text, message: written(reasoning), said }
}

describe('the field it came in is the field it goes back in', () => {
  test.each([
    ['reasoning', { reasoning: 'ab' }],
    ['reasoning_content', { reasoning_content: 'ab' }],
  ])('%s', (field, message) => {
    expect(collect({ [field]: 'a' }, { [field]: null }, { [field]: '' }, { [field]: 'b' })).toMatchObject({
      text: 'ab',
      message,
    })
  })

  test('none came', () => {
    expect(collect({}, { reasoning: null, reasoning_details: [] })).toEqual({ text: '', message: {}, said: ['', ''] })
  })

  test('odd kinds mean nothing', () => {
    expect(
      collect({ reasoning: 7, reasoning_content: {}, reasoning_details: 'x' }, { reasoning_details: [null, 1] }),
    ).toMatchObject({
      text: '',
      message: {},
    })
  })
})

describe('details', () => {
  test('text that stands in both fields is shown once and goes back in both', () => {
    const delta = (text: string) => ({
      reasoning: text,
      reasoning_details: [{ type: 'reasoning.text', text, index: 0 }],
    })
    expect(collect(delta('a'), delta('b'))).toEqual({
      said: ['a', 'b'],
      text: 'ab',
      message: { reasoning: 'ab', reasoning_details: [{ type: 'reasoning.text', text: 'ab', index: 0 }] },
    })
  })

  test('text or a summary that stands there alone is shown', () => {
    expect(
      collect({
        reasoning_details: [
          { type: 'reasoning.text', text: 'a' },
          { type: 'reasoning.summary', summary: 'b' },
        ],
      }).text,
    ).toBe('ab')
  })

  test('fragments merge by index and type: text joined, other fields the last that is not empty', () => {
    const details = [
      { type: 'reasoning.text', index: 0, text: 'think', format: 'anthropic-claude-v1', signature: null },
      { type: 'reasoning.text', index: 0, text: 'ing', signature: 'sig' },
      { type: 'reasoning.text', index: 0, text: '', format: '', signature: '' },
      { type: 'reasoning.text', index: 1, text: 'more' },
      { type: 'reasoning.encrypted', index: 1, data: 'AAA', id: 'rs_1' },
      { type: 'reasoning.encrypted', index: 1, data: 'BBB' },
    ]
    const { text, message } = collect(...details.map(each => ({ reasoning_details: [each] })))
    expect(text).toBe('thinkingmore')
    expect(message).toEqual({
      reasoning_details: [
        { type: 'reasoning.text', index: 0, text: 'thinking', format: 'anthropic-claude-v1', signature: 'sig' },
        { type: 'reasoning.text', index: 1, text: 'more' },
        { type: 'reasoning.encrypted', index: 1, data: 'AAABBB', id: 'rs_1' },
      ],
    })
  })

  test('an index or a type of odd kind tells parts apart like any other', () => {
    const details = JSON.parse('[{"index":{"toString":1},"text":"a"},{"index":"0","text":"b"},{"index":0,"text":"c"}]')
    const { message } = collect({ reasoning_details: details }, { reasoning_details: [{ index: 0, text: 'd' }] })
    expect((message.reasoning_details as { text: string }[]).map(each => each.text)).toEqual(['a', 'b', 'cd'])
  })

  test('an empty field is kept where nothing better comes', () => {
    const detail = { type: 'reasoning.text', index: 0, text: 'a', signature: null }
    expect(collect({ reasoning_details: [detail] }).message).toEqual({ reasoning_details: [detail] })
  })

  test('a __proto__ from the wire reaches no prototype', () => {
    const { message } = collect(JSON.parse('{"reasoning_details":[{"text":"a","__proto__":{"polluted":1}}]}'))
    const [detail] = message.reasoning_details as { polluted?: number }[]
    expect(Object.keys(detail!)).toEqual(['text'])
    expect(detail?.polluted).toBe(undefined)
  })
})
