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

const iterationsOf = async () => {
  if (table === 'parser') {
    const { parserRows } = await import('./parser-rows.mjs')
    return { iterate: box => parserRows[row](deltas, box) }
  }
  const { wireRows } = await import('./wire-rows.mjs')
  const read = (await wireRows[row](load))(baseURL)
  const whole = box => read(size, box)
  // A paced answer is seconds of waiting for milliseconds of work: what is waited for is the measurement alone.
  return table === 'paced' ? { iterate: box => read(`${size} paced`, box), warmUp: whole } : { iterate: whole }
}

const { iterate, warmUp } = await iterationsOf()
const { value, ...measured } = await measure(iterate, plan, warmUp)
// The same work: every row that came to the end has the same value.
if (!measured.cut) deepEqual(value, expected)
const read = JSON.stringify(value).length / text.length
process.stdout.write(`${JSON.stringify({ ...measured, read, deltas: deltas.length, node: process.version })}\n`)
process.exit()
