// One row of one table in a process of its own: prints its measurement as one line of JSON.
import { deepEqual } from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { batchOf, deltasOf, sizes } from './documents.mjs'
import { measure } from './measure.mjs'

const job = JSON.parse(process.argv[2])
const { table, row, size, baseURL, plan, peers } = job

const expected = batchOf(sizes[size])
const text = JSON.stringify(expected)
const deltas = deltasOf(text)

/** Packages come from where their line is installed. */
const { load } = await import(pathToFileURL(peers).href)

const iterationOf = async () => {
  if (table === 'parser') {
    const { parserRows } = await import('./parser-rows.mjs')
    return box => parserRows[row](deltas, box)
  }
  const { wireRows } = await import('./wire-rows.mjs')
  const read = (await wireRows[row](load))(baseURL)
  return box => read(table === 'paced' ? `${size} paced` : size, box)
}

const iterate = await iterationOf()
const { value, ...measured } = await measure(iterate, plan)
// The same work: every row that came to the end has the same value.
if (!measured.cut) deepEqual(value, expected)
const read = JSON.stringify(value).length / text.length
process.stdout.write(`${JSON.stringify({ ...measured, read, deltas: deltas.length, node: process.version })}\n`)
process.exit()
