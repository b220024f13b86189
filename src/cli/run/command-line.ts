/** The words of a command as they would be typed; those that a shell would read otherwise are quoted. */
export const commandText = (words: readonly string[]): string => ['decant', ...words.map(shellWord)].join(' ')

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
