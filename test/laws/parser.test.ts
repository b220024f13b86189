import { createJsonParser, JsonError, type JsonValue } from 'decant/json'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  cut,
  fewer,
  growsInto,
  isContainer,
  law,
  members,
  mutatedText,
  outcome,
  partialOf,
  same,
  snapshots,
  units,
  validText,
} from '../json/documents.ts'

const anyText = fc.oneof(validText, mutatedText)

/** What `JSON.parse` says: a value, or that there is none. */
const oracle = (text: string): { value: JsonValue } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

describe('Parser', () => {
  test('1. Any split is the same stream', () => {
    fc.assert(
      fc.property(cut(anyText), ([text, pieces]) => {
        const whole = outcome([text])
        expect(outcome(pieces)).toEqual(whole)
        expect(outcome(units(text))).toEqual(whole)
      }),
      law,
    )
  })

  test('2. The end is JSON.parse', () => {
    fc.assert(
      fc.property(cut(anyText), ([text, pieces]) => {
        const expected = oracle(text)
        const { value, error, complete } = outcome(pieces)
        expect(complete).toBe(expected !== undefined)
        if (expected === undefined)
          expect(error).toMatchObject({ code: expect.any(String), position: expect.any(Number) })
        else expect(same(value, expected.value)).toBe(true)
      }),
      law,
    )
  })

  test('2. The end is JSON.parse: a rejection stands at the first hopeless character', () => {
    fc.assert(
      fc.property(mutatedText, text => {
        const { error } = outcome([text])
        if (error?.code !== 'unexpected_character') return
        // All before it can still become JSON, and nothing that goes on with it can.
        const before = outcome([text.slice(0, error.position)]).error
        expect([undefined, 'unexpected_end']).toContain(before?.code)
        expect(outcome([text.slice(0, error.position + 1)]).error).toEqual(error)
      }),
      law,
    )
  })

  test('3. Linear', () => {
    let read = 0
    const count = (name: 'charCodeAt' | 'charAt' | 'slice') => {
      const original = String.prototype[name] as (...args: number[]) => string | number
      return vi.spyOn(String.prototype, name).mockImplementation(function (this: string, ...args: number[]) {
        const result: string | number = original.apply(this, args)
        read += typeof result === 'string' ? result.length : 1
        return result
      } as never)
    }
    fc.assert(
      fc.property(
        cut(
          fc.oneof(
            validText,
            fc.string({ minLength: 500 }).map(text => JSON.stringify([text])),
          ),
        ),
        ([text, pieces]) => {
          read = 0
          const parser = createJsonParser()
          const spies = [count('charCodeAt'), count('charAt'), count('slice')]
          const whole = [vi.spyOn(JSON, 'parse'), vi.spyOn(JSON, 'stringify')]
          for (const piece of pieces) {
            parser.feed(piece)
            parser.value
          }
          parser.finish()
          for (const spy of spies) spy.mockRestore()
          for (const spy of whole) expect(spy).not.toHaveBeenCalled()
          for (const spy of whole) spy.mockRestore()
          expect(read).toBeLessThanOrEqual(4 * text.length)
        },
      ),
      fewer(500),
    )
  })

  test('4. Values only grow', () => {
    fc.assert(
      fc.property(validText, text => {
        const { value: final, warnings } = outcome([text])
        // A repeated key replaces, as in JSON.parse, and says so.
        fc.pre(warnings.every(({ code }) => code !== 'duplicate_key'))
        const shown = snapshots(text)
        expect(shown.every((snapshot, i) => growsInto(snapshot, shown[i + 1] ?? final))).toBe(true)
      }),
      law,
    )
  })

  test('5. Hostile text is only text', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.constantFrom('[', '{"__proto__":'), (depth, opening) => {
        const { error } = outcome([opening.repeat(depth)])
        expect(error?.code).toBe(depth > 128 ? 'depth' : 'unexpected_end')
        expect(error?.position).toBe(opening.length * Math.min(depth, 128))
        expect(Object.hasOwn(Object.prototype, '0')).toBe(false)
      }),
      fewer(200),
    )
    fc.assert(
      fc.property(cut(validText), fc.nat(20), ([text, pieces], maxLength) => {
        const { error, length } = outcome(pieces, { maxLength })
        expect(length).toBe(Math.min(text.length, maxLength))
        if (text.length > maxLength) expect(error).toMatchObject({ code: 'length', position: maxLength })
      }),
      law,
    )
    fc.assert(
      fc.property(cut(fc.nat(40).map(blanks => `[1,${' '.repeat(blanks)}2]`)), ([text, pieces]) => {
        const { error } = outcome(pieces, { maxBlankRun: 20 })
        if (text.length > 25) expect(error).toMatchObject({ code: 'blank_run', position: 23 })
        else expect(error).toBe(undefined)
      }),
      law,
    )
    fc.assert(
      fc.property(fc.anything({ withBoxedValues: true }), anything => {
        const text = String(JSON.stringify({ ['__proto__']: anything, constructor: { prototype: anything } }))
        const { value } = outcome([text])
        expect(same(value, JSON.parse(text))).toBe(true)
        expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      }),
      law,
    )
  })

  test('an error is for ever, and the last good snapshot stays', () => {
    fc.assert(
      fc.property(mutatedText, text => {
        const parser = createJsonParser()
        let first: unknown
        try {
          parser.feed(text)
          parser.finish()
          return
        } catch (error) {
          first = error
        }
        expect(first).toBeInstanceOf(JsonError)
        const { value } = parser
        for (const again of [() => parser.feed(' '), () => parser.finish(), () => parser.feed('')]) {
          expect(again).toThrow(expect.toSatisfy(error => error === first))
        }
        expect(parser.value).toBe(value)
      }),
      law,
    )
  })
})

