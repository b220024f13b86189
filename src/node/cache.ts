import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CacheStore } from '../types.ts'

/**
 * A cache in a directory, which is made when the first answer is kept: one file for each, readable by its owner alone. A file
 * is there whole or not at all, and whoever is later has the last word, so any number of processes may share the directory.
 * Nothing is ever forgotten: delete it, or what is old in it, at any time.
 */
export const directoryCache = (path: string): CacheStore => ({
  async get(key) {
    try {
      return await readFile(fileOf(path, key), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  },
  async set(key, value) {
    const file = fileOf(path, key)
    const beside = `${file}.${randomUUID()}.tmp`
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    try {
      await writeFile(beside, value, { flag: 'wx', mode: 0o600 })
      // No sync before it: what a power cut leaves behind does not fit its checksum, and is asked for again.
      await rename(beside, file)
    } catch (error) {
      await rm(beside, { force: true })
      throw error
    }
  },
})

/** In a folder for each of 256 beginnings, since some systems are slow with many names in one. */
const fileOf = (path: string, key: string): string => {
  const name = /^[0-9a-f]{32}$/.test(key) ? key : createHash('sha256').update(key).digest('hex')
  return join(path, name.slice(0, 2), `${name}.json`)
}
