import { describe, expect, it } from 'vitest'
import { declarations, sizes } from '../helpers/token-schemas.ts'

describe('what a schema costs in every request, in tokens of o200k', () => {
  it('is at most 55 for a Person, and 51 where the row leaves strict out', () => {
    const { strictFalse, omitted } = sizes(declarations.Person)
    expect(strictFalse).toBeLessThanOrEqual(55)
    expect(omitted).toBeLessThanOrEqual(51)
  })

  it.each(Object.entries(declarations))('is no more for %s than what one would write by hand', (_, declaration) => {
    const { omitted, byHand } = sizes(declaration)
    expect(omitted).toBeLessThanOrEqual(byHand)
  })
})
