import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Utf8Reader } from '../../src/http/utf8.ts'
import { bytesOf, cutAt, law, manyRuns, perByte } from './streams.ts'

/** What a reader makes of the pieces; undefined if it refuses them. */
const read = (pieces: readonly Uint8Array[]): string | undefined => {
  const reader = new Utf8Reader()
  try {
    return pieces.map(piece => reader.read(piece)).join('')
  } catch {
    return undefined
  }
}

/** The platform's own decoder of streams. */
const reference = (pieces: readonly Uint8Array[]): string | undefined => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    return pieces.map(piece => decoder.decode(piece, { stream: true })).join('')
  } catch {
    return undefined
  }
}

const offsets = fc.array(fc.nat(40), { maxLength: 8 }).map(all => [...all].sort((a, b) => a - b))
const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\ufeff', '\u0000'), maxLength: 10 })

test('text comes out as it went in, wherever its bytes are cut', () => {
  fc.assert(
    fc.property(text, offsets, (whole, cuts) => {
      const bytes = bytesOf(whole)
      expect(read(cutAt(bytes, cuts))).toBe(whole)
      expect(read(perByte(bytes))).toBe(whole)
    }),
    { ...law, ...manyRuns },
  )
})

test('bytes that are no text are refused as the platform refuses them', () => {
  const byte = fc.constantFrom(0x41, 0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xf0, 0xf4, 0xf5, 0xff)
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 8 }), offsets, (noise, cuts) => {
      // Text behind it: what has begun a character must not end in it.
      const bytes = new Uint8Array([...noise, 0x41])
      const expected = reference([bytes])
      expect(read(cutAt(bytes, cuts))).toBe(expected)
      expect(read(perByte(bytes))).toBe(expected)
    }),
    { ...law, ...manyRuns },
  )
})
