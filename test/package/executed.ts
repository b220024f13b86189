import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './built.ts'
import { environment } from './execute.ts'
import { browser, others, program } from './size.ts'

/** An answer to the minimal program that needs nothing mended. */
const model = `
  import { eventByEvent, eventsText } from './test/helpers/answer.ts'
  const pieces = JSON.stringify({ name: 'Ann Lee', age: 31, city: 'Oslo' }).match(/.{1,4}/g)
  globalThis.fetch = async (_, { body }) =>
    eventByEvent(eventsText({ name: JSON.parse(body).tool_choice.function.name, pieces }))`

interface Covered {
  readonly functions: readonly { readonly ranges: readonly Range[] }[]
}
interface Range {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

/**
 * Bytes, minified and compressed, of what the minimal program runs until a first good answer is read: the functions that
 * were called, and of those only the branches that were taken. No loading of parts when they are needed can have less.
 */
export const executedBytes = async (): Promise<{ readonly functions: number; readonly branches: number }> => {
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  // Below node_modules, where it finds zod.
  const folder = mkdtempSync(join(cache, 'executed-'))
  try {
    const code = await bundle(program, others)
    writeFileSync(join(folder, 'program.mjs'), code)
    writeFileSync(join(folder, 'model.mjs'), await bundle(model, []))
    const env = { ...environment, NODE_V8_COVERAGE: join(folder, 'coverage') }
    execFileSync(process.execPath, ['--import', './model.mjs', './program.mjs'], { cwd: folder, env })
    const [report] = readdirSync(join(folder, 'coverage'))
    const { result } = JSON.parse(readFileSync(join(folder, 'coverage', report!), 'utf8'))
    const covered: Covered = result.find(({ url }: { url: string }) => url.endsWith('/program.mjs'))
    const outer = covered.functions.flatMap(({ ranges }) => ranges.slice(0, 1))
    const all = covered.functions.flatMap(({ ranges }) => ranges)
    return { functions: bytesOf(code, outer), branches: bytesOf(code, all) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const bundle = async (contents: string, external: readonly string[]): Promise<string> => {
  const stdin = { contents, resolveDir: root }
  const { outputFiles } = await build({ ...browser, stdin, external: [...external] })
  return outputFiles[0]!.text
}

/** The innermost range that holds a character says whether it was run. */
const bytesOf = (code: string, ranges: readonly Range[]): number => {
  const counts = new Uint8Array(code.length).fill(1)
  const inwards = [...ranges].sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
  for (const { startOffset, endOffset, count } of inwards) counts.fill(Math.min(count, 1), startOffset, endOffset)
  return gzipSync([...code].filter((_, at) => counts[at] === 1).join(''), { level: 9 }).byteLength
}
