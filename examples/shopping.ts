/** Several functions, called as often as the model likes: each call is an element as soon as it closes. */
import { extract, manyOf } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const Buy = z.object({ item: z.string(), amount: z.int().positive() }).describe('Something to buy')
const Remind = z.object({ of: z.string(), on: z.iso.date() }).describe('Something not to be forgotten on a day')

const note = extract(
  manyOf({ buy: Buy, remind: Remind }),
  'We are out of bread, get two, and six eggs. The dentist is on December 3. And coffee!',
  {
    model: 'openai/gpt-4o-mini',
    instructions: 'Note everything that is to be done. It is 2026-11-21.',
    fetch: cassette(new URL('../cassettes/openai/gpt-4o-mini/shopping_streaming.yaml', import.meta.url)),
  },
)

for await (const { name, value } of note.elements()) {
  if (name === 'buy') console.log(`buy ${value.amount} x ${value.item}`)
  else console.log(`${value.on}: ${value.of}`)
}

const { output, calls } = await note.result()
console.log(`${output.length} calls of functions in ${calls.length} request`)
