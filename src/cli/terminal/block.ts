import { lineOf, type Screen, type Span, spread } from './line.ts'
import { count, dollars, duration, percent, rate, short } from './numbers.ts'
import { costText, headline, inFlightOf, type RunState } from './run-state.ts'

/** Below this width only the line that says how far it is. */
const narrow = 59
const longestBar = 40
/** What stands beside the bar at its widest. */
const besideBar = 39

/** The live block: how far, how well, at what price; the last lines only when there is something to say. */
export const blockLines = (run: RunState, screen: Screen): string[] => {
  if (screen.width < narrow) return [reach(run, screen)]
  return [
    spread(titleOf(run), `${run.model}  c=${run.concurrency}`, screen),
    reach(run, screen),
    lineOf(outcomes(run), screen),
    lineOf([` ${price(run)}`], screen),
    ...(run.stopping
      ? [lineOf([' stop   ', [`finishing ${count(inFlightOf(run))}, again to stop now`, 'yellow']], screen)]
      : run.wait === undefined
        ? []
        : [lineOf([' wait   ', [waitText(run, run.wait), 'yellow']], screen)]),
    ...(run.last === undefined
      ? []
      : [lineOf([' last   ', `${run.last.row}  `, [run.last.code, 'red'], `  ${headline(run.last)}`], screen)]),
  ]
}

const titleOf = ({ extractor, input, output }: RunState): string => `decant run  ${extractor}  ${input} > ${output}`

const reach = (run: RunState, screen: Screen): string => {
  const finished = run.done + run.failed
  const left = run.left === undefined ? '' : `   left ${duration(run.left)}`
  if (run.total === undefined) return lineOf([` ${count(finished)} records${left}`], screen)
  const cells = Math.max(8, Math.min(longestBar, screen.width - besideBar))
  const full = run.total === 0 ? cells : Math.floor((cells * Math.min(finished, run.total)) / run.total)
  const [ink, paper] = screen.unicode ? ['█', '░'] : ['#', '-']
  const far = run.total === 0 ? '100%' : percent(finished, run.total)
  const figures = `${far.padStart(5)}   ${`${count(finished)} / ${count(run.total)}`.padStart(13)}${left}`
  return lineOf([' ', [ink.repeat(full), 'green'], [paper.repeat(cells - full), 'dim'], figures], screen)
}

const outcomes = (run: RunState): Span[] => [
  ' ',
  colouredCount('done', run.done, 'green'),
  '   ',
  colouredCount('failed', run.failed, 'red'),
  ...(run.kept > 0 ? [`   kept ${count(run.kept)}`] : []),
  ...(inFlightOf(run) > 0 ? [`   now ${count(inFlightOf(run))}: ${phases(run)}`] : []),
]

const phases = ({ inFlight }: RunState): string =>
  Object.entries(inFlight)
    .filter(([, records]) => records > 0)
    .map(([phase, records]) => `${count(records)} ${phase}`)
    .join(', ')

const waitText = (run: RunState, { reason, ms, concurrency }: NonNullable<RunState['wait']>): string => {
  const slower = concurrency < run.concurrency ? `, concurrency ${run.concurrency} > ${concurrency}` : ''
  return `${reason}: next call in ${Math.ceil(ms / 1000)} s${slower}`
}

const colouredCount = (word: string, value: number, style: 'green' | 'red'): Span => {
  const text = `${word} ${count(value)}`
  return value > 0 ? [text, style] : text
}

const price = (run: RunState): string =>
  [
    run.rate === undefined ? undefined : rate(run.rate),
    `${short(run.inputTokens)} in  ${short(run.outputTokens)} out`,
    `${costText(run)}${run.budget === undefined ? '' : ` of ${dollars(run.budget)}`}`,
    run.forecast && `forecast ${dollars(run.forecast.usd)} +-${dollars(run.forecast.plusMinus).slice(1)}`,
  ]
    .filter(part => part !== undefined)
    .join('   ')
