/** Any OpenAI-compatible endpoint, defaults for a whole program, chat messages as the prompt, and leaving early. */
import { createProvider, withDefaults } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const ollama = createProvider({ name: 'ollama', baseURL: 'http://localhost:11434/v1' })

const extract = withDefaults({
  model: ollama('qwen3'),
  temperature: 0,
  timeout: { idle: 120_000 },
  fetch: cassette(new URL('../cassettes/ollama/qwen3/places.yaml', import.meta.url), { recut: true }),
})

const Places = z.object({ places: z.array(z.string()) }).meta({ title: 'Places' })

const places = extract(Places, [
  { role: 'system', content: 'List the places in the order in which they are visited.' },
  { role: 'user', content: 'We flew to Rome, took the train to Florence and a bus to Siena.' },
])

for await (const { places: seen = [] } of places) {
  console.log(seen)
  // The first two are enough: leaving the last loop aborts the request, and nothing more is paid for.
  if (seen.length > 2) break
}

await places.catch(reason => console.log(reason.name))
const [call] = places.calls
console.log(call?.outcome, call?.usage, call?.estimated)
