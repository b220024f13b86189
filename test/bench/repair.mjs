#!/usr/bin/env node
// What repairs cost: node test/bench/repair.mjs [--runs 1000] [--write]. Runs on the sources, asks no model.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createJiti } from 'jiti'

const at = path => fileURLToPath(new URL(path, import.meta.url))
const { values } = parseArgs({ options: { runs: { type: 'string' }, write: { type: 'boolean' } } })
const jiti = createJiti(import.meta.url, { alias: { decant: at('../../src/index.ts') }, interopDefault: false })
const { compare } = await jiti.import('../helpers/simulated-model.ts')

const cells = [
  [1000, 1],
  [1000, 3],
  [5000, 1],
  [5000, 3],
  [20_000, 1],
  [20_000, 3],
]
const whole = number => Math.round(number).toLocaleString('en')
const lines = []
for (const [bytes, broken] of cells) {
  const row = await compare(Number(values.runs ?? 1000), { bytes, broken, skill: 0.8 })
  lines.push([
    `${bytes / 1000} KB`,
    broken,
    row.runs,
    whole(row.whole),
    whole(row.auto),
    `${((100 * row.auto) / row.whole).toFixed(1)} %`,
    whole(row.wholeTokens),
    whole(row.autoTokens),
    row.dearer,
    row.right,
    row.lost,
  ])
  console.log(lines.at(-1).join(' | '))
}

if (values.write) {
  const head = [
    'document',
    'wrong fields',
    'runs',
    'repair output, whole',
    'repair output, auto',
    'share',
    'all tokens, whole',
    'all tokens, auto',
    'runs dearer in auto',
    'right in auto',
    'lost',
  ]
  const table = [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...lines].map(
    cells => `| ${cells.join(' | ')} |`,
  )
  const [begin, end] = ['<!-- repair -->', '<!-- /repair -->']
  const file = at('../../BENCHMARKS.md')
  const text = readFileSync(file, 'utf8')
  const before = text.slice(0, text.indexOf(begin) + begin.length)
  writeFileSync(file, `${before}\n\n${table.join('\n')}\n\n${text.slice(text.indexOf(end))}`)
}
