import { createRequire } from 'node:module'
import { dirname } from 'node:path'

const require = createRequire(import.meta.url)

/** By its own name: the same from the sources and from the built file. */
export const packageFolder = (): string => dirname(require.resolve('decant/package.json'))

export const packageVersion = (): string => (require('decant/package.json') as { version: string }).version
