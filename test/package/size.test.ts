import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './built.ts'
import { measure, statedParts } from './size.ts'

it('keeps what the minimal streaming program loads of ours within 61 KiB min + gzip, and all of it within 63', async () => {
  const { ours, whole } = await measure()
  expect(ours.gzip).toBeLessThanOrEqual(61 * 1024)
  expect(whole.gzip).toBeLessThanOrEqual(63 * 1024)
})

it('states the measured sizes in the README, within 2 % (mend with: npm run size)', async () => {
  const { parts } = await measure()
  const stated = statedParts(readFileSync(join(root, 'README.md'), 'utf8'))
  expect(stated.map(part => part.name)).toEqual(parts.map(part => part.name))
  for (const [at, part] of parts.entries()) {
    expect(Math.abs(stated[at]!.gzip / part.gzip - 1), `gzip of ${part.name}`).toBeLessThanOrEqual(0.02)
    expect(Math.abs(stated[at]!.minified / part.minified - 1), `minified ${part.name}`).toBeLessThanOrEqual(0.02)
  }
})
