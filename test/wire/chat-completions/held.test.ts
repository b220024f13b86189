import { expect, test } from 'vitest'
import { Bytes, StringBody } from '../../../src/wire/chat-completions/bytes.ts'
import { HeldText } from '../../../src/wire/chat-completions/held.ts'
import { bytesOf } from '../../http/streams.ts'

test('pieces are held until they are taken, and known by where each ends', () => {
  const held = new HeldText()
  const append = (inside: string): void => {
    const bytes = new Bytes(bytesOf(`"${inside}"`))
    const piece = new StringBody()
    expect(piece.read(bytes, 1)).toBe(true)
    held.append(bytes, piece)
  }
  const long = 'é😀'.repeat(2000)
  for (const [pieces, text, ends] of [
    [['a', '\\n', '\\ud83d', '\\ude00'], 'a\n😀', [1, 2, 3, 4]],
    [['b', 'é😀'], 'bé😀', [1, 4]],
    [[long, 'c'], `${long}c`, [6000, 6001]],
    [['d'], 'd', [1]],
  ] as const) {
    for (const piece of pieces) append(piece)
    expect(held.length).toBe(text.length)
    expect(held.take()).toEqual({ text, ends })
    expect(held.length).toBe(0)
  }
})
