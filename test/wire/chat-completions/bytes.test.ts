import { expect, test } from 'vitest'
import { Bytes, Literal, StringBody } from '../../../src/wire/chat-completions/bytes.ts'
import { bytesOf } from '../../http/streams.ts'
import { chunk, decoder } from './decoding.ts'

/** What the platform makes of the inside of a JSON string; undefined for what is none. */
const reference = (inside: Uint8Array): string | undefined => {
  try {
    return JSON.parse(`"${new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(inside)}"`) as string
  } catch {
    return undefined
  }
}

const lengthOf = (inside: readonly number[]): number | undefined => {
  const body = new StringBody()
  const bytes = Uint8Array.from([0x22, ...inside, 0x22, 0x41])
  return body.read(new Bytes(bytes), 1) && body.end === inside.length + 1 ? body.length : undefined
}

test('a string is what the platform takes for one: every first byte, with what may and may not follow', () => {
  const seconds = [0x00, 0x41, 0x75, 0x6e, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]
  const more = [[], [0x41], [0x80], [0xbf, 0x80], [0x80, 0x41], [0x80, 0xc0]]
  for (let first = 0; first < 256; first++) {
    expect(lengthOf([first])).toBe(reference(Uint8Array.of(first))?.length)
    for (const second of seconds)
      for (const rest of more) {
        const inside = [first, second, ...rest]
        expect([inside, lengthOf(inside)]).toEqual([inside, reference(Uint8Array.from(inside))?.length])
      }
  }
})

test.each(['\\u00e9', '\\ud83d\\ude00', '\\n\\"\\\\\\/\\b', 'a\\u00', '\\u00g0', '\\u00e', '\\x41', '\\', '\\uD83Dx'])(
  'an escape too: %s',
  inside => {
    expect(lengthOf([...bytesOf(inside)])).toBe(reference(bytesOf(inside))?.length)
  },
)

test('a string without an end is none', () => {
  for (const inside of ['', 'a', 'é', '\\', '\\u00']) {
    expect(new StringBody().read(new Bytes(bytesOf(inside)), 0)).toBe(false)
  }
})

test('a literal is found where it stands as a whole, whatever its length', () => {
  for (let length = 0; length < 30; length++) {
    const text = 'abcdefghijklmnopqrstuvwxyzé€😀'.slice(0, length).toWellFormed()
    const array = bytesOf(`--${text}`)
    const literal = new Literal(text)
    expect(literal.endIn(new Bytes(array), 2)).toBe(array.length)
    if (length === 0) continue
    expect(literal.endIn(new Bytes(array.subarray(0, -1)), 2)).toBe(-1)
    for (let at = 2; at < array.length; at++) {
      const other = array.slice()
      other[at]! ^= 1
      expect(literal.endIn(new Bytes(other), 2)).toBe(-1)
    }
  }
})

const payload = (text: string): string => JSON.stringify(chunk({ content: text }))

test('an event with a second line is another event', () => {
  const { decoder: chat, told } = decoder()
  chat.feed(payload('a'))
  const event = bytesOf(`data: ${payload('b')}\ndata: \n\n`)
  expect(chat.repeats(event, 0)).toBe(0)
  expect(chat.repeats(bytesOf(`data: ${payload('b')}\n\n`), 0)).toBe(event.length - 'data: \n'.length)
  expect(told.text).toBe('ab')
})

test('data of several lines stand in the stream as something else', () => {
  const { decoder: chat } = decoder()
  const lines = payload('a').replace('{', '{\n')
  chat.feed(lines)
  // As it stands here the second line is no data.
  expect(chat.repeats(bytesOf(`data: ${lines}\n\n`), 0)).toBe(0)
})

test('data with an empty line are not two events', () => {
  const { decoder: chat, told } = decoder()
  chat.feed(payload('a'))
  expect(() => chat.feed(`${payload('b')}\n\n${payload('c')}`)).toThrow(expect.objectContaining({ code: 'malformed' }))
  expect(told.text).toBe('a')
})
