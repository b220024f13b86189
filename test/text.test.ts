import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GrowingText } from '../src/text.ts'

test('text grows by pieces of any length, and is the same whenever it is read', () => {
  const piece = fc.nat(1200).map(length => 'Zürich ☕ '.repeat(length).slice(0, length))
  const steps = fc.array(fc.tuple(fc.oneof(fc.string(), piece), fc.boolean()), { maxLength: 60 })
  fc.assert(
    fc.property(steps, all => {
      const text = new GrowingText()
      let expected = ''
      for (const [each, isRead] of all) {
        text.append(each)
        expected += each
        expect(text.length).toBe(expected.length)
        if (isRead) expect(text.value).toBe(expected)
      }
      expect(text.value).toBe(expected)
    }),
    { seed: 20_261_121, numRuns: 500 },
  )
})
