import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { lock } from '../../src/node/lock.ts'

vi.mock('node:fs', async original => ({
  ...(await original<typeof import('node:fs')>()),
  linkSync: () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM', syscall: 'link' })
  },
}))

it('a lock holds on a file system without links, too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'decant-links-'))
  const path = join(folder, 'x.lock')
  const free = lock(path, 'x')
  expect(() => lock(path, 'x')).toThrow(`Cannot write journal 'x': process ${process.pid} is writing it`)
  free()
  expect(existsSync(path)).toBe(false)
  lock(path, 'x')()
  rmSync(folder, { recursive: true })
})
