import type { Io } from '../io.ts'

/** Words as a command that would be typed, as this one was; those that a shell would read otherwise are quoted. */
export const commandText = (words: readonly string[], env: Io['env']): string =>
  // npm says so to what npx runs: the command is in no PATH then.
  [...(env.npm_command === 'exec' ? ['npx'] : []), 'decant', ...words.map(shellWord)].join(' ')

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
