#!/usr/bin/env node
// What schemas cost in tokens: node test/bench/tokens.mjs [--write]. Runs on the sources; the other libraries are those of test/bench.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { createJiti } from 'jiti'

const at = path => fileURLToPath(new URL(path, import.meta.url))
const { values } = parseArgs({ options: { write: { type: 'boolean' } } })
const jiti = createJiti(import.meta.url, { alias: { decant: at('../../src/index.ts') }, interopDefault: false })
const { declarations, sizes } = await jiti.import('../helpers/token-schemas.ts')
const { asSchema } = await import('ai')
const { zodFunction } = await import('openai/helpers/zod')

const cells = []
for (const [name, declaration] of Object.entries(declarations)) {
  const { schema } = declaration
  const { name: title, description } = sizes(declaration).functionNamed
  const sdk = {
    type: 'function',
    function: { name: title, description, parameters: await asSchema(schema).jsonSchema },
  }
  let helper
  try {
    helper = countTokens(JSON.stringify([zodFunction({ name: title, description, parameters: schema })]))
  } catch {
    helper = 'refused'
  }
  const { strictFalse, omitted, byHand } = sizes(declaration)
  cells.push([name, strictFalse, omitted, byHand, countTokens(JSON.stringify([sdk])), helper])
}
const head = ['declaration', 'decant, `strict: false`', 'decant, without', 'by hand', 'AI SDK', 'openai helper']
const line = each => `| ${each.join(' | ')} |`
const table = [line(head), '|---|--:|--:|--:|--:|--:|', ...cells.map(line)].join('\n')
console.log(table)
if (values.write) {
  const file = at('../../BENCHMARKS.md')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(/(<!-- tokens -->\n)[\s\S]*?(<!-- \/tokens -->)/, `$1${table}\n$2`))
}
