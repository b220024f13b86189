import { relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { built, root } from './built.ts'

export interface Part {
  readonly name: string
  /** Bytes, minified. */
  readonly minified: number
  /** Bytes, minified and compressed with gzip at level 9. */
  readonly gzip: number
}

const person = 'const Person = z.object({ name: z.string(), age: z.int(), city: z.string() })'

/** The smallest streaming program: what a page pays for. */
export const program = `
  import { z } from 'zod'
  import { extract } from 'decant'
  ${person}
  for await (const partial of extract(Person, 'Who?', { model: 'xai/grok-4-fast' })) console.log(partial)`

const zodAlone = `import { z } from 'zod'\n${person}\nconsole.log(Person)`
const zod3Conversion = `export { zodToJsonSchema } from 'zod-to-json-schema'`

const zod = ['zod', 'zod/*']

export const others = [...zod, 'zod-to-json-schema']

/**
 * The parts of the minimal streaming program, bundled for the browser from the built package.
 *
 * Ours is told twice: what a page loads before the program runs, and all of it, as a bundler has it that makes one file and
 * splits nothing off.
 */
export const measure = async (): Promise<{ ours: Part; whole: Part; parts: readonly Part[] }> => {
  const ours = await sizeOf('decant, loaded at once', program, others, true)
  const whole = await sizeOf('decant, with what is loaded when it is needed', program, others)
  const conversion = await sizeOf('zod-to-json-schema, for Zod 3 schemas', zod3Conversion, zod)
  const withZod3 = await sizeOf('', zod3Conversion, [])
  const zod3 = {
    name: 'zod/v3, which zod-to-json-schema imports',
    minified: withZod3.minified - conversion.minified,
    gzip: withZod3.gzip - conversion.gzip,
  }
  return {
    ours,
    whole,
    parts: [ours, whole, conversion, zod3, await sizeOf('zod', zodAlone, []), await sizeOf('all of it', program, [])],
  }
}

/** @param splitting of several files count those that are imported by statements. */
const sizeOf = async (name: string, contents: string, external: string[], splitting = false): Promise<Part> => {
  const stdin = { contents, resolveDir: root }
  const { outputFiles, metafile } = await build({ ...browser, stdin, external, splitting })
  const atOnce = loadedAtOnce(metafile)
  const code = outputFiles.filter(({ path }) => atOnce.has(relative(process.cwd(), path))).map(file => file.contents)
  const bytes = (list: readonly Uint8Array[]) => list.reduce((sum, item) => sum + item.byteLength, 0)
  return { name, minified: bytes(code), gzip: bytes(code.map(item => gzipSync(item, { level: 9 }))) }
}

const loadedAtOnce = ({ outputs }: Metafile): ReadonlySet<string> => {
  const loaded = new Set(Object.keys(outputs).filter(path => outputs[path]!.entryPoint === '<stdin>'))
  for (const path of loaded)
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') loaded.add(next)
  return loaded
}

export const browser = {
  bundle: true,
  write: false,
  metafile: true,
  outdir: 'out',
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  alias: { decant: built('index.js') },
  // Without this esbuild follows the `paths` of tsconfig.json to the sources.
  tsconfigRaw: {},
} as const satisfies BuildOptions

export const kib = (bytes: number): string => `${(bytes / 1024).toFixed(2)} KiB`

/** The README's block: a table between its markers. */
export const sizeTable = (parts: readonly Part[]): string =>
  [
    '<!-- size -->',
    '| part of a minimal streaming program | minified | and gzip |',
    '|---|--:|--:|',
    ...parts.map(part => `| ${part.name} | ${kib(part.minified)} | ${kib(part.gzip)} |`),
    '<!-- /size -->',
  ].join('\n')

export const sizeBlock = /<!-- size -->[\s\S]*?<!-- \/size -->/

/** The figures of a README's block as parts; throws when the markers are absent. */
export const statedParts = (readme: string): Part[] => {
  const block = sizeBlock.exec(readme)?.[0]
  if (block === undefined)
    throw new Error("Cannot find '<!-- size -->' … '<!-- /size -->' in README.md: the block must exist")
  return [...block.matchAll(/^\| (.+?) \| ([\d.]+) KiB \| ([\d.]+) KiB \|$/gm)].map(([, name, minified, gzip]) => ({
    name: String(name),
    minified: Number(minified) * 1024,
    gzip: Number(gzip) * 1024,
  }))
}
