import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { UsageError } from '../failure.ts'
import type { Io } from '../io.ts'
import { formatOf } from './writer.ts'

/** Every path of a run, as it was typed in. */
export interface Places {
  readonly extractor: string
  /** INPUT: files, folders, globs. */
  readonly inputs: readonly string[]
  /** The files that INPUT stands for. */
  readonly files: readonly string[]
  /** `-` is stdout. */
  readonly output: string
  readonly journal: string | undefined
  /** Where failed records go. */
  readonly failed: string | undefined
  readonly overwrite: boolean
}

/**
 * Sees to it that what a run writes takes the place of nothing else, before anything is paid for.
 *
 * @throws UsageError for an output that is the input, the extractor or another output, by whatever name; that stands in a folder
 * which is the input; whose folder is not there; or that another program has written: no journal stands beside it
 */
export const checkPlaces = (places: Places, { cwd }: Io): void => {
  const { extractor, inputs, files, output, journal, failed, overwrite } = places
  const at = (path: string): string => resolve(cwd, path)
  const exists = (path: string): boolean => statSync(at(path), { throwIfNoEntry: false })?.isFile() === true
  const goesOn = journal !== undefined && exists(journal)
  if (output !== '-') formatOf(output)

  const taken = new Map<string, string>()
  taken.set(identityOf(at(extractor)), 'the extractor')
  for (const file of files) taken.set(identityOf(at(file)), 'the input')
  const written = [['the output', output] as const, ['the journal', journal] as const, ['--failed', failed] as const]
  for (const [name, path] of written) {
    if (path === undefined || path === '-') continue
    const folder = statSync(dirname(at(path)), { throwIfNoEntry: false })
    if (folder?.isDirectory() !== true)
      throw new UsageError(`Cannot write '${path}': there is no folder '${dirname(path)}'`, 'make it first')
    if (statSync(at(path), { throwIfNoEntry: false })?.isDirectory())
      throw new UsageError(`Cannot write '${path}': it is a folder`)
    const identity = identityOf(at(path))
    const other = taken.get(identity)
    if (other !== undefined)
      throw new UsageError(`Cannot write '${path}': it is ${other}`, `give another path for ${name}`)
    taken.set(identity, name)
    const around = inputs.find(input => input !== '-' && isUnder(at(input), at(path)))
    if (around !== undefined) {
      throw new UsageError(
        `Cannot write '${path}': the next run would read it, since the input is all of '${around}'`,
        'write it elsewhere, or give a glob',
      )
    }
    if (path !== journal && !overwrite && !goesOn && exists(path)) {
      throw new UsageError(
        `Cannot write '${path}': it exists, and no journal beside it says that this run began it`,
        `give another path, or --overwrite`,
      )
    }
  }
}

/** The same for all names of one file: links, and the spellings of a file system that does not tell them apart. */
const identityOf = (path: string): string => {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stat === undefined ? placeOf(path) : `${stat.dev}:${stat.ino}`
}

const isUnder = (folder: string, path: string): boolean =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true &&
  placeOf(path).startsWith(`${realpathSync(folder)}${sep}`)

/** The path without links on the way to it. */
const placeOf = (path: string): string => join(realpathSync(dirname(path)), basename(path))
