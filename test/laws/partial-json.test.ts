import type { JsonValue } from 'decant/json'
import fc from 'fast-check'
import { parse } from 'partial-json'
import { expect, test } from 'vitest'
import {
  fewer,
  growsInto,
  isContainer,
  outcome,
  partialOf,
  same,
  snapshots,
  validText,
  withoutTraces,
} from '../json/documents.ts'

/** Nothing at all: no value, no such member. */
const absent = Symbol('absent')

interface Difference {
  prefix: string
  key: string | undefined
  ours: JsonValue | typeof absent
  theirs: unknown
}

const begun = (prefix: string): string => /[^\s[\]{},:"]*$/.exec(prefix)![0]

/** Every way in which partial-json 0.1.7 differs from us at the beginning of a valid document. */
const kinds: { [kind: string]: (difference: Difference) => boolean } = {
  'throws while there is nothing but blanks': ({ prefix, theirs }) => theirs instanceof Error && prefix.trim() === '',
  'throws where a number at the root is cut at its sign, point or exponent': ({ prefix, theirs }) =>
    theirs instanceof Error && /^\s*-?(?:[0-9.]+(?:e[+-]?)?)?$/i.test(prefix) && prefix.trim() !== '',
  'shows a number before its end': ({ prefix, theirs }) => typeof theirs === 'number' && /^[-0-9]/.test(begun(prefix)),
  'shows a literal before its end': ({ prefix, theirs }) =>
    (theirs === null || typeof theirs === 'boolean') && begun(prefix) !== '' && `${theirs}`.startsWith(begun(prefix)),
  'shows half a surrogate pair': ({ ours, theirs }) =>
    typeof ours === 'string' && typeof theirs === 'string' && /^[\ud800-\udbff]$/.test(theirs.slice(ours.length)),
  'leaves out white space at the end of an open string': ({ prefix, ours, theirs }) =>
    typeof ours === 'string' &&
    typeof theirs === 'string' &&
    ours.startsWith(theirs) &&
    ours.slice(theirs.length).trim() === '' &&
    prefix.endsWith(ours.slice(theirs.length)) &&
    ours !== theirs,
  'loses the key __proto__': ({ key, ours, theirs }) => key === '__proto__' && ours !== absent && theirs === absent,
}

const differences = (prefix: string, ours: Difference['ours'], theirs: unknown, key?: string): Difference[] => {
  if (!isContainer(ours) || !isContainer(theirs) || Array.isArray(ours) !== Array.isArray(theirs)) {
    return Object.is(ours, theirs) ? [] : [{ prefix, key, ours, theirs }]
  }
  const left = new Map<string, JsonValue>(Object.entries(ours))
  const right = new Map<string, unknown>(Object.entries(theirs))
  return [...new Set([...left.keys(), ...right.keys()])].flatMap(name =>
    differences(
      prefix,
      left.has(name) ? left.get(name)! : absent,
      right.has(name) ? right.get(name) : absent,
      Array.isArray(ours) ? undefined : name,
    ),
  )
}

const attempt = (prefix: string): unknown => {
  try {
    return parse(prefix)
  } catch (error) {
    return error
  }
}

// partial-json throws at nearly every prefix, once per open container.
withoutTraces()

test('every prefix of 1,000 documents: what is certain is shown and nothing else, each difference to partial-json has a name', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(validText, text => {
      const { value: final, warnings } = outcome([text])
      expect(same(final, JSON.parse(text))).toBe(true)
      const repeats = warnings.some(({ code }) => code === 'duplicate_key')
      for (const [i, shown] of snapshots(text).entries()) {
        const prefix = text.slice(0, i + 1)
        const expected = partialOf(prefix)
        if (!same(shown, expected)) expect({ prefix, shown }).toEqual({ prefix, shown: expected })
        if (!repeats && !growsInto(shown, final)) expect({ prefix, shown }).toEqual('a prefix of the final value')

        const theirs = attempt(prefix)
        if (same(shown, theirs)) continue
        for (const difference of differences(prefix, shown === undefined ? absent : shown, theirs)) {
          const names = Object.keys(kinds).filter(kind => kinds[kind]!(difference))
          if (names.length !== 1) expect({ names, difference }).toEqual('exactly one name')
          seen.add(names[0]!)
        }
      }
    }),
    fewer(1000),
  )
  expect([...seen].sort()).toEqual(Object.keys(kinds).sort())
})
