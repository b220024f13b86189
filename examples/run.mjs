#!/usr/bin/env node
// Runs examples/NAME.ts on the sources, with no build in between: npm run example NAME -- [arguments]
import { existsSync, readdirSync } from 'node:fs'
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
    },
    fsCache: at('../node_modules/.cache/jiti'),
    // A Zod schema has a method named `default`, which the interop would take for a default export.
    interopDefault: false,
  })
  await jiti.import(file)
} else {
  const names = readdirSync(at('.')).filter(entry => entry.endsWith('.ts'))
  if (name !== undefined) console.error(`Cannot run example '${name}': there is no examples/${name}.ts`)
  console.error(`Usage: npm run example NAME -- [arguments]\nExamples: ${names.map(n => n.slice(0, -3)).join(', ')}`)
  process.exitCode = 2
}
