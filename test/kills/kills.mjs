// Kills a run again and again at random moments, goes on with its journal each time, and looks at what was lost, doubled
// or bought twice.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const fileOf = name => fileURLToPath(new URL(name, import.meta.url))

/** Mulberry32: the same moments for the same seed. */
const randomOf = seed => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

const startModel = async pause => {
  const model = fork(fileOf('./model.mjs'), [String(pause)])
  const [{ port }] = await once(model, 'message')
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    /** How often each prompt was asked, since the last time. */
    async asked() {
      model.send('asked')
      const [{ asked }] = await once(model, 'message')
      return asked
    },
    stop: () => model.disconnect(),
  }
}

/** Lines of a file that are whole. */
const linesOf = path =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line))

/** One run to its end, killed every few milliseconds on the way. */
const oneRun = async ({ records, concurrency, kills, random, model, dist, within }) => {
  const folder = mkdtempSync(join(tmpdir(), 'decant-kills-'))
  const journal = join(folder, 'run.journal')
  const output = join(folder, 'out.jsonl')
  const job = JSON.stringify({ baseURL: model.baseURL, records, concurrency, journal, output, dist })
  let killed = 0
  try {
    for (;;) {
      const child = spawn(process.execPath, [fileOf('./run.mjs'), job], { stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = once(child, 'exit')
      if (killed < kills) {
        // One in five while it starts and reads its journal, the others while it buys.
        const bought = random() < 0.2 ? sleep(random() * within * 4) : once(child.stdout, 'data')
        await Promise.race([bought, ended])
        await Promise.race([sleep(random() * within), ended])
        if (child.exitCode === null && child.kill('SIGKILL')) {
          await ended
          killed++
          continue
        }
      }
      child.stdout.resume()
      const [code] = await ended
      if (code !== 0) throw new Error(`The run ended with ${code} after ${killed} kills`)
      break
    }
    const asked = await model.asked()
    const items = linesOf(output)
    const kept = linesOf(journal).slice(1)
    const right = items.filter(({ key, status, output: { n } = {} }) => status === 'done' && key === `k${n}`)
    const keys = new Set(right.map(({ key }) => key))
    return {
      killed,
      lost: records - keys.size,
      doubled: items.length - keys.size + (kept.length - new Set(kept.map(({ key }) => key)).size),
      boughtTwice: asked.reduce((sum, count) => sum + count - 1, 0),
      most: killed * concurrency,
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * Kills until there were so many kills, over as many runs as that takes.
 *
 * @param each how many kills a run gets; @param within milliseconds after which at most a run is killed.
 */
export const killRuns = async ({
  kills,
  each,
  records,
  concurrency,
  seed,
  dist,
  pause = 10,
  within = 100,
  say = () => {},
}) => {
  const random = randomOf(seed)
  const model = await startModel(pause)
  const sum = { seed, runs: 0, records, concurrency, killed: 0, lost: 0, doubled: 0, boughtTwice: 0, most: 0 }
  try {
    while (sum.killed < kills) {
      const wanted = Math.min(each, kills - sum.killed)
      const run = await oneRun({ records, concurrency, kills: wanted, random, model, dist, within })
      // A run that is over before it can be killed would go on for ever.
      if (run.killed === 0) throw new Error('The run ends before it can be killed: give it more records')
      sum.runs++
      for (const key of Object.keys(run)) sum[key] += run[key]
      say(sum)
    }
  } finally {
    model.stop()
  }
  return sum
}
