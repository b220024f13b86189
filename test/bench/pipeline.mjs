// node test/bench/pipeline.mjs [--records N] [--rounds N] [--row NAME]... [--profile] (after npm run build, and npm install in
// test/bench): what a run over records costs beside a bare loop of fetch, JSON.parse and a schema, in extractions per second
// of CPU, whole answers from a server in a process of its own that answers at once; with --memory, what a million records
// cost in memory.
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { concurrency, decant, extractorFor, numbers, rows, withJournal } from './pipeline-rows.mjs'
import { median } from './report.mjs'

const job = process.argv[2]?.startsWith('{') ? JSON.parse(process.argv[2]) : undefined

/** Live bytes at most in a run over so many records, with a journal, through a fetch in memory. */
const memory = async count => {
  const { extractAll } = await decant()
  const answer = n =>
    `{"choices":[{"message":{"tool_calls":[{"id":"c","function":{"name":"Item","arguments":"{\\"n\\":${n}}"}}]},"finish_reason":"tool_calls"}]}`
  // What is not held is only let go between two turns of the event loop, which answers in memory would never come to.
  const fetch = async (_, { body }) => {
    await new Promise(setImmediate)
    return new Response(answer(JSON.parse(body).messages.at(-1).content))
  }
  const extractor = await extractorFor({ baseURL: 'https://bench.example', fetch })
  let peak = 0
  let seen = 0
  await withJournal(async journal => {
    for await (const item of extractAll(extractor, numbers(count), { concurrency, journal, key: n => `k${n}` })) {
      if (item.status !== 'done') throw item.error
      if (++seen % 10_000 !== 0) continue
      globalThis.gc()
      const { heapUsed, external } = process.memoryUsage()
      // Array buffers are part of what is external.
      peak = Math.max(peak, heapUsed + external)
      if (seen % 100_000 === 0) process.stderr.write(`${seen} records, ${peak} bytes\n`)
    }
  })
  return { seen, live: peak, rss: process.resourceUsage().maxRSS * 1024 }
}

if (job?.memory !== undefined) {
  process.stdout.write(`${JSON.stringify(await memory(job.memory))}\n`)
} else if (job !== undefined) {
  const { row, count } = job
  // What V8 still compiles is no cost of a record.
  await rows[row](job)
  const before = process.cpuUsage()
  await rows[row](job)
  const { user, system } = process.cpuUsage(before)
  process.stdout.write(`${JSON.stringify({ perSecond: count / ((user + system) / 1e6) })}\n`)
  process.exit()
} else {
  const { values } = parseArgs({
    options: {
      records: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '5' },
      row: { type: 'string', multiple: true, default: Object.keys(rows) },
      memory: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  })
  const self = fileURLToPath(import.meta.url)
  const child = (task, flags = []) =>
    JSON.parse(
      execFileSync(process.execPath, [...flags, self, JSON.stringify(task)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
  if (values.memory) {
    const [small, large] = [10_000, 1_000_000].map(memory => child({ memory }, ['--expose-gc']))
    const mib = bytes => `${(bytes / 2 ** 20).toFixed(1)} MiB`
    console.log(`10,000 records: live ${mib(small.live)}, peak of the process ${mib(small.rss)}`)
    console.log(`1,000,000 records: live ${mib(large.live)}, peak of the process ${mib(large.rss)}`)
    console.log(
      `growth: live ${mib(large.live - small.live)}, of the process ${mib(large.rss - small.rss)} (bar: under 64 MiB)`,
    )
  } else {
    const server = fork(fileURLToPath(new URL('../kills/model.mjs', import.meta.url)), ['0'])
    const [{ port }] = await once(server, 'message')
    const baseURL = `http://127.0.0.1:${port}/v1`
    const { request: body } = (await extractorFor({ baseURL }))('0')
    // The floor is a part of every table.
    const names = Object.keys(rows).filter((row, i) => i === 0 || values.row.includes(row))
    const seen = Object.fromEntries(names.map(row => [row, []]))
    const count = Number(values.records)
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const row of names) {
        const flags = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${join(tmpdir(), 'decant-prof')}`] : []
        seen[row].push(child({ row, count, baseURL, body }, flags).perSecond)
      }
    }
    server.disconnect()
    const floor = seen[names[0]]
    console.log('| row | extractions per second of CPU | of the bare loop | each round |\n|---|--:|--:|---|')
    for (const [row, list] of Object.entries(seen)) {
      const ratios = list.map((perSecond, round) => perSecond / floor[round])
      const each = ratios.map(ratio => ratio.toFixed(2)).join(', ')
      console.log(`| ${row} | ${Math.round(median(list))} | ${median(ratios).toFixed(2)} | ${each} |`)
    }
  }
}
