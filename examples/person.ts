/**
 * Watch a Person grow out of a model's stream.
 *
 *   npm run demo                                              plays a recorded answer: no key, no network
 *   npm run demo -- --model openai/gpt-4o-mini "Some text"    asks a model; its key comes from the environment
 */
import { parseArgs } from 'node:util'
import { ExtractError, extract } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const Person = z
  .object({
    name: z.string().describe("The person's name"),
    age: z.int().describe("The person's age"),
    city: z.string().describe('The city where the person lives'),
  })
  .meta({ title: 'Person', description: 'A person with name, age, and city' })

const { values, positionals } = parseArgs({ options: { model: { type: 'string' } }, allowPositionals: true })
const prompt =
  positionals.join(' ') || 'Generate information about a person named Alice who is 30 years old and lives in Paris.'

const recording = new URL('../cassettes/xai/grok-4-fast/simple_object_streaming.yaml', import.meta.url)
if (values.model === undefined) {
  console.error('Playing a recorded answer of xai/grok-4-fast; it came in one piece and is shown in token-sized ones.')
}

const live = process.stdout.isTTY
// A recording plays as fast as it is read; eyes are slower.
const pace = live ? 60 : 0

const person = extract(Person, prompt, {
  model: values.model ?? 'xai/grok-4-fast',
  maxOutputTokens: 4000,
  fetch: values.model === undefined ? cassette(recording, { mode: 'replay', recut: true, pace }) : undefined,
})

let drawn = 0

try {
  for await (const partial of person) {
    if (live) redraw(partial)
    else console.log(JSON.stringify({ partial }))
  }
  const { output, usage, cost } = await person.result()
  console.log(JSON.stringify({ output, usage, cost }))
} catch (error) {
  if (!(error instanceof ExtractError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

function redraw(partial: unknown): void {
  // What a model wrote must not steer the terminal: JSON escapes the control characters below U+0020, not those above.
  const text = JSON.stringify(partial, null, 2).replace(/[\u007f-\u009f]/g, '')
  if (drawn > 0) process.stdout.write(`\u001b[${drawn}A\u001b[J`)
  drawn = text.split('\n').length
  console.log(text)
}
