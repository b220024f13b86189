import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extract } from 'decant'
import { directoryCache } from 'decant/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { modelServer } from '../helpers/model-server.ts'
import { alice, Person } from '../helpers/person.ts'

const right = { call: 'Person', args: JSON.stringify(alice) }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'decant-cache-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))

describe('directoryCache', () => {
  it('keeps answers for the next process, in a folder that it makes', async () => {
    await using server = await modelServer(right)
    const path = join(folder, 'a', 'b')
    const ask = () => extract(Person, 'Who?', { model: server.model(), cache: directoryCache(path) }).result()
    expect((await ask()).warnings).toEqual([])
    expect(await ask()).toMatchObject({ output: alice, cached: true, warnings: [] })
    expect(files()).toEqual([expect.stringMatching(/\/a\/b\/([0-9a-f]{2})\/\1[0-9a-f]{30}\.json$/)])
    expect(statSync(files()[0]!).mode & 0o077).toBe(0)
  })

  it('asks again where a file is empty, and warns', async () => {
    await using server = await modelServer(right, right)
    const ask = () => extract(Person, 'Who?', { model: server.model(), cache: directoryCache(folder) }).result()
    await ask()
    writeFileSync(files()[0]!, '')
    expect((await ask()).warnings).toMatchObject([{ code: 'cache' }])
    expect((await ask()).cached).toBe(true)
  })

  it('says why it cannot be written, and keeps nothing half', async () => {
    await using server = await modelServer(right)
    const path = join(folder, 'file')
    writeFileSync(path, '')
    const asked = extract(Person, 'Who?', { model: server.model(), cache: directoryCache(path) })
    const { output, warnings } = await asked.result()
    expect(output).toEqual(alice)
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/could not be read from the cache: ENOTDIR/),
      expect.stringMatching(/could not be kept in the cache: (ENOTDIR|EEXIST)/),
    ])
  })

  it('holds whole values while many write the same, and leaves nothing beside them', async () => {
    const value = (i: number) => `${i}`.repeat(100_000)
    const stores = Array.from({ length: 8 }, () => directoryCache(folder))
    const key = 'f'.repeat(32)
    const seen: unknown[] = []
    await Promise.all(
      stores.map(async (store, i) => {
        for (let round = 0; round < 10; round++) {
          await store.set(key, value(i))
          seen.push(await store.get(key))
        }
      }),
    )
    const whole = new Set(stores.map((_, i) => value(i)))
    expect(seen).toHaveLength(80)
    expect(seen.every(each => whole.has(each as string))).toBe(true)
    expect(files()).toHaveLength(1)
  })

  it.each(['../../escape', 'a/b', '', 'CON', 'x'.repeat(5000), '\0'])('takes %j for a key and no path', async key => {
    const store = directoryCache(join(folder, 'in'))
    await store.set(key, 'value')
    expect(await store.get(key)).toBe('value')
    expect(await store.get(`${key}2`)).toBeUndefined()
    expect(files().every(file => file.startsWith(join(folder, 'in')))).toBe(true)
  })
})
