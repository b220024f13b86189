/** A plain JSON Schema and a small model that writes loosely: what it must have meant is read, and told; asked again, it is in a cache. */
import { createProvider, extract, jsonSchema, memoryCache } from 'decant'
import { cassette } from 'decant/cassette'

interface Ticket {
  title: string
  status: 'open' | 'in_progress' | 'closed'
  priority: number
}

const Ticket = jsonSchema<Ticket>({
  title: 'Ticket',
  type: 'object',
  properties: {
    title: { type: 'string' },
    status: { enum: ['open', 'in_progress', 'closed'] },
    priority: { type: 'integer', minimum: 1, maximum: 5 },
  },
  required: ['title', 'status', 'priority'],
})

const ollama = createProvider({ name: 'ollama', baseURL: 'http://localhost:11434/v1' })
const options = {
  model: ollama('qwen3'),
  normalize: true,
  cache: memoryCache(),
  fetch: cassette(new URL('../cassettes/ollama/qwen3/ticket.yaml', import.meta.url)),
}

for (const time of ['first', 'second']) {
  const ticket = extract(Ticket, 'Ann is at the login bug already; it is as urgent as can be (1 of 5).', options)
  const { output, cached, warnings } = await ticket.result()
  console.log(time, output, cached ? 'from the cache' : 'from the model')
  for (const { path, code, message } of warnings) console.log(`  ${path.join('.')} ${code}: ${message}`)
}
