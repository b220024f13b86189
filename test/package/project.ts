import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './built.ts'

/** A new empty folder outside the project. */
export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'decant-'))

/** A folder in which `decant` is the built package, and every package that this project names is installed. */
export const linkedProject = (): string => {
  const folder = emptyFolder()
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const name of ['decant', ...Object.keys({ ...dependencies, ...devDependencies })]) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(name === 'decant' ? root : join(root, 'node_modules', name), link, 'junction')
  }
  return folder
}
