import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'

const writers = 6
const rounds = 15

let folder: string
let script: string
beforeAll(async () => {
  folder = mkdtempSync(join(process.cwd(), 'node_modules/.lock-'))
  const built = join(folder, 'lock.mjs')
  await build({ entryPoints: ['src/node/lock.ts'], outfile: built, format: 'esm', bundle: true, platform: 'node' })
  script = join(folder, 'writer.mjs')
  writeFileSync(
    script,
    `import { lock } from ${JSON.stringify(pathToFileURL(built).href)}
let free
process.on('message', path => {
  try {
    if (path === 'free') free?.()
    free = path === 'free' ? undefined : lock(path, 'x')
    process.send(path === 'free' ? 'freed' : 'held')
  } catch (error) {
    process.send(error.code)
  }
})
process.send('ready')
`,
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

it('of several processes that find a dead lock at the same time, one gets it', async () => {
  const all = Array.from({ length: writers }, () => fork(script))
  const told = () => Promise.all(all.map(async writer => (await once(writer, 'message'))[0] as string))
  await told()
  try {
    for (let round = 0; round < rounds; round++) {
      const path = join(folder, `${round}.lock`)
      // Of a process that is no more, or whose text is lost.
      writeFileSync(path, round % 3 === 0 ? '' : JSON.stringify({ pid: 4_194_305, host: hostname() }))
      const outcome = told()
      for (const writer of all) writer.send(path)
      expect((await outcome).sort()).toEqual(['held', ...Array(writers - 1).fill('locked')])
      const freed = told()
      for (const writer of all) writer.send('free')
      await freed
      expect(existsSync(path)).toBe(false)
    }
    expect(readdirSync(folder).filter(name => name.endsWith('.guard'))).toEqual([])
  } finally {
    for (const writer of all) writer.disconnect()
  }
})

it('takes a dead lock over although whoever took it over last was killed at that', async () => {
  const path = join(folder, 'guarded.lock')
  writeFileSync(path, JSON.stringify({ pid: 4_194_305, host: hostname() }))
  writeFileSync(`${path}.guard`, JSON.stringify({ pid: 4_194_305, host: hostname() }))
  const writer = fork(script)
  await once(writer, 'message')
  writer.send(path)
  expect((await once(writer, 'message'))[0]).toBe('held')
  writer.disconnect()
})
