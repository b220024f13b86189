import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runChild } from './processes.mjs'
import { rowsOf } from './runs.mjs'

const folder = fileURLToPath(new URL('./profiles', import.meta.url))
const spots = 25

/** Profiles one row at one size and prints where its own time goes. Default: `decant` over the wire at 100 KB. */
export const profile = async ({ only, sizes, plan, line, dist, baseURL }) => {
  const table = only.find(each => each in rowsOf) ?? 'wire'
  const row = only.find(each => rowsOf[table].includes(each)) ?? 'decant'
  const size = sizes.length === 1 ? sizes[0] : '100k'
  const name = `${table}-${row.replace(/\W+/g, '-')}-${size}.cpuprofile`
  mkdirSync(folder, { recursive: true })
  const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}`]
  await runChild(
    './child.mjs',
    { table, row, size, baseURL, peers: line.peers, plan: { ...plan, samples: 20 } },
    { flags, dist },
  )
  console.log(`${folder}/${name}\n`)
  for (const { share, where } of hotSpots(JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')))) {
    console.log(`${(100 * share).toFixed(1).padStart(5)} %  ${where}`)
  }
}

/** The functions with the most time of their own, idle time left out. */
const hotSpots = ({ nodes, samples, timeDeltas }) => {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const own = new Map()
  let total = 0
  samples.forEach((id, i) => {
    const { functionName, url, lineNumber } = frames.get(id)
    if (functionName === '(idle)') return
    const file = url.split('/').slice(-2).join('/')
    const where = `${functionName || '(anonymous)'} ${file && `${file}:${lineNumber + 1}`}`
    own.set(where, (own.get(where) ?? 0) + timeDeltas[i])
    total += timeDeltas[i]
  })
  return [...own]
    .sort((a, b) => b[1] - a[1])
    .slice(0, spots)
    .map(([where, time]) => ({ share: time / total, where }))
}
