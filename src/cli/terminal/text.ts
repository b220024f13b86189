import { stripVTControlCharacters } from 'node:util'

/**
 * Control characters, the C1 range and the marks that turn the direction of writing: in a terminal they move the cursor,
 * rename the window or show a text as another one. Values come from a model and are not to be trusted.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

/** The text without anything that a terminal would act upon; line ends and tabs become blanks. */
export const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/[\n\t]/g, ' ')
    .replace(controls, '')

/** The text as one line of words: for quoting what came from outside. */
export const oneLine = (text: string): string => plain(text).replace(/\s+/g, ' ').trim()

/** JSON of the value with every control character escaped: the same value to a parser, only text to a terminal. */
export const safeJson = (value: unknown, indent?: number): string => {
  const json = JSON.stringify(value, null, indent)
  if (json === undefined) return 'null'
  return json.replace(controls, character =>
    indent !== undefined && character === '\n'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u
const pictures = /\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u
const marks = /[\p{M}\u200b-\u200d]/u

/** Cells that one code point takes in a terminal. */
const cellsOf = (character: string): number =>
  character < '\u0300' ? 1 : marks.test(character) ? 0 : wide.test(character) || pictures.test(character) ? 2 : 1

/** Cells that a text without control characters takes in a terminal. */
export const widthOf = (text: string): number => {
  let cells = 0
  for (const character of text) cells += cellsOf(character)
  return cells
}

/** The longest beginning of the text that fits into so many cells. */
export const beginning = (text: string, cells: number): string => {
  let end = 0
  let left = cells
  for (const character of text) {
    left -= cellsOf(character)
    if (left < 0) break
    end += character.length
  }
  return text.slice(0, end)
}

/** The text, cut with `…` where it is longer than so many cells. */
export const cut = (text: string, cells: number, ellipsis = '…'): string =>
  widthOf(text) <= cells ? text : beginning(text, Math.max(0, cells - widthOf(ellipsis))) + beginning(ellipsis, cells)
