// npm run fuzz -- [--count N] [--seed N] [--from N]: random answers into the public API, until the count or a finding.
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createJiti } from 'jiti'

const { values } = parseArgs({
  options: { count: { type: 'string' }, seed: { type: 'string' }, from: { type: 'string' }, every: { type: 'string' } },
})
const count = Number(values.count ?? process.env.FUZZ_COUNT ?? 10_000_000)
const seed = Number(values.seed ?? process.env.FUZZ_SEED ?? Date.now() % 2 ** 32)
const from = Number(values.from ?? 0)
const every = Number(values.every ?? 100_000)
/** No execution waits for anything, so none takes this long. */
const patience = 10_000

const at = path => fileURLToPath(new URL(path, import.meta.url))
process.chdir(at('../..'))
const jiti = createJiti(import.meta.url, {
  alias: { decant: at('../../src/index.ts') },
  fsCache: at('../../node_modules/.cache/jiti'),
  interopDefault: false,
})
const { execute } = await jiti.import(at('execute.ts'))

const outcomes = {}
let findings = 0
let running = from
/** When it began. */
let since = Date.now()
const started = Date.now()
const watch = setInterval(() => {
  if (Date.now() - since < patience) return
  console.log(`hang: seed ${seed}, execution ${running}`)
  process.exit(1)
}, 1000)

process.once('SIGINT', () => {
  report(running - from)
  process.exit(findings > 0 ? 1 : 0)
})
console.log(`seed ${seed}, executions ${from} to ${from + count}`)
for (; running < from + count; running++) {
  since = Date.now()
  const { outcome, finding, body } = await execute(seed, running)
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  if (finding !== undefined) {
    findings++
    console.log(
      `finding: seed ${seed}, execution ${running}: ${finding}\n${JSON.stringify(new TextDecoder().decode(body)).slice(0, 4000)}`,
    )
    if (findings === 20) break
  }
  const ran = running + 1 - from
  if (ran % every === 0) report(ran)
}
clearInterval(watch)
report(running - from)
process.exitCode = findings > 0 ? 1 : 0

function report(ran) {
  const rate = Math.round(ran / ((Date.now() - started) / 1000))
  console.log(`${ran} executions, ${rate} a second, ${findings} findings, ${JSON.stringify(outcomes)}`)
}
