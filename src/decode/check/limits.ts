import type { JsonSchema } from '../../types.ts'
import { formats } from './formats.ts'
import { bits } from './kinds.ts'
import { longestMatched, type Pattern, patternOf } from './pattern.ts'

/** What one keyword says of a closed value of one kind. */
export interface Limit {
  /** Of the kind that the keyword speaks of. */
  readonly bit: number
  readonly code: string
  /** In the user's words, behind `expected`. */
  readonly want: string
  /** Undefined where it cannot be said: a text may be too long to be matched. */
  readonly fails: Test
}

const { object, array, string, number } = bits

type Test = (value: any) => boolean | undefined

/**
 * Keyword, kind, code of the issue as Zod names it, words, and the test that a wrong value passes, if the argument makes one.
 * `#` in the words is the argument.
 */
const rows: readonly (readonly [
  string,
  number,
  string,
  string,
  (argument: any, exact: boolean) => Test | undefined,
])[] = [
  ['minimum', number, 'too_small', 'at least #', least => value => value < least],
  ['exclusiveMinimum', number, 'too_small', 'more than #', least => value => value <= least],
  ['maximum', number, 'too_big', 'at most #', most => value => value > most],
  ['exclusiveMaximum', number, 'too_big', 'less than #', most => value => value >= most],
  ['multipleOf', number, 'not_multiple_of', 'a multiple of #', step => value => !isWhole(value / step)],
  [
    'minLength',
    string,
    'too_small',
    'at least # characters',
    (least, exact) => value => (exact ? charactersIn(value) : value.length) < least,
  ],
  ['pattern', string, 'invalid_format', 'text that matches #', (source, exact) => differs(patternOf(source, exact))],
  ['format', string, 'invalid_format', 'text of the format #', name => differs(formats.get(name), longestMatched)],
  ['minItems', array, 'too_small', 'at least # elements', least => value => value.length < least],
  ['minProperties', object, 'too_small', 'at least # keys', least => value => Object.keys(value).length < least],
]

export const limitsOf = (schema: JsonSchema, integer: boolean, exact: boolean): Limit[] => {
  const limits = rows.flatMap(([keyword, bit, code, words, make]): Limit[] => {
    const argument = schema[keyword]
    // Draft 4 said `exclusiveMinimum: true`.
    const fails = argument === undefined || argument === true ? undefined : make(argument, exact)
    return fails === undefined ? [] : [{ bit, code, want: words.replace('#', () => String(argument)), fails }]
  })
  return integer ? [{ bit: number, code: 'invalid_type', want: 'integer', fails: isFraction }, ...limits] : limits
}

const isFraction = (value: number): boolean => !Number.isInteger(value)

/** 0.3 is three times 0.1, though their doubles are not: a quotient may be off by the rounding of three numbers. */
const isWhole = (quotient: number): boolean =>
  !(Math.abs(quotient - Math.round(quotient)) > 2 * Number.EPSILON * Math.abs(quotient))

const differs = (form: Pattern | undefined, longest = Infinity): Test | undefined =>
  form &&
  (text => {
    const matches = text.length > longest ? undefined : form.test(text)
    return matches === undefined ? undefined : !matches
  })

/** Unicode code points, as JSON Schema counts a string; a lone surrogate is one. */
export const charactersIn = (text: string): number => {
  let count = 0
  for (const _ of text) count++
  return count
}
