import { safeJson } from '../terminal/text.ts'

const place = /\{\{\s*([^{}]*?)\s*\}\}/g

/** A record as text: text as it is, anything else as JSON. */
export const recordText = (record: unknown): string => (typeof record === 'string' ? record : safeJson(record))

/**
 * A prompt for a record: `{{field}}` stands for a field of it, and `{{text}}` for the whole where it has no such field.
 *
 * @throws RangeError for a field that the record does not have
 */
export const fill = (template: string, record: unknown): string =>
  // What a record says is put in once and not read again: a text may hold braces of its own.
  template.replace(place, (_, name: string) => {
    if (typeof record === 'object' && record !== null && Object.hasOwn(record, name)) {
      return recordText((record as Record<string, unknown>)[name])
    }
    if (name === 'text') return recordText(record)
    const has = typeof record === 'object' && record !== null ? Object.keys(record).join(', ') : 'text only'
    throw new RangeError(`Cannot fill '{{${name}}}' of the prompt: the record has no such field (it has ${has})`)
  })
