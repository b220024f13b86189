import { JournalError } from '../errors.ts'
import type { Fingerprint } from '../pipeline/index.ts'

/** The first line of a journal. */
export interface Header {
  readonly decant: 'journal'
  readonly version: 1
  readonly extractor: string
  readonly fingerprint: Fingerprint
}

export const headerLine = (extractor: string, fingerprint: Fingerprint): string =>
  `${JSON.stringify({ decant: 'journal', version: 1, extractor, fingerprint } satisfies Header)}\n`

/** @throws JournalError `unreadable` for what is no header of ours. */
export const readHeader = (text: string | undefined, path: string): Header => {
  let header: Header | undefined
  try {
    header = JSON.parse(text ?? '')
  } catch {}
  if (header?.decant !== 'journal') {
    throw new JournalError(`Cannot read journal '${path}': the file is no journal`, 'unreadable')
  }
  if (header.version !== 1 || typeof header.fingerprint !== 'object') {
    throw new JournalError(`Cannot read journal '${path}': it is of version ${header.version}, not 1`, 'unreadable')
  }
  return header
}

const words: Readonly<Record<keyof Fingerprint, string>> = {
  model: 'model',
  schema: 'schema',
  prompt: 'instructions or prompt',
  options: 'options',
  validate: 'validate',
}

/** What makes a journal another one's; undefined when nothing does. */
export const foreignness = ({ extractor, fingerprint: theirs }: Header, ours: Fingerprint): string | undefined => {
  const parts = (Object.keys(words) as (keyof Fingerprint)[]).filter(part => theirs[part] !== ours[part])
  if (parts.length === 0) return undefined
  const changed = parts.map(part =>
    part === 'model' ? `model (was '${theirs.model}', is '${ours.model}')` : words[part],
  )
  return `extractor '${extractor}' wrote it, and what changed since then is: ${changed.join(', ')}`
}
