// One run over `records` records with a journal, writing every item to the output: what is killed. `dist` is the build.
import { closeSync, openSync, writeSync } from 'node:fs'
import { z } from 'zod'

const { baseURL, records, concurrency, journal, output, dist } = JSON.parse(process.argv[2])
const { createProvider, defineExtractor, extractAll } = await import(new URL('index.js', dist))
const { fileJournal } = await import(new URL('node.js', dist))

const provider = createProvider({ name: 'loopback', baseURL })
const extractor = defineExtractor({
  name: 'item',
  schema: z.object({ n: z.int() }).meta({ title: 'Item' }),
  model: provider('model'),
  prompt: n => String(n),
})

function* source() {
  for (let n = 0; n < records; n++) yield n
}

// The output is made anew by every run: items that the journal has kept come again.
const fd = openSync(output, 'w')
const run = extractAll(extractor, source(), {
  concurrency,
  journal: fileJournal(journal),
  key: n => `k${n}`,
  ordered: true,
})
let bought = false
for await (const item of run) {
  if (!item.kept && !bought) {
    bought = true
    process.stdout.write('bought\n')
  }
  writeSync(fd, `${JSON.stringify({ key: item.key, status: item.status, output: item.output })}\n`)
}
closeSync(fd)
process.stdout.write(`${JSON.stringify(await run)}\n`)
