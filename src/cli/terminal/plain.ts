import { rate } from './numbers.ts'
import { costText, inFlightOf, type RunState } from './run-state.ts'
import { plain } from './text.ts'

/** The lines of a run for logs: whole words, no codes, nothing that moves. */

export const startLine = ({ extractor, input, output, model, concurrency, total }: RunState): string =>
  plain(
    `decant run ${extractor} ${input} > ${output} ${model} c=${concurrency}${total === undefined ? '' : ` total=${total}`}`,
  )

/** What is no failure and yet to be known. */
export const noteLine = (text: string): string => plain(`note    ${text}`)

export const progressLine = (run: RunState): string => {
  const finished = run.done + run.failed
  const reach =
    run.total === undefined || run.total === 0
      ? [String(finished)]
      : [`${finished}/${run.total}`, `${Math.floor((100 * finished) / run.total)}%`]
  return [
    ...reach,
    `done=${run.done}`,
    `failed=${run.failed}`,
    ...(run.kept > 0 ? [`kept=${run.kept}`] : []),
    ...(run.rate === undefined ? [] : [`rate=${rate(run.rate)}`]),
    `cost=${costText(run).replace('over ', '>')}`,
    ...(run.left === undefined ? [] : [`left=${Math.round(run.left / 1000)}s`]),
    ...(run.stopping ? [`finishing=${inFlightOf(run)}`] : []),
  ].join(' ')
}

/** Milliseconds after which a line is due although little was finished. */
const patience = 30_000

/** Tells when a line is due: at each tenth of the whole, and at least every 30 s. */
export class PlainPace {
  #tenth = 0
  #last: number

  constructor(now: number) {
    this.#last = now
  }

  due({ done, failed, total }: RunState, now: number): boolean {
    const tenth = total === undefined || total === 0 ? 0 : Math.floor((10 * (done + failed)) / total)
    if (tenth <= this.#tenth && now - this.#last < patience) return false
    this.#tenth = tenth
    this.#last = now
    return true
  }
}
