import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { exits } from '../exit.ts'
import { UsageError } from '../failure.ts'
import type { Io, Manner } from '../io.ts'
import { starter, starterRecords } from '../starter.ts'

/** Writes a commented extractor and a few records to try it on; takes nothing's place. */
export const initCommand = async (file: string, manner: Manner, io: Io): Promise<number> => {
  if (!/\.[cm]?[jt]s$/.test(file)) throw new UsageError(`Cannot write '${file}': it must end in .ts or .js`)
  const extractor = resolve(io.cwd, file)
  const records = join(dirname(file), 'mails.jsonl')
  if (existsSync(extractor)) {
    throw new UsageError(`Cannot write '${file}': it exists`, 'give another name: decant init other.ts')
  }
  if (!existsSync(dirname(extractor))) {
    throw new UsageError(`Cannot write '${file}': there is no folder '${dirname(file)}'`, 'make it first')
  }
  const kept = existsSync(resolve(io.cwd, records))
  writeFileSync(extractor, /\.[cm]?js$/.test(file) ? starter.replace(/\(mail: \{.*?\}\)/, 'mail') : starter)
  if (!kept)
    writeFileSync(resolve(io.cwd, records), starterRecords.map(record => `${JSON.stringify(record)}\n`).join(''))
  if (!manner.quiet) {
    io.stderr.write(`wrote ${file}${kept ? `; ${records} is there already` : ` and ${records}`}; next:
  npm install decant zod
  npx decant schema ${file}                           what is sent, and its size
  npx decant run ${file} ${records} -o out.jsonl --dry-run
  npx decant run ${file} ${records} -o out.jsonl      needs the key of its model: npx decant doctor
`)
  }
  return exits.done
}
