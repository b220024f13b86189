import { cpus } from 'node:os'

export const median = values => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** How much dearer one row is than another: the median over the rounds, each against the same round of the other. */
export const ratioOf = (cell, other) =>
  cell.rounds.length === other.rounds.length
    ? median(cell.rounds.map((ms, round) => ms / other.rounds[round]))
    : cell.ms / other.ms

const titles = {
  parser: 'Parser alone: every delta fed, every snapshot read',
  wire: 'End to end: one answer over loopback HTTP, the server sending as fast as the socket takes',
  paced: 'End to end, one event per read of the socket',
}

const sizeNames = { '1k': '1 KB', '10k': '10 KB', '100k': '100 KB', '1m': '1 MB' }

/** Where and with what: the lines above the tables. */
export const heading = line =>
  `Node ${line.name}, ${cpus().length} x ${cpus()[0].model.trim()}, ${line.versions.join(', ')}\n`

const digits = value => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))

const time = ms => (ms >= 1000 ? `${digits(ms / 1000)} s` : ms >= 1 ? `${digits(ms)} ms` : `${digits(ms * 1000)} µs`)

const table = (head, rows) => [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')

/** A table of CPU times. Ratios are to the floor, the first row. */
export const timeTable = (name, cells) => {
  const sizes = Object.keys(sizeNames).filter(size => cells.some(cell => cell.size === size))
  const rows = [...new Set(cells.map(cell => cell.row))]
  const find = (row, size) => cells.find(cell => cell.row === row && cell.size === size)
  const floor = rows[0]
  const cellText = (row, size) => {
    const cell = find(row, size)
    if (cell === undefined) return ''
    if (cell.cut) return `> ${time(cell.ms)} (read ${digits(100 * cell.read)} %)`
    return row === floor ? time(cell.ms) : `${time(cell.ms)} · **${digits(ratioOf(cell, find(floor, size)))} x**`
  }
  const growth = row =>
    sizes
      .slice(1)
      .map((size, i) => [find(row, sizes[i]), find(row, size)])
      .map(([less, more]) => (less === undefined || more === undefined || more.cut ? '-' : digits(ratioOf(more, less))))
      .join(' · ')
  const of = row => find(row, sizes.includes('10k') ? '10k' : sizes[0])
  const spread = ({ rounds, ms }) =>
    rounds.length === 1 ? '-' : `${Math.round((100 * (Math.max(...rounds) - Math.min(...rounds))) / ms)} %`
  const head = [
    '',
    ...sizes.map(size => sizeNames[size]),
    ...(sizes.length > 1 ? ['growth'] : []),
    'snapshots per delta',
    'spread',
    'Node',
  ]
  const body = rows.map(row => [
    row,
    ...sizes.map(size => cellText(row, size)),
    ...(sizes.length > 1 ? [growth(row)] : []),
    digits(of(row).snapshots / of(row).deltas),
    spread(of(row)),
    of(row).node,
  ])
  return `### ${titles[name]}\n\n${table(head, body)}\n`
}

const kib = bytes => `${(bytes / 1024).toFixed(0)} KiB`
const mib = bytes => `${(bytes / 1024 / 1024).toFixed(1)} MiB`

export const memoryTable = cells => {
  const one = cells.filter(cell => cell.streams === 1)
  const open = cells.filter(cell => cell.streams !== 1)
  const head = [
    '',
    'one 100 KB stream: peak of the process',
    '1,000 open 10 KB streams: resident, each',
    'live after collection, each',
    'Node',
  ]
  const body = one.map(({ row, peak, node }) => {
    const { rss, live } = open.find(cell => cell.row === row)
    return [row, mib(peak), kib(rss), kib(live), node]
  })
  return `### Memory\n\n${table(head, body)}\n`
}

export const barList = bars => {
  const body = bars.map(({ bar, what, limit, measured, verdict }) => [bar, what, limit, measured, verdict])
  return `### Bars\n\n${table(['bar', 'what', 'wanted', 'measured', ''], body)}\n`
}
