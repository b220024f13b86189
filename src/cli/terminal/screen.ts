import type { Io, Manner, Output } from '../io.ts'
import type { Screen } from './line.ts'

type Environment = Io['env']

/** How the progress of a run is shown. */
export type Progress = 'live' | 'plain' | 'none'

/** The most columns that a block makes use of: longer lines are hard to read. */
const widest = 100
/** Where the output does not say how wide it is. */
const usual = 80

/** `--no-color` is the user's last word, then FORCE_COLOR, NO_COLOR, a terminal that cannot, and what is written to. */
export const colourOf = (env: Environment, output: Output, manner: Manner): boolean => {
  if (manner.color === false) return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  if (env.NO_COLOR || env.TERM === 'dumb') return false
  return output.isTTY === true
}

/** The locale names UTF-8; on Windows a terminal that is known to. */
export const unicodeOf = (env: Environment): boolean =>
  /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '') ||
  env.WT_SESSION !== undefined ||
  env.TERM_PROGRAM === 'vscode'

export const screenOf = (env: Environment, output: Output, manner: Manner): Screen => ({
  // The last column stays free: some terminals begin a new row as soon as it is written to.
  width: Math.max(1, Math.min(output.columns || usual, widest) - 1),
  colour: colourOf(env, output, manner),
  unicode: unicodeOf(env),
})

/**
 * `asked` is the option, then the environment's DECANT_PROGRESS, then what is there: a terminal that can move its cursor
 * gets the live block. A terminal alone proves little (Jenkins has one), so a CI gets plain lines.
 */
export const progressOf = (env: Environment, output: Output, asked: string | undefined): Progress => {
  const named = asked ?? env.DECANT_PROGRESS ?? 'auto'
  if (named === 'live' || named === 'plain' || named === 'none') return named
  return output.isTTY === true && !env.CI && env.TERM !== 'dumb' ? 'live' : 'plain'
}
