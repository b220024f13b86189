import { oneLine, safeJson } from '../terminal/text.ts'
import type { AnyExtractor } from './extractor.ts'

/** What JavaScript writes in the place of a field that is not there, or is no text. */
const holes = ['undefined', '[object Object]']

/**
 * What is to be said of a prompt with a hole in it, as in `From: undefined`: it reads what the record does not have. Undefined
 * where there is none; a word that the record holds, or the prompt's own source, is no hole.
 */
export const hollowness = (
  { declaration: { prompt } }: AnyExtractor,
  record: unknown,
  row?: number,
): string | undefined => {
  if (prompt === undefined) return undefined
  const given = `${String(prompt)} ${safeJson(record)}`
  const made = madeOf(prompt, record)
  const hole = holes.find(each => made.includes(each) && !given.includes(each))
  if (hole === undefined) return undefined
  const has =
    typeof record === 'object' && record !== null
      ? `has ${Object.keys(record).slice(0, 10).join(', ')}`
      : 'is a text; a record is a -f FILE.json'
  const which = row === undefined ? '' : ` of record ${row}`
  return oneLine(`the prompt${which} holds '${hole}': it reads what the record does not have (it ${has})`)
}

/** What it throws is told when the record's turn comes. */
const madeOf = (prompt: (record: any) => unknown, record: unknown): string => {
  try {
    return safeJson(prompt(record))
  } catch {
    return ''
  }
}
