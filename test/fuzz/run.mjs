// npm run fuzz -- [--count N] [--seed N] [--from N] [--processors N]: random answers into the public API, until the count or
// twenty findings. One seed and one number name an execution, whoever runs it.
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/** Executions that a thread takes at a time. */
const batch = 500
/** Milliseconds. No execution waits for anything, so none takes this long on the most crowded machine. */
const patience = 60_000
const mostFindings = 20
const at = path => fileURLToPath(new URL(path, import.meta.url))

if (isMainThread) await main()
else await work(workerData)

async function main() {
  const { values } = parseArgs({
    options: {
      count: { type: 'string' },
      seed: { type: 'string' },
      from: { type: 'string' },
      every: { type: 'string' },
      processors: { type: 'string' },
    },
  })
  const count = Number(values.count ?? process.env.FUZZ_COUNT ?? 10_000_000)
  const seed = Number(values.seed ?? process.env.FUZZ_SEED ?? Date.now() % 2 ** 32)
  const from = Number(values.from ?? 0)
  const every = Number(values.every ?? 100_000)
  const processors = Math.min(Number(values.processors ?? 1), Math.ceil(count / batch))
  process.chdir(at('../..'))
  const module = await bundled()

  const outcomes = {}
  let findings = 0
  let ran = 0
  let next = from
  const started = Date.now()
  const report = () => {
    const rate = Math.round(ran / ((Date.now() - started) / 1000))
    console.log(`${ran} executions, ${rate} a second, ${findings} findings, ${JSON.stringify(outcomes)}`)
  }
  const stop = code => {
    report()
    process.exit(code ?? (findings > 0 ? 1 : 0))
  }
  process.once('SIGINT', () => stop())
  console.log(`seed ${seed}, executions ${from} to ${from + count}`)

  const threads = Array.from({ length: processors }, () => {
    // What a thread runs just now: to be read even while it does not answer.
    const running = new Int32Array(new SharedArrayBuffer(4))
    // Stacks are a tenth of the time, and nobody reads them in a long run.
    const thread = new Worker(new URL(import.meta.url), {
      workerData: { module, seed, running, stacks: count < batch },
    })
    const state = { running, seen: -1, since: Date.now(), busy: true }
    const take = () => {
      state.busy = next < from + count
      if (state.busy) thread.postMessage([next, Math.min(next + batch, from + count)])
      else if (threads.every(({ busy }) => !busy)) stop()
      next += batch
    }
    thread.on('message', ({ came, found, done }) => {
      for (const [outcome, times] of Object.entries(came)) outcomes[outcome] = (outcomes[outcome] ?? 0) + times
      for (const text of found) console.log(text)
      findings += found.length
      const before = ran
      ran += done
      if (Math.floor(ran / every) > Math.floor(before / every)) report()
      if (findings >= mostFindings) stop()
      take()
    })
    thread.on('error', error => {
      console.log(`crash: seed ${seed}, execution ${running[0]}: ${error.stack}`)
      stop(1)
    })
    return Object.assign(state, { take })
  })
  for (const { take } of threads) take()
  setInterval(() => {
    for (const state of threads) {
      const now = state.running[0]
      if (now !== state.seen) Object.assign(state, { seen: now, since: Date.now() })
      else if (state.busy && Date.now() - state.since > patience) {
        console.log(`hang: seed ${seed}, execution ${now}`)
        stop(1)
      }
    }
  }, 1000)
}

async function work({ module, seed, running, stacks }) {
  if (!stacks) Error.stackTraceLimit = 0
  const { execute } = await import(module)
  parentPort.on('message', async ([from, to]) => {
    const came = {}
    const found = []
    for (let i = from; i < to; i++) {
      running[0] = i
      const { outcome, finding, body } = await execute(seed, i)
      came[outcome] = (came[outcome] ?? 0) + 1
      if (finding === undefined) continue
      const sent = JSON.stringify(new TextDecoder().decode(body)).slice(0, 4000)
      found.push(`finding: seed ${seed}, execution ${i}: ${finding}\n${sent}`)
    }
    parentPort.postMessage({ came, found, done: to - from })
  })
}

/** One file of everything, by the address of which a thread loads it: what a loader adds to every call costs half of the time. */
async function bundled() {
  const { build } = await import('esbuild')
  const folder = at('../../node_modules/.cache/fuzz')
  mkdirSync(folder, { recursive: true })
  const outfile = `${folder}/execute-${process.pid}.mjs`
  await build({
    entryPoints: [at('execute.ts')],
    alias: { decant: at('../../src/index.ts') },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    logLevel: 'error',
    // `yaml` is CommonJS and asks for Node's modules by `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  process.once('exit', () => rmSync(outfile))
  return outfile
}
