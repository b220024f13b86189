// Loaded before a snippet, from a copy in the folder where the snippet runs: answers `fetch` from cassettes and compares
// what is printed. The expectations come as JSON in SNIPPET_EXPECTS; the differences leave as JSON on file descriptor 3.
import { writeSync } from 'node:fs'
import { inspect, isDeepStrictEqual } from 'node:util'
import { cassette } from 'decant/cassette'

const expectations = JSON.parse(process.env.SNIPPET_EXPECTS)
const printed = new Map()

globalThis.openCassette = (path, recut) => {
  globalThis.fetch = cassette(new URL(path, process.env.SNIPPET_ROOT), { mode: 'replay', recut })
}

// Cloned at once, so that plain data as it was when it was printed is compared.
globalThis.printFrom =
  line =>
  (...values) => {
    printed.set(line, [...(printed.get(line) ?? []), structuredClone(values)])
  }

// Several arguments of one call stand behind one mark, with commas between them.
const valuesOf = text => new Function(`return [${text}]`)()

const show = values => values.map(value => inspect(value, { depth: 9, breakLength: Infinity })).join(', ')

process.on('exit', () => {
  const differences = expectations.flatMap(({ line, values }) => {
    const got = printed.get(line) ?? []
    const want = values.map(valuesOf)
    return isDeepStrictEqual(got, want) ? [] : [{ line, want: want.map(show), got: got.map(show) }]
  })
  writeSync(3, JSON.stringify(differences))
})
