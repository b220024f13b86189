import { isComposite } from '../composite.ts'
import type { JsonValue } from '../json/index.ts'
import { wellFormed } from '../text.ts'
import type { Issue, Options } from '../types.ts'
import type { Reading } from './read.ts'

/** What becomes of half surrogate pairs, the option of the same name. */
export type WellFormed = Options['wellFormed']

const refused = {
  code: 'half_character',
  message: 'the text holds half a surrogate pair, which no UTF-8 can hold; write the whole character',
}
const replaced = { code: 'replaced', message: 'half a surrogate pair stood here and became U+FFFD' }

/** The value with the half pairs in its strings and keys replaced, or as it is with an issue for each place of one. */
export const withoutHalves = ({ value, notes }: Reading, mode: WellFormed): Reading => {
  if (mode === undefined || mode === 'keep') return { value, notes }
  const found: Issue[] = []
  const whole = (text: string, path: Issue['path']): string => {
    const clean = wellFormed(text)
    if (clean !== text) found.push({ path, ...(mode === 'refuse' ? refused : replaced) })
    return clean
  }
  const visit = (each: JsonValue, path: Issue['path']): JsonValue => {
    if (typeof each === 'string') return whole(each, path)
    if (!isComposite(each)) return each
    return Array.isArray(each)
      ? each.map((item, i) => visit(item, [...path, i]))
      : Object.fromEntries(
          Object.entries(each).map(([key, item]) => {
            const name = whole(key, path)
            return [name, visit(item, [...path, mode === 'refuse' ? key : name])]
          }),
        )
  }
  const clean = visit(value, [])
  return found.length === 0
    ? { value, notes }
    : { value: mode === 'refuse' ? value : clean, notes: [...notes, ...found] }
}
