import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's own folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A file of the built package; throws when the build is absent or older than the sources. */
export const built = (file: string): string => {
  const path = join(root, 'dist', file)
  if (!existsSync(path) || statSync(path).mtimeMs < newestSource()) {
    throw new Error(`Cannot test 'dist/${file}': it is absent or older than src/ (run: npm run build)`)
  }
  return path
}

const newestSource = (): number => {
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return Math.max(...files.map(file => statSync(join(file.parentPath, file.name)).mtimeMs))
}
