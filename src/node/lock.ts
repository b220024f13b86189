import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { JournalError } from '../errors.ts'

/** Locks that this process holds; a process that was started anew may have the number of the one before. */
const held = new Set<string>()

/**
 * Takes `path` as a lock, for as long as this process lives. One that a dead process left behind is taken over.
 *
 * @param of the file that is locked, for the message.
 * @returns what frees it. @throws JournalError `locked`.
 */
export const lock = (path: string, of: string): (() => void) => {
  const me = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) })
  while (!create(path, me)) {
    const holder = read(path)
    if (holder === undefined) continue
    const { pid, host, alive } = lookAt(path, holder)
    if (alive) {
      const who = pid === undefined ? 'somebody' : `process ${pid}${host === hostname() ? '' : ` on '${host}'`}`
      throw new JournalError(
        `Cannot write journal '${of}': ${who} is writing it; wait for it, or delete '${path}' if it runs no more`,
        'locked',
      )
    }
    takeAway(path, holder, me)
  }
  held.add(path)
  return () => {
    held.delete(path)
    if (read(path) === me) rmSync(path, { force: true })
  }
}

/** A lock is there with its text or not at all: one without a text would be taken for that of a process that was killed. */
const create = (path: string, text: string): boolean => {
  const own = `${path}.${process.pid}`
  writeFileSync(own, text)
  try {
    return isNew(() => linkSync(own, path))
  } catch {
    // Not every file system has links.
    return isNew(() => writeFileSync(path, text, { flag: 'wx' }))
  } finally {
    rmSync(own, { force: true })
  }
}

/** False where there is one already. */
const isNew = (make: () => void): boolean => {
  try {
    make()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const lookAt = (path: string, text: string): { pid?: number; host?: string; alive: boolean } => {
  let holder: { pid?: number; host?: string; started?: string }
  try {
    holder = JSON.parse(text) ?? {}
  } catch {
    // Nobody has written it: its disk has lost it.
    return { alive: read(path) !== text }
  }
  const { pid, host, started } = holder
  if (typeof pid !== 'number' || host !== hostname()) return { ...holder, alive: true }
  if (pid === process.pid) return { ...holder, alive: held.has(path) }
  const now = startOf(pid)
  return { ...holder, alive: isAlive(pid) && (started === undefined || now === undefined || started === now) }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** When a process began, in ticks since the machine did (proc(5), field 22 of stat): numbers of processes come again. */
const startOf = (pid: number): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]
  } catch {
    return undefined
  }
}

/**
 * Of several that find the same dead lock one at a time looks again and takes it away: without a guard, one that comes late
 * would take away the lock of whoever came first.
 */
const takeAway = (path: string, dead: string, me: string): void => {
  const guard = `${path}.guard`
  if (!create(guard, me)) {
    const other = read(guard)
    if (other !== undefined && !lookAt(guard, other).alive) rmSync(guard, { force: true })
    return
  }
  try {
    if (read(path) === dead) rmSync(path, { force: true })
  } finally {
    rmSync(guard, { force: true })
  }
}
