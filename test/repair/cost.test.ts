import { describe, expect, it } from 'vitest'
import { compare } from '../helpers/simulated-model.ts'

/** The same in small as `node test/bench/repair.mjs`, whose table is in BENCHMARKS.md. */
describe.each([
  { bytes: 1000, broken: 1, most: 1 },
  { bytes: 1000, broken: 4, most: 1 },
  { bytes: 5000, broken: 1, most: 0.25 },
  { bytes: 5000, broken: 6, most: 1 },
  { bytes: 20_000, broken: 1, most: 0.1 },
])('repairs of $broken fields in $bytes bytes', ({ bytes, broken, most }) => {
  it('cost no more than whole ones, and lose nothing that the model gives', async () => {
    const row = await compare(12, { bytes, broken, skill: 0.7 })
    expect(row.auto).toBeLessThanOrEqual(most * row.whole)
    expect(row).toMatchObject({ dearer: 0, lost: 0 })
    expect(row.right).toBeGreaterThan(9)
  })
})
