import { resolve } from 'node:path'
import { checkCassette } from 'decant/cassette'
import { exits } from '../exit.ts'
import { UsageError } from '../failure.ts'
import { filesOf } from '../input/files.ts'
import type { Io, Manner } from '../io.ts'
import { times } from '../terminal/numbers.ts'
import { plain, safeJson } from '../terminal/text.ts'

/** Checks recordings: their format, and that they hold nothing secret. */
export const cassetteCheckCommand = async (paths: readonly string[], manner: Manner, io: Io): Promise<number> => {
  const files = paths
    .flatMap(path => filesOf(path, io.cwd, 'give recordings (.yaml), or folders of them'))
    .filter(path => paths.includes(path) || /\.ya?ml$/.test(path))
  if (files.length === 0) throw new UsageError(`Cannot check '${paths.join("', '")}': there is no .yaml file`)
  let faulty = 0
  for (const file of files) {
    const faults = checkCassette(resolve(io.cwd, file))
    if (faults.length > 0) faulty++
    for (const { line, message } of faults) {
      io.stdout.write(
        manner.json
          ? `${safeJson({ file, line, message })}\n`
          : `${plain(`${file}${line === undefined ? '' : `:${line}`}: ${message}`)}\n`,
      )
    }
  }
  if (!manner.quiet && !manner.json) {
    io.stderr.write(
      faulty === 0
        ? `${times(files.length, 'cassette')}, nothing wrong\n`
        : `${faulty} of ${times(files.length, 'cassette')} with faults; renew every key that leaked\n`,
    )
  }
  return faulty === 0 ? exits.done : exits.failed
}
