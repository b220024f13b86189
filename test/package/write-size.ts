// Measures the built package and writes its sizes into README.md: npm run size
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './built.ts'
import { capabilityBytes } from './capabilities.ts'
import { executedBytes } from './executed.ts'
import { importTimes } from './import-time.ts'
import { kib, measure, sizeBlock, sizeTable, statedParts } from './size.ts'

const path = join(root, 'README.md')
const readme = readFileSync(path, 'utf8')
statedParts(readme)
const table = sizeTable((await measure()).parts)
writeFileSync(
  path,
  readme.replace(sizeBlock, () => table),
)
console.log(table)
for (const { name, ms } of importTimes()) console.log(`import '${name}': ${ms.toFixed(1)} ms of CPU more`)
for (const { name, gzip } of await capabilityBytes()) console.log(`${kib(gzip)}: ${name}`)
const { functions, branches } = await executedBytes()
console.log(
  `${kib(functions)}: the functions that the minimal program calls; ${kib(branches)}: the branches that it takes`,
)
