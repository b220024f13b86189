import { spawn } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { root } from './built.ts'
import { expectationsOf, type Program, runnable } from './program.ts'

export interface Difference {
  /** Line in the Markdown file. */
  readonly line: number
  readonly want: readonly string[]
  readonly got: readonly string[]
}

/** What no snippet and no consumer may depend on: our own environment. The keys are dummies, since nothing is sent. */
export const environment = {
  PATH: process.env.PATH,
  OPENAI_API_KEY: 'dummy',
  XAI_API_KEY: 'dummy',
  GROQ_API_KEY: 'dummy',
  OPENROUTER_API_KEY: 'dummy',
}

/**
 * Runs a program in a folder in which `decant` and `zod` are installed; answers where it printed something other than
 * its `//=>` comments say. Rejects with the program's own complaint when it fails.
 */
export const execute = async (
  folder: string,
  program: Program,
  format: 'mjs' | 'cjs' = 'mjs',
): Promise<Difference[]> => {
  const file = join(folder, `${program.fence.at.replace(/\W+/g, '-')}.${format}`)
  const prelude = join(folder, 'prelude.mjs')
  copyFileSync(new URL('prelude.mjs', import.meta.url), prelude)
  writeFileSync(file, runnable(program, format))
  const child = spawn(process.execPath, ['--enable-source-maps', '--import', pathToFileURL(prelude).href, file], {
    cwd: folder,
    env: {
      ...environment,
      SNIPPET_ROOT: pathToFileURL(root).href,
      SNIPPET_EXPECTS: JSON.stringify(expectationsOf(program)),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const [complaint, differences, code] = await Promise.all([
    text(child.stdio[2] as Readable),
    text(child.stdio[3] as Readable),
    new Promise(resolve => child.on('close', resolve)),
  ])
  if (code !== 0) throw new Error(`Cannot run '${basename(file)}': it ended with ${code}\n${complaint}`)
  return JSON.parse(differences)
}
