#!/usr/bin/env node
// Runs examples/NAME.ts on the sources, with no build in between: npm run example NAME -- [arguments]
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'

const at = path => fileURLToPath(new URL(path, import.meta.url))
const [name, ...rest] = process.argv.slice(2)
const file = at(`${name}.ts`)

if (name !== undefined && /^[\w-]+$/.test(name) && existsSync(file)) {
  process.argv = [process.argv[0], file, ...rest]
  const jiti = createJiti(import.meta.url, {
    alias: {
      decant: at('../src/index.ts'),
      'decant/json': at('../src/json/index.ts'),
      'decant/cassette': at('../src/cassette/index.ts'),
      'decant/node': at('../src/node/index.ts'),
    },
    fsCache: at('../node_modules/.cache/jiti'),
    // A Zod schema has a method named `default`, which the interop would take for a default export.
    interopDefault: false,
  })
  await jiti.import(file)
} else {
  const examples = readdirSync(at('.')).filter(entry => entry.endsWith('.ts'))
  const widest = Math.max(...examples.map(entry => entry.length))
  const lines = examples.map(entry => `  ${entry.slice(0, -3).padEnd(widest)}${aboutOf(entry)}`)
  const list = `Usage: npm run example NAME -- [arguments]\n${lines.join('\n')}`
  if (name === undefined) console.log(list)
  else {
    console.error(`Cannot run example '${name}': there is no examples/${name}.ts\n${list}`)
    process.exitCode = 2
  }
}

/** The first sentence of an example's opening comment. */
function aboutOf(entry) {
  return /^\/\*\*[\s*]*([^\n]*?)(?: \*\/)?\n/.exec(readFileSync(at(entry), 'utf8'))?.[1] ?? ''
}
