import type { Issue } from 'decant'
import { lineOf, type Screen, type Span, wrap } from './line.ts'
import { safeJson } from './text.ts'

/** A value that is still growing, and which of its places will not change again. */
export interface Growing {
  readonly value: unknown
  readonly closed: ReadonlySet<string>
}

export type Path = Issue['path']

/** One name for one place. */
export const placeOf = (path: Path): string => JSON.stringify(path)

/**
 * The value as rows of JSON: what is closed in bold, an open string underlined and without its closing quote. Where it
 * has more rows than fit, the last ones are shown, since that is where it grows.
 */
export const valueRows = (growing: Growing, screen: Screen, most: number): string[] => {
  const lines = growing.value === undefined ? [] : linesOf(growing.value, growing.closed, [], '', '')
  const rows = lines.flatMap(line => wrap(line, screen))
  if (rows.length <= most) return rows
  const hidden = rows.length - most + 1
  return [lineOf([[`${screen.unicode ? '⋮' : ':'} ${hidden} rows above`, 'dim']], screen), ...rows.slice(hidden)]
}

const linesOf = (value: unknown, closed: Growing['closed'], path: Path, lead: string, tail: string): Span[][] => {
  const done = closed.has(placeOf(path))
  const span = (text: string): Span => (done ? [text, 'bold'] : text)
  if (typeof value === 'string' && !done) {
    return [[lead, '"', [safeJson(value).slice(1, -1), 'underline']]]
  }
  if (typeof value !== 'object' || value === null) return [[bold(lead), bold(safeJson(value)), tail]]

  const indent = '  '.repeat(path.length)
  const list = Array.isArray(value)
  const [open, close] = list ? '[]' : '{}'
  const entries: [string | number, unknown][] = list ? value.map((each, index) => [index, each]) : Object.entries(value)
  if (entries.length === 0) return [[span(lead), span(open! + (done ? close : '')), tail]]
  return [
    [span(lead), span(open!)],
    ...entries.flatMap(([key, each], index) =>
      linesOf(
        each,
        closed,
        [...path, key],
        `${indent}  ${list ? '' : `${safeJson(key)}: `}`,
        index < entries.length - 1 ? ',' : '',
      ),
    ),
    [span(`${indent}${close}`), tail],
  ]
}

const bold = (text: string): Span => [text, 'bold']
