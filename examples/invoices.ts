/**
 * A folder of invoices as text becomes one CSV file. Kill it and start it again: what was paid for is not bought twice.
 *
 *   npm run -s example invoices -- --out invoices.csv      plays recorded answers for six invoices
 *   npm run -s example invoices -- FOLDER --out invoices.csv --url http://localhost:11434/v1 --model qwen3
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createProvider, defineExtractor, extractAll } from 'decant'
import { cassette } from 'decant/cassette'
import { fileJournal } from 'decant/node'
import { z } from 'zod'

const { values, positionals } = parseArgs({
  options: { out: { type: 'string', default: 'invoices.csv' }, url: { type: 'string' }, model: { type: 'string' } },
  allowPositionals: true,
})
const folder = positionals[0] ?? fileURLToPath(new URL('data/invoices', import.meta.url))
const recording = new URL('../cassettes/openai/gpt-4o-mini/invoices.yaml', import.meta.url)

const invoice = defineExtractor({
  name: 'invoice',
  schema: z
    .object({ number: z.string(), seller: z.string(), date: z.iso.date(), total: z.number(), currency: z.string() })
    .meta({ title: 'Invoice' }),
  instructions: 'Extract the invoice. The total is what is to be paid.',
  prompt: (file: string) => readFileSync(join(folder, file), 'utf8'),
  ...(values.url === undefined
    ? { model: 'openai/gpt-4o-mini', fetch: cassette(recording, { mode: 'replay' }) }
    : { model: createProvider({ name: 'local', baseURL: values.url })(values.model ?? 'model') }),
})

const files = readdirSync(folder)
  .filter(file => file.endsWith('.txt'))
  .sort()

const run = extractAll(invoice, files, {
  key: file => basename(file, '.txt'),
  journal: fileJournal(`${values.out}.journal`),
  ordered: true,
  concurrency: 2,
  prices: { input: 0.15, output: 0.6 },
  budget: { usd: 1 },
})

/** A cell that begins like a formula is one for a spreadsheet, and a seller's name is a stranger's text. */
const cell = (value: string | number): string =>
  typeof value === 'number' ? String(value) : `"${value.replace(/^[=+\-@]/, "'$&").replaceAll('"', '""')}"`

const rows = ['file,number,seller,date,total,currency']
for await (const item of run) {
  if (item.status === 'failed') console.error(`${item.record}: ${item.error}`)
  else rows.push([item.record, ...Object.values(item.output)].map(cell).join(','))
}
writeFileSync(values.out, `${rows.join('\n')}\n`)

const { done, failed, kept, cost } = await run
console.log(`${done} done, ${failed} failed, ${kept} kept from the journal, $${cost}`)