describe('Partials', () => {
  test('1. Atoms arrive whole', () => {
    fc.assert(
      fc.property(validText, text => {
        const { value: final, warnings } = outcome([text])
        fc.pre(warnings.every(({ code }) => code !== 'duplicate_key'))
        const wholeAtoms = (partial: JsonValue, end: JsonValue): boolean =>
          isContainer(partial)
            ? members(partial).every(([key, child]) => wholeAtoms(child, (end as { [key: string]: JsonValue })[key]!))
            : typeof partial === 'string' || Object.is(partial, end)
        expect(snapshots(text).every(snapshot => snapshot === undefined || wholeAtoms(snapshot, final!))).toBe(true)
      }),
      law,
    )
  })

  test('1. Atoms arrive whole: a string that must not grow is one', () => {
    fc.assert(
      fc.property(validText, text => {
        const closed = new Set<string>()
        const parser = createJsonParser<undefined>({
          follower: {
            open: () => undefined,
            grows: () => false,
            close: (_, value) => {
              if (typeof value === 'string') closed.add(value)
            },
          },
        })
        const onlyWhole = (value: JsonValue | undefined): boolean =>
          typeof value === 'string' ? closed.has(value) : !isContainer(value) || Object.values(value).every(onlyWhole)
        const shown = units(text).every(piece => {
          parser.feed(piece)
          return onlyWhole(parser.value)
        })
        expect(shown).toBe(true)
      }),
      law,
    )
  })

  test('2. Immutable, shared', () => {
    const freeze = (value: JsonValue | undefined): void => {
      if (!isContainer(value) || Object.isFrozen(value)) return
      Object.freeze(value)
      for (const child of Object.values(value)) freeze(child)
    }
    /** Every branch that is equal in both is one object. */
    const sharesAll = (before: JsonValue | undefined, after: JsonValue | undefined): boolean => {
      if (!isContainer(before) || !isContainer(after)) return true
      if (before === after) return true
      if (same(before, after)) return false
      const earlier = new Map(members(before))
      return members(after).every(([key, child]) => sharesAll(earlier.get(key), child))
    }
    fc.assert(
      fc.property(cut(validText), ([, pieces]) => {
        // A repeated key begins anew, even where it comes to the same value.
        fc.pre(outcome(pieces).warnings.every(({ code }) => code !== 'duplicate_key'))
        const parser = createJsonParser()
        let before: JsonValue | undefined
        for (const piece of pieces) {
          // A change to a frozen snapshot would throw here.
          parser.feed(piece)
          const after = parser.value
          if (parser.value !== after) throw new Error('read twice, two objects')
          if (!sharesAll(before, after)) throw new Error('an equal branch is another object')
          freeze(after)
          before = after
        }
        expect(sharesAll(before, parser.finish())).toBe(true)
        expect(parser.value).toBe(parser.finish())
      }),
      law,
    )
  })

  test('2. Immutable, shared: what a follower sees closed is what snapshots show', () => {
    fc.assert(
      fc.property(cut(validText), ([, pieces]) => {
        const closed: [(string | number)[], JsonValue][] = []
        const parser = createJsonParser<undefined>({
          follower: {
            open: () => undefined,
            grows: () => true,
            close: (_, value, path) => closed.push([path(), value]),
          },
        })
        for (const piece of pieces) {
          parser.feed(piece)
          parser.value
        }
        const final = parser.finish()
        fc.pre(parser.warnings.every(({ code }) => code !== 'duplicate_key'))
        for (const [path, value] of closed) {
          expect(path.reduce<JsonValue>((at, key) => (at as { [key: string]: JsonValue })[key]!, final)).toBe(value)
        }
      }),
      law,
    )
  })

  test('4. Progress', () => {
    fc.assert(
      fc.property(validText, text => {
        for (const [i, snapshot] of snapshots(text).entries()) {
          const expected = partialOf(text.slice(0, i + 1))
          if (!same(snapshot, expected))
            expect([text.slice(0, i + 1), snapshot]).toEqual([text.slice(0, i + 1), expected])
        }
      }),
      law,
    )
  })
})
