import { expect, test } from 'vitest'
import { chunk, cutOff, data, done, event, finish, opening, plain, stream, whole } from '../faults/answers.ts'
import { isMadeOf, truthOf } from './oracle.ts'

const truth = (text: string) => truthOf(new TextEncoder().encode(text))

test.each([
  ['a stream', stream()],
  ['a plain body', plain()],
  ['a plain body with blanks of any kind around', `\u2028${plain()}\u00a0`],
  ['no finish reason', event(opening(whole)) + done],
  ['other line ends', stream().replaceAll('\n', '\r')],
])('a value may come of %s', (_, text) => {
  const { forbidden, pieces } = truth(text)
  expect(forbidden).toBeUndefined()
  expect(isMadeOf(whole, pieces)).toBe(true)
  expect(isMadeOf(cutOff, pieces)).toBe(false)
})

test.each([
  ['no end', event(opening(whole))],
  ['an error', event(opening(whole)) + data({ error: 'x' }) + done],
  ['a cut answer', stream(whole, 'length')],
  ['a refusal', data(chunk({ refusal: 'no' })) + finish() + done],
  ['a payload that is none', `data: {\n\n${stream()}`],
])('none may come of %s', (_, text) => {
  expect(truth(text).forbidden).toBeDefined()
})

test('none may come of bytes that are no UTF-8, unless they stand behind the end', () => {
  const bytes = [...new TextEncoder().encode(stream())]
  expect(truthOf(Uint8Array.from([...bytes.slice(0, 30), 0xff, ...bytes.slice(30)])).forbidden).toBeDefined()
  expect(truthOf(Uint8Array.from([...bytes, 0xff])).forbidden).toBeUndefined()
})
