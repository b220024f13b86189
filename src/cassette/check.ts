import { readFileSync } from 'node:fs'
import { CassetteError } from '../errors.ts'
import { readCassette } from './file.ts'
import type { RecordedHeaders } from './interaction.ts'
import { keptHeaders, publicUrl } from './request.ts'
import { Secrets } from './secrets.ts'

/** One thing wrong with a cassette. */
export interface CassetteFault {
  /** From 1; absent where no single line is at fault. */
  readonly line?: number
  /** Never holds the secret itself. */
  readonly message: string
}

/**
 * What is wrong with a cassette file, old ones and those of other tools included: that it cannot be read, secrets in it
 * (values of environment variables whose names end in `_API_KEY`, `_TOKEN` or `_SECRET`, and what looks like a key),
 * headers that no file should hold, credentials in URLs. Sends nothing, changes nothing.
 *
 * @returns the faults in the order of the file; none for a file that can be shared
 */
export function checkCassette(path: string | URL): readonly CassetteFault[] {
  try {
    const { interactions } = readCassette(path)
    const secrets = new Secrets([])
    secrets.learnEnvironment()
    const lines = readFileSync(path, 'utf8').split('\n')
    const found = lines.flatMap((text, index): CassetteFault[] => {
      const source = secrets.find(text)
      return source === undefined ? [] : [{ line: index + 1, message: `holds ${source}` }]
    })
    const odd = interactions.flatMap(({ request, response }, index) => [
      ...strangers(request.headers, 'request', index),
      ...(publicUrl(request.url) === new URL(request.url).href
        ? []
        : [{ message: `interactions[${index}].request.url holds a user, a password or a key` }]),
      ...strangers(response.headers, 'response', index),
    ])
    return [...found, ...odd]
  } catch (error) {
    if (error instanceof CassetteError) return [{ message: error.message }]
    throw error
  }
}

const strangers = (
  headers: RecordedHeaders | undefined,
  of: 'request' | 'response',
  index: number,
): CassetteFault[] => {
  const names = Object.keys(headers ?? {})
  const kept = Object.keys(keptHeaders(new Headers(Object.fromEntries(names.map(name => [name, '']))), of) ?? {})
  return names
    .filter(name => !kept.some(each => each.toLowerCase() === name.toLowerCase()))
    .map(name => ({
      message: `interactions[${index}].${of}.headers holds ${name}, which is not on the list of harmless ones`,
    }))
}
