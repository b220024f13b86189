import { ratioOf } from './report.mjs'

/** The bars that these tables can judge. A peer that was cut counts with the time it had taken by then. */
export const barsOf = results => {
  const rowsIn = table => results.find(each => each.table === table)?.rows ?? []
  const cell = (table, row, size) => rowsIn(table).find(each => each.row === row && each.size === size)
  const over = (above, below) =>
    above === undefined || below === undefined || below.cut
      ? undefined
      : { value: ratioOf(above, below), cut: above.cut === true }
  const ratio = (table, row, size, other) => over(cell(table, row, size), cell(table, other, size))
  const growth = (less, more) => over(cell('wire', 'decant', more), cell('wire', 'decant', less))
  const fastest = (rows, size) => {
    const all = rows.map(row => ratio('wire', row, size, 'decant')).filter(each => each !== undefined)
    return all.sort((a, b) => a.value - b.value)[0]
  }
  const memory = (streams, key) => {
    const of = row => rowsIn('memory').find(each => each.row === row && each.streams === streams)?.[key]
    return of('F2') === undefined ? undefined : { value: of('decant') / of('F2') }
  }
  const ai = ['ai streamText + Output', 'ai streamObject']
  return [
    atMost(1, 'parser, fresh snapshots, 10 KB, x F1', 6, ratio('parser', 'decant', '10k', 'F1')),
    atMost(1, 'parser, fresh snapshots, 100 KB, x F1', 8, ratio('parser', 'decant', '100k', 'F1')),
    atMost(1, 'parser, no snapshot before the end, 10 KB, x F1', 4, ratio('parser', 'decant, end only', '10k', 'F1')),
    atMost(1, 'parser, no snapshot before the end, 100 KB, x F1', 4, ratio('parser', 'decant, end only', '100k', 'F1')),
    atLeast(1, 'partial-json, 10 KB, x decant', 300, ratio('parser', 'partial-json', '10k', 'decant')),
    atLeast(1, 'partial-json, 100 KB, x decant', 2000, ratio('parser', 'partial-json', '100k', 'decant')),
    atMost(2, 'end to end, 1 KB, x F2', 0.85, ratio('wire', 'decant', '1k', 'F2')),
    atMost(2, 'end to end, 10 KB, x F2', 0.5, ratio('wire', 'decant', '10k', 'F2')),
    atMost(2, 'end to end, 100 KB, x F2', 0.5, ratio('wire', 'decant', '100k', 'F2')),
    atMost(2, 'end to end, 1 MB, x F2', 0.6, ratio('wire', 'decant', '1m', 'F2')),
    atMost(2, 'growth from 1 KB to 10 KB', 13, growth('1k', '10k')),
    atMost(2, 'growth from 10 KB to 100 KB', 13, growth('10k', '100k')),
    atMost(2, 'growth from 100 KB to 1 MB', 13, growth('100k', '1m')),
    atLeast(2, 'AI SDK (the faster of its two), 10 KB, x decant', 70, fastest(ai, '10k')),
    atLeast(2, 'AI SDK (the faster of its two), 100 KB, x decant', 600, fastest(ai, '100k')),
    atLeast(2, 'openai raw, 10 KB, x decant', 5, ratio('wire', 'openai raw', '10k', 'decant')),
    atLeast(2, 'openai raw, 100 KB, x decant', 5, ratio('wire', 'openai raw', '100k', 'decant')),
    atMost(3, 'one event per read, 10 KB, x F2', 1.1, ratio('paced', 'decant', '10k', 'F2')),
    atMost(4, "one 100 KB stream, peak, x F2's process", 1.3, memory(1, 'peak')),
    atMost(4, '1,000 open 10 KB streams, resident each, x F2', 0.9, memory(1000, 'rss')),
    atMost(4, '1,000 open 10 KB streams, live each, x F2', 0.9, memory(1000, 'live')),
  ]
}

const bar = (number, what, limit, { value, cut = false } = {}, verdict = 'not measured') => ({
  bar: number,
  what,
  limit,
  measured: value === undefined ? '-' : `${cut ? '> ' : ''}${value.toFixed(2)}`,
  verdict,
})

/** What was cut is at least what was measured: that may be enough for one kind of bar, and too much for the other. */
const verdictOf = (reached, cut, whenReached, otherwise) => {
  if (reached) return whenReached
  return cut ? 'undecided' : otherwise
}

const atLeast = (number, what, limit, measured) =>
  bar(
    number,
    what,
    `≥ ${limit}`,
    measured,
    measured && verdictOf(measured.value >= limit, measured.cut, 'pass', 'miss'),
  )

const atMost = (number, what, limit, measured) =>
  bar(number, what, `≤ ${limit}`, measured, measured && verdictOf(measured.value > limit, measured.cut, 'miss', 'pass'))
