// npm run kills -- [options]; see `usage`.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { killRuns } from './kills.mjs'

const usage = `npm run kills -- [options]
  --kills N        kills in all (default 1000)
  --each N         kills of one run before it may end (default 250)
  --records N      records of a run (default 10000)
  --concurrency N  (default 50)
  --seed N         (default 20261121)
  --dist DIR       another build than dist/
  --write          put the figures into test/kills/REPORT.md`

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    each: { type: 'string', default: '250' },
    records: { type: 'string', default: '10000' },
    concurrency: { type: 'string', default: '50' },
    seed: { type: 'string', default: '20261121' },
    dist: { type: 'string', default: fileURLToPath(new URL('../../dist/', import.meta.url)) },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(usage)
else {
  const [kills, each, records, concurrency, seed] = ['kills', 'each', 'records', 'concurrency', 'seed'].map(name =>
    Number(values[name]),
  )
  const dist = pathToFileURL(`${resolve(values.dist)}/`).href
  const reportOf = ({ runs, killed, lost, doubled, boughtTwice, most }) => `# Kills

\`npm run kills -- --kills ${kills} --each ${each} --records ${records} --concurrency ${concurrency} --seed ${seed}\`

| runs | records each | concurrency | kill -9 | lost | doubled | bought twice | at most allowed |
|--:|--:|--:|--:|--:|--:|--:|--:|
| ${runs} | ${records} | ${concurrency} | ${killed} | ${lost} | ${doubled} | ${boughtTwice} | ${most} |
`
  // After each run: whoever stops it keeps the figures so far.
  const say = sum => {
    console.error(`${sum.killed} kills: lost ${sum.lost}, doubled ${sum.doubled}, bought twice ${sum.boughtTwice}`)
    if (values.write) writeFileSync(new URL('./REPORT.md', import.meta.url), reportOf(sum))
  }
  const sum = await killRuns({ kills, each, records, concurrency, seed, dist, say })
  const { lost, doubled, boughtTwice, most } = sum
  console.log(reportOf(sum))
  process.exitCode = lost === 0 && doubled === 0 && boughtTwice <= most ? 0 : 1
}
