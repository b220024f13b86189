import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
// @ts-expect-error: a script, run by node without a build
import { killRuns } from '../kills/kills.mjs'

let dist: string
beforeAll(async () => {
  dist = mkdtempSync(join(process.cwd(), 'node_modules/.kills-'))
  await build({
    entryPoints: { index: 'src/index.ts', node: 'src/node/index.ts' },
    outdir: dist,
    format: 'esm',
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    logLevel: 'error',
  })
})
afterAll(() => rmSync(dist, { recursive: true }))

it('kill -9 at any moment loses nothing that counted, doubles nothing, and buys again at most what was in flight', async () => {
  const options = { kills: 10, each: 10, records: 300, concurrency: 4, seed: 1, pause: 5 }
  const sum = await killRuns({ ...options, dist: `${pathToFileURL(dist).href}/` })
  expect(sum).toMatchObject({ killed: 10, lost: 0, doubled: 0 })
  expect(sum.boughtTwice).toBeLessThanOrEqual(sum.most)
})
