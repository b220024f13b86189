/** A schema's pattern: whether a text matches, or nothing where the text is too long to be matched for certain in time. */
export interface Pattern {
  test(text: string): boolean | undefined
}

/** UTF-16 units. Of a longer string even a format is left to the user's own schema. */
export const longestMatched = 10_000

/** What one match may cost, in steps of an engine that tries all ways there are. */
const mostSteps = 4_000_000

/**
 * A schema's pattern, or nothing for one that is not to be run: it is no expression in the flag `u` that JSON Schema
 * means, or it may take exponential time. Many a pattern takes polynomial time, so a text is matched only up to the length
 * at which all ways to match are still few. What is not run here is still run by the user's own schema, at the end.
 *
 * The user's own expression may well lack the flag: what it would take as UTF-16 units is taken.
 *
 * @param exact there is no schema of the user's behind this one: the flag alone, and the length does not depend on the pattern.
 */
export const patternOf = (source: unknown, exact = false): Pattern | undefined => {
  const text = String(source)
  const safe = longestText(text)
  if (safe < 1) return undefined
  const longest = exact ? longestMatched : safe
  try {
    const points = new RegExp(text, 'u')
    const units = new RegExp(text)
    return {
      test: value =>
        value.length > longest
          ? undefined
          : points.test(value) || (!exact && surrogate.test(value) && units.test(value)),
    }
  } catch {
    return undefined
  }
}

const surrogate = /[\ud800-\udfff]/

const group = /\(([^()]*)\)(?=([*+{]?))/g
/** Inside of a group, `¦` stands for a choice. */
const choice = /[*+?|¦]|\{\d+,/

/**
 * How long a text may be. Errs on the safe side: all ways of all repetitions and choices are multiplied, as if each could
 * fail at the very end. A repeated group that holds a choice, and a reference back, are never safe.
 */
const longestText = (source: string): number => {
  if (/\\(?:[1-9]|k<)/.test(source)) return 0
  let plain = source
    .replace(/\\./gs, 'x')
    .replace(/\[[^\]]*\]/g, 'x')
    .replace(/\(\?(?:[:=!]|<[=!]|<\w+>)/g, '(')
    // A lazy repetition tries the same ways in another order.
    .replace(/([*+?}])\?/g, '$1')
  for (let before = ''; before !== plain; ) {
    before = plain
    plain = plain.replace(group, (_, body: string, repeated: string) =>
      repeated !== '' && choice.test(body) ? '\\' : body.replaceAll('|', '¦'),
    )
  }
  if (plain.includes('\\')) return 0
  const anchored = plain.startsWith('^') && !plain.includes('|')
  const endless = (plain.match(/[*+]|\{\d+,\}/g)?.length ?? 0) + (anchored ? 0 : 1)
  let ways = 2 ** (plain.match(/[?|¦]/g)?.length ?? 0)
  for (const [, least, most] of plain.matchAll(/\{(\d+)(?:,(\d+))?\}/g)) ways *= 1 + Number(most ?? least)
  return Math.min(longestMatched, (mostSteps / ways) ** (1 / Math.max(1, endless)))
}
