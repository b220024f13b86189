import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { Rule } from '../../src/decode/check/rule.ts'
import { anyFamily, breaksOf } from '../decode/check/families.ts'
import { ajvOf, follow } from '../decode/check/follow.ts'
import { anySchema, anyValue } from '../decode/check/schemas.ts'
import { cut, law, patience, units } from '../json/documents.ts'

const right = anyFamily.chain(({ schema, text }) => fc.record({ schema: fc.constant(schema), text }))
const wrong = anyFamily.chain(family =>
  fc.record({ schema: fc.constant(family.schema), broken: breaksOf(family) }).map(({ schema, broken }) => ({
    schema,
    head: broken.open ? `${broken.head}\n` : broken.head,
    tail: broken.tail,
  })),
)
const anyDocuments = fc.record({ schema: anySchema, values: fc.array(anyValue, { minLength: 4, maxLength: 4 }) })

describe('Check', () => {
  test('1. Never a false alarm', { timeout: patience }, () => {
    fc.assert(
      fc.property(right, ({ schema, text }) => {
        expect(ajvOf(schema)(JSON.parse(text))).toBe(true)
        expect(follow(schema, units(text))).toEqual([])
      }),
      law,
    )
  })

  test('2. Sharp', { timeout: patience }, () => {
    fc.assert(
      fc.property(wrong, ({ schema, head, tail }) => {
        expect(ajvOf(schema)(JSON.parse(head + tail))).toBe(false)
        const found = follow(schema, units(head), false)
        expect(found[0]?.[0]).toBe(head.length)
      }),
      law,
    )
  })

  test('3. Agrees with Ajv', { timeout: patience }, () => {
    fc.assert(
      fc.property(anyDocuments, ({ schema, values }) => {
        const accepts = ajvOf(schema)
        for (const value of values) {
          const found = follow(schema, [JSON.stringify(value)])
          expect([value, found.length === 0, found]).toEqual([value, accepts(value), found])
        }
      }),
      law,
    )
  })

  describe('4. Linear', () => {
    test('a string is read a constant number of times, whatever there is to choose from', () => {
      const choices = Array.from({ length: 500 }, (_, at) => 'long '.repeat(40) + at)
      const charCodeAt = vi.spyOn(String.prototype, 'charCodeAt')
      const reads = (strings: readonly string[]) => {
        charCodeAt.mockClear()
        expect(follow({ enum: strings }, units(JSON.stringify(choices[250])))).toEqual([])
        return charCodeAt.mock.calls.length
      }
      const many = reads(choices)
      const one = reads(choices.slice(250, 251))
      charCodeAt.mockRestore()
      // Each choice is passed once, and the text is read once more for the two ends of what is left.
      expect(many - one).toBeLessThanOrEqual(2 * choices.length)
    })

    test('branches that were ruled out cost nothing any more', () => {
      const keys = Array.from({ length: 50 }, (_, at) => `key${at}`)
      const branch = (kind: number) => ({
        type: 'object',
        properties: {
          kind: { const: `kind${kind}` },
          ...Object.fromEntries(keys.map(key => [key, { type: 'integer' }])),
        },
      })
      const schema = { anyOf: Array.from({ length: 100 }, (_, kind) => branch(kind)) }
      const under = vi.spyOn(Rule.prototype, 'under')
      follow(schema, [JSON.stringify({ kind: 'kind7', ...Object.fromEntries(keys.map(key => [key, 1])) })])
      const lookups = under.mock.calls.length
      under.mockRestore()
      // Every branch once and the one that is left once a key, and the union's own rule.
      expect(lookups).toBe(100 + keys.length + (1 + keys.length))
    })

    test('branches that share a rule which holds itself do not double at every level', () => {
      const list = { type: 'array', items: { $ref: '#' } }
      const at = vi.spyOn(Rule.prototype, 'at')
      const found = follow({ anyOf: [list, { ...list, maxItems: 1 }, { ...list, uniqueItems: true }] }, [
        `${'['.repeat(100)}${']'.repeat(100)}`,
      ])
      const lookups = at.mock.calls.length
      at.mockRestore()
      // The reference, the union and its three branches.
      expect(found).toEqual([])
      expect(lookups).toBeLessThanOrEqual(5 * 100)
    })
  })

  test('5. Any split is the same', { timeout: patience }, () => {
    const text = wrong.chain(({ schema, head, tail }) => cut(fc.constant(head + tail)).map(cuts => ({ schema, cuts })))
    fc.assert(
      fc.property(text, ({ schema, cuts: [whole, pieces] }) => {
        /** The piece in which each character stands, from 1. */
        const pieceOf = pieces.flatMap((piece, at) => units(piece).map(() => at + 1))
        const expected = follow(schema, units(whole)).map(([read, issue]) => [pieceOf[read - 1], issue])
        expect(follow(schema, pieces)).toEqual(expected)
      }),
      law,
    )
  })
})
