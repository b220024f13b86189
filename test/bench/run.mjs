// npm run bench -- [options]; see `usage`.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { barsOf } from './bars.mjs'
import { sizes } from './documents.mjs'
import { lineOf } from './lines.mjs'
import { startServer } from './processes.mjs'
import { profile } from './profile.mjs'
import { barList, heading, memoryTable, timeTable } from './report.mjs'
import { memoryRun, names, timeRuns } from './runs.mjs'

const usage = `npm run bench -- [options]
  --only NAME     a table (parser, wire, paced, memory) or a row ('openai raw'), with its floor; repeatable
  --size 10k      1k, 10k, 100k or 1m; repeatable
  --quick         one round of short samples
  --rounds N      rounds of every row, each in a new process (default 3)
  --limit S       seconds of CPU after which one iteration is cut (default 60)
  --newest        the newest lines of the peers too, with everything else again, on the Node they need
  --dist DIR      measure another build
  --json FILE     write every figure
  --write         put the tables and the bars into BENCHMARKS.md
  --check         print the bars; exit code 1 unless every one passes
  --profile       write a .cpuprofile of one row (--only) at one size and list where its time goes`

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    size: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    limit: { type: 'string', default: '60' },
    newest: { type: 'boolean', default: false },
    dist: { type: 'string' },
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const here = fileURLToPath(new URL('.', import.meta.url))

const installed = folder => {
  if (existsSync(`${folder}/node_modules`)) return
  const { status } = spawnSync('npm', ['install'], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`Cannot install the peers of '${folder}': npm install failed`)
}

const report = new URL('../../BENCHMARKS.md', import.meta.url)
/** What stands below this line of the report is what a run printed. */
const [begin, end] = ['<!-- measured -->\n', '<!-- /measured -->\n']

const oneOf = (what, given, known) => {
  const unknown = given.find(each => !known.includes(each))
  if (unknown !== undefined) throw new RangeError(`Cannot measure ${what} '${unknown}': known are ${known.join(', ')}`)
  return given
}

/** At 1 KB the compiler is done after some 2,000 answers; until then its work is a third of what is measured, of every row. */
const plan = options.quick ? { warmMs: 1000, batchMs: 50, samples: 3 } : { warmMs: 10_000, batchMs: 200, samples: 5 }

const settings = {
  only: oneOf('only', options.only, names),
  sizes: options.size.length > 0 ? oneOf('at size', options.size, Object.keys(sizes)) : Object.keys(sizes),
  rounds: Number(options.rounds ?? (options.quick ? 1 : 3)),
  plan: { ...plan, limit: Number(options.limit) },
  dist: options.dist && pathToFileURL(resolve(options.dist)).href,
  say: text => process.stderr.write(`${text}\n`),
}

/** Runs everything that was asked for; `print` gets each part of the report as it is ready. */
const measureAll = async (lines, baseURL, print) => {
  const results = []
  for (const line of lines) {
    print(heading(line))
    for (const table of line.tables) {
      const rows = await timeRuns({ ...settings, table, line, baseURL })
      if (rows.length === 0) continue
      results.push({ table, line: line.name, rows })
      print(timeTable(table, rows))
    }
  }
  const memory = await memoryRun({ ...settings, baseURL })
  if (memory.length > 0) {
    results.push({ table: 'memory', rows: memory })
    print(memoryTable(memory))
  }
  return results
}

const main = async () => {
  const folders = options.newest ? [here, `${here}newest/`] : [here]
  folders.forEach(installed)
  const lines = folders.map(lineOf)
  const server = await startServer()
  try {
    if (options.profile) return await profile({ ...settings, line: lines[0], baseURL: server.baseURL })
    const parts = []
    const print = part => {
      parts.push(part)
      console.log(part)
    }
    const results = await measureAll(lines, server.baseURL, print)
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`)
    if (options.check || options.write) {
      const bars = barsOf(results)
      print(barList(bars))
      if (options.check && bars.some(bar => bar.verdict !== 'pass')) process.exitCode = 1
    }
    if (options.write) {
      const [above, rest] = readFileSync(report, 'utf8').split(begin)
      const [, below] = rest.split(end)
      writeFileSync(report, `${above}${begin}\n${parts.join('\n')}\n${end}${below}`)
    }
  } finally {
    server.stop()
  }
}

if (options.help) console.log(usage)
else await main()
