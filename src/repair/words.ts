import { isComposite } from '../composite.ts'
import { valueAt } from '../decode/path.ts'
import { wellFormed } from '../text.ts'
import type { Issue } from '../types.ts'
import type { Fault } from './fault.ts'

/** The model needs a few issues to see what is wrong; a hundred would only cost. */
const maxIssues = 10
/** Longest quote of a received value, in characters. */
const maxQuote = 100
/** Longest words for one issue, in characters: a library may name every key that it does not know. */
const maxWords = 500

type Path = Issue['path']

/** A path of the answer as the model knows it: from the key that holds the answer on the wire. */
export const under =
  (wrapper: string | undefined) =>
  (path: Path): Path =>
    wrapper === undefined ? path : [wrapper, ...path]

/**
 * The issues as the model reads them, a line each: path, problem, what came. What a model wrote is cut and quoted as JSON.
 *
 * @param known a path of the answer as the model knows it.
 */
export const issueLines = (
  { code, issues, input }: Omit<Fault, 'code'> & { code: string },
  known: (path: Path) => Path = path => path,
): string[] => {
  const lines = issues.slice(0, maxIssues).map(({ path, message }) => {
    const isValue = code === 'schema_mismatch'
    const received = isValue ? quote(valueAt(input, path)) : undefined
    const where = formatPath(isValue ? known(path) : path)
    return wellFormed(
      `- ${cut(where === '' ? message : `${where}: ${message}`)}${received === undefined ? '' : ` (received ${received})`}`,
    )
  })
  const more = issues.length - lines.length
  return more > 0 ? [...lines, `- and ${more} more`] : lines
}

/** The issues as the message of an error has them: the first one, and how many more there are. */
export const issueSummary = ([first, ...others]: readonly Issue[]): string => {
  if (first === undefined) return 'it does not say why'
  const where = first.path.length > 0 ? `${formatPath(first.path)}: ` : ''
  const more = others.length > 0 ? ` (and ${others.length} more ${others.length === 1 ? 'issue' : 'issues'})` : ''
  return `${cut(`${where}${first.message}`)}${more}`
}

/** `lines[3].qty` */
export const formatPath = (path: readonly (string | number)[]): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')

const quote = (value: unknown): string | undefined => {
  if (value === undefined) return undefined
  // A deep or large value is not worth quoting whole, nor worth writing out just to cut it.
  if (isComposite(value)) return Array.isArray(value) ? `a list of ${value.length}` : 'an object'
  if (typeof value !== 'string') return String(value)
  // Cut before it is made well-formed: a cut may fall inside a pair.
  const text = JSON.stringify(wellFormed(value.slice(0, maxQuote)))
  return value.length > maxQuote ? `${text}, cut` : text
}

const cut = (words: string): string => (words.length > maxWords ? `${words.slice(0, maxWords)}…` : words)
