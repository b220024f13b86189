// Memory in a process of its own: one stream (its peak), or a thousand open ones (what each costs). Needs --expose-gc.
import { setTimeout as sleep } from 'node:timers/promises'
import { floor } from './floor.mjs'
import { createProvider, extract } from './library.mjs'
import { Batch, name, prompt } from './schema.mjs'

const { row, size, baseURL, streams } = JSON.parse(process.argv[2])
const provider = createProvider({ name: 'bench', baseURL })

let lastRead = 0
const onRead = () => {
  lastRead = performance.now()
}

const readers = {
  F2: model => floor(baseURL, model, onRead),
  decant: async model => {
    const extraction = extract(Batch, prompt, { model: provider(model), schemaName: name })
    for await (const _ of extraction) onRead()
    return await extraction
  },
}
const read = readers[row]

const settled = async () => {
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await sleep(50)
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, live: heapUsed + external }
}

/** How long nothing must have come for all streams to count as read as far as the server has sent. */
const quiet = 2000

const openStreams = async () => {
  await read('1k')
  const before = await settled()
  const ends = Array.from({ length: streams }, () => read(`${size} held`))
  onRead()
  while (performance.now() - lastRead < quiet) await sleep(100)
  const after = await settled()
  await fetch(`${baseURL.replace('/v1', '')}/release`, { method: 'POST' })
  await Promise.all(ends)
  return { rss: (after.rss - before.rss) / streams, live: (after.live - before.live) / streams }
}

const oneStream = async () => {
  await read(size)
  return {}
}

const measured = streams === 1 ? await oneStream() : await openStreams()
const peak = process.resourceUsage().maxRSS * 1024
process.stdout.write(`${JSON.stringify({ ...measured, peak, node: process.version })}\n`)
process.exit()
