// npm run kills -- [options]; see `usage`.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { killRuns } from './kills.mjs'

const usage = `npm run kills -- [options]
  --kills N        kills in all (default 1000)
  --each N         kills of one run before it may end (default 50)
  --records N      records of a run (default 10000)
  --concurrency N  (default 50)
  --seed N         (default 20261121)
  --dist DIR       another build than dist/
  --write          put the figures into test/kills/REPORT.md`

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    each: { type: 'string', default: '50' },
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
  const say = ({ killed, lost, doubled }) => console.error(`${killed} kills: lost ${lost}, doubled ${doubled}`)
  const sum = await killRuns({ kills, each, records, concurrency, seed, dist, say })
  const { runs, killed, lost, doubled, boughtTwice, most } = sum
  const report = `# Kills

\`npm run kills -- --kills ${kills} --each ${each} --records ${records} --concurrency ${concurrency} --seed ${seed}\`

| runs | records each | concurrency | kill -9 | lost | doubled | bought twice | at most allowed |
|--:|--:|--:|--:|--:|--:|--:|--:|
| ${runs} | ${records} | ${concurrency} | ${killed} | ${lost} | ${doubled} | ${boughtTwice} | ${most} |
`
  console.log(report)
  if (values.write) writeFileSync(new URL('./REPORT.md', import.meta.url), report)
  process.exitCode = lost === 0 && doubled === 0 && boughtTwice <= most ? 0 : 1
}
