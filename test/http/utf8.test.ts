import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Utf8Reader } from '../../src/http/utf8.ts'
import { bytesOf, cutAt, law, manyRuns, perByte } from './streams.ts'

/** What a reader makes of the pieces; undefined if it refuses them. */
const read = (pieces: readonly Uint8Array[]): string | undefined => {
  const reader = new Utf8Reader()
  try {
    return pieces.flatMap(piece => [...reader.read(piece)]).join('')
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

test('a long piece comes as several texts, each a number of whole lines', () => {
  const line = `data: ${'aé€😀'.repeat(30)}\n\n`
  for (const first of ['', 'a', 'aa\n', 'aaa\r\n', '\n'.repeat(3000)]) {
    const long = first + line.repeat(50)
    const texts = [...new Utf8Reader().read(bytesOf(long))]
    expect(texts.join('')).toBe(long)
    expect(texts.length).toBeGreaterThan(5)
    for (const text of texts.slice(1)) expect(text.startsWith('data: ')).toBe(true)
  }
  const broken = bytesOf(line.repeat(50))
  broken.set([0xe2, 0x41], 8 * 1024)
  expect(reference([broken])).toBeUndefined()
  expect(read([broken])).toBeUndefined()
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
