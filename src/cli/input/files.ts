import { readdirSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { UsageError } from '../failure.ts'

const records = 'INPUT is a .jsonl, .json or .csv file, text files, a folder of them, a quoted glob, or - for stdin'

const isGlob = (input: string): boolean => /[*?[]/.test(input)

/** The files that one INPUT stands for, as paths from `cwd`, sorted; hidden ones are left out. */
export const filesOf = (input: string, cwd: string, hint = records): readonly string[] => {
  const stat = statSync(resolve(cwd, input), { throwIfNoEntry: false })
  if (stat?.isDirectory()) return under(input, cwd)
  if (stat?.isFile()) return [input]
  if (stat !== undefined) {
    throw new UsageError(
      `Cannot read '${input}' twice: it is a pipe or a device, and files are read through before anything is sent`,
      'give - as INPUT, and pipe it in',
    )
  }
  const found = isGlob(input) ? matching(input, cwd) : []
  if (found.length > 0) return found
  throw new UsageError(
    `Cannot read '${input}': ${isGlob(input) ? 'no file has such a name' : 'there is no such file'}`,
    hint,
  )
}

const under = (folder: string, cwd: string): readonly string[] =>
  readdirSync(resolve(cwd, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(resolve(cwd, folder).length + 1))
    .filter(path => !path.split(sep).some(part => part.startsWith('.')))
    .sort()
    .map(path => join(folder, path))

const matching = (glob: string, cwd: string): readonly string[] => {
  const parts = glob.split('/')
  const fixed = parts.findIndex(isGlob)
  const folder = parts.slice(0, fixed).join('/') || (glob.startsWith('/') ? '/' : '.')
  if (statSync(resolve(cwd, folder), { throwIfNoEntry: false })?.isDirectory() !== true) return []
  const pattern = patternOf(parts.slice(fixed).join('/'))
  return under(folder, cwd).filter(path => {
    const inside = folder === '.' ? path : path.slice(join(folder, '/').length)
    return pattern.test(inside.split(sep).join('/'))
  })
}

const tokens: readonly (readonly [token: RegExp, pattern: string | ((token: string) => string)])[] = [
  [/^\*\*\//, '(?:.*/)?'],
  [/^\*+/, '[^/]*'],
  [/^\?/, '[^/]'],
  [/^\[!?[^\]]+\]/, token => `[${token.slice(1, -1).replace(/^!/, '^').replaceAll('\\', '\\\\')}]`],
  [/^[\s\S]/, token => token.replace(/[\\^$.|+(){}]/g, '\\$&')],
]

/** A regular expression for a glob of `*`, `**`, `?` and `[…]`. */
const patternOf = (glob: string): RegExp => {
  let source = ''
  for (let rest = glob; rest !== ''; ) {
    for (const [token, pattern] of tokens) {
      const [found] = token.exec(rest) ?? []
      if (found === undefined) continue
      source += typeof pattern === 'string' ? pattern : pattern(found)
      rest = rest.slice(found.length)
      break
    }
  }
  return new RegExp(`^${source}$`, 'u')
}
