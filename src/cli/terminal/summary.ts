import type { Kind } from './failures.ts'
import { ellipsisOf, lineOf, type Screen, type Span, spread } from './line.ts'
import { count, dollars, duration, percent, short, times } from './numbers.ts'
import { costText, type RunState } from './run-state.ts'
import { oneLine, widthOf } from './text.ts'

/** What remains to be said when a run has ended. */
export interface Ending {
  readonly run: RunState
  /** Milliseconds. */
  readonly took: number
  /** Why it ended before its input did. */
  readonly stopped?: string
  readonly kinds: readonly Kind[]
  /** The cost by what it was spent on, as far as it is known. */
  readonly spent: readonly (readonly [what: string, usd: number])[]
  /** Files and the records in them; `undefined` where a count says nothing. */
  readonly wrote: readonly (readonly [path: string, records: number | undefined])[]
  /** Commands to go on with. */
  readonly next: readonly string[]
}

/** The end of a run; what to do next stands last, where it is read. */
export const endLines = (ending: Ending, screen: Screen): string[] => {
  const { run } = ending
  return [
    ...(ending.stopped === undefined ? [] : [lineOf([[`stopped: ${ending.stopped}`, 'yellow']], screen)]),
    heading(ending, screen),
    ...kindLines(ending.kinds, screen),
    ...entry(
      'cost',
      [costText(run), ending.spent.map(([what, usd]) => `${what} ${dollars(usd)}`).join(', '), unpricedText(run)],
      screen,
    ),
    ...entry(
      'tokens',
      [`${short(run.inputTokens)} in${cached(run)}`, `${short(run.outputTokens)} out`, recalled(run)],
      screen,
    ),
    ...entry(
      'wrote',
      ending.wrote.map(([path, records]) => (records === undefined ? path : `${path} ${count(records)}`)),
      screen,
    ),
    ...ending.next.flatMap((command, index) => commandLine(index === 0 ? 'next' : '', command, screen)),
  ]
}

const heading = ({ run, took }: Ending, screen: Screen): string => {
  const kept = run.kept > 0 ? `, ${count(run.kept)} kept from the journal` : ''
  const text = `${count(run.done)} done, ${count(run.failed)} failed${kept}`
  const plain = spread(text, duration(took), screen)
  if (!screen.colour) return plain
  const done: Span = run.done > 0 ? [`${count(run.done)} done`, 'green'] : `${count(run.done)} done`
  const failed: Span = run.failed > 0 ? [`${count(run.failed)} failed`, 'red'] : `${count(run.failed)} failed`
  const rest = plain.slice(`${count(run.done)} done, ${count(run.failed)} failed`.length)
  return lineOf([done, ', ', failed, rest], screen)
}

const recalled = ({ cached }: RunState): string => (cached === 0 ? '' : `${times(cached, 'call')} from the cache`)

const unpricedText = ({ unpriced }: RunState): string =>
  unpriced === 0 ? '' : `${times(unpriced, 'call')} without a price: --prices IN,OUT`

const cached = ({ inputTokens, cachedInputTokens }: RunState): string =>
  inputTokens && cachedInputTokens ? ` (${percent(cachedInputTokens, inputTokens)} cached)` : ''

const kindLines = (kinds: readonly Kind[], screen: Screen): string[] => {
  const shown = kinds.slice(0, 8)
  const cells = shown.map(kind => [count(kind.count), kind.code, kind.place, rowsOf(kind, screen)])
  const widths = [0, 1, 2, 3].map(column => Math.max(0, ...cells.map(row => widthOf(oneLine(row[column]!)))))
  const padded = (text: string, column: number): string => {
    const line = oneLine(text)
    return line + ' '.repeat(widths[column]! - widthOf(line))
  }
  const lines = shown.map((kind, index) => {
    const [amount, code, place, rows] = cells[index]!
    const spans: Span[] = [
      `${amount!.padStart(Math.max(3, widths[0]!))}  `,
      [padded(code!, 1), 'red'],
      `  ${padded(place!, 2)}  ${padded(rows!, 3)}  ${oneLine(kind.message)}`,
    ]
    return lineOf(spans, screen)
  })
  const more = kinds.length - shown.length
  return more > 0 ? [...lines, `  ${ellipsisOf(screen)} ${more} more kinds`] : lines
}

const rowsOf = ({ rows, count }: Kind, screen: Screen): string =>
  `${rows.join(', ')}${count > rows.length ? ` ${ellipsisOf(screen)}` : ''}`

const entry = (name: string, parts: readonly string[], screen: Screen): string[] => {
  const said = parts.filter(part => part !== '')
  return said.length === 0 ? [] : [lineOf([`${name.padEnd(8)}${said.join('   ')}`], screen)]
}

/** A command is there to be copied: it is never cut. */
const commandLine = (name: string, command: string, screen: Screen): string[] => [
  lineOf([name.padEnd(8), [command, 'bold']], { ...screen, width: Infinity }),
]
