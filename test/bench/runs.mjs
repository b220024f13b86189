import { slow } from './measure.mjs'
import { runChild } from './processes.mjs'
import { median } from './report.mjs'

/** The rows of each table, the floor first. */
export const rowsOf = {
  parser: ['F1', 'decant', 'decant, end only', 'jsonriver', 'partial-json', 'ai parsePartialJson'],
  wire: [
    'F2',
    'decant',
    'decant events()',
    'openai raw',
    'openai raw + jsonriver',
    'openai stream()',
    'ai streamText + Output',
    'ai streamObject',
  ],
  paced: ['F2', 'decant', 'decant events()', 'openai raw'],
}

/** A paced answer takes a millisecond per event: each is a sample. */
const pacedPlan = { batchMs: 1, samples: 5 }

/** Seconds for a row that was slow at the size before: it shows how far it comes. */
const shortLimit = 5

const tables = [...Object.keys(rowsOf), 'memory']

/** Tables and rows may be named in one list; each kind that is named narrows its own. */
const split = only => ({
  ofTables: only.filter(each => tables.includes(each)),
  ofRows: only.filter(each => !tables.includes(each)),
})

/** The rows of a table that are asked for, with their floor; none when only other things are. */
const wantedRows = (table, only) => {
  const { ofTables, ofRows } = split(only)
  if (ofTables.length > 0 && !ofTables.includes(table)) return []
  const rows = rowsOf[table]
  if (ofRows.length > 0 && !rows.some(row => ofRows.includes(row))) return []
  return rows.filter((row, i) => i === 0 || ofRows.length === 0 || ofRows.includes(row))
}

/** Everything that `--only` may name. */
export const names = [...tables, ...new Set(Object.values(rowsOf).flat())]

/** Every row at every size, `rounds` times in turn, so that the noise of the machine falls on all. */
export const timeRuns = async ({ table, line, only, sizes, rounds, plan, dist, baseURL, say }) => {
  const rows = wantedRows(table, only)
  const cells = new Map()
  const slowRows = new Set()
  for (const size of table === 'paced' ? sizes.filter(each => each === '10k') : sizes) {
    const known = new Set(slowRows)
    for (let round = 1; round <= rounds; round++) {
      for (const row of rows) {
        const key = `${row} ${size}`
        const cell = cells.get(key) ?? { row, size, rounds: [] }
        if (cell.rounds.length > 0 && slowRows.has(row)) continue
        say(`${table} ${size} ${row}, round ${round}`)
        const job = { table, row, size, baseURL, peers: line.peers, plan: { ...plan } }
        if (known.has(row)) job.plan.limit = shortLimit
        if (table === 'paced') Object.assign(job.plan, pacedPlan)
        const { ms, ...seen } = await runChild('./child.mjs', job, { node: line.node, dist })
        cells.set(key, { ...cell, ...seen, rounds: [...cell.rounds, median(ms)] })
        if (seen.cut || median(ms) > slow) slowRows.add(row)
      }
    }
  }
  return [...cells.values()].map(cell => ({ ...cell, ms: median(cell.rounds) }))
}

const memoryJobs = [
  { streams: 1, size: '100k' },
  { streams: 1000, size: '10k' },
]

export const memoryRun = async ({ only, rounds, dist, baseURL, say }) => {
  const { ofTables, ofRows } = split(only)
  if (ofTables.length > 0 ? !ofTables.includes('memory') : ofRows.length > 0) return []
  const cells = []
  for (const job of memoryJobs) {
    for (const row of ['F2', 'decant']) {
      const seen = []
      for (let round = 1; round <= rounds; round++) {
        say(`memory ${job.streams} x ${job.size} ${row}, round ${round}`)
        seen.push(await runChild('./memory.mjs', { ...job, row, baseURL }, { flags: ['--expose-gc'], dist }))
      }
      const middle = key => median(seen.map(each => each[key]).filter(each => each !== undefined))
      cells.push({ ...job, row, peak: middle('peak'), rss: middle('rss'), live: middle('live'), node: seen[0].node })
    }
  }
  return cells
}
