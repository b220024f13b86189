/** Words to filters: a discriminated union, taught by an example, as JSON text because forced arguments would come in one piece. */
import { extract } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const Filter = z.discriminatedUnion('by', [
  z.object({ by: z.literal('price'), max: z.number() }),
  z.object({ by: z.literal('color'), anyOf: z.array(z.enum(['red', 'green', 'blue'])) }),
  z.object({ by: z.literal('text'), words: z.string() }),
])

const filters = extract(z.array(Filter), 'a green or blue bike helmet for less than 80 euros', {
  model: 'groq/llama-3.3-70b-versatile',
  mode: 'json-schema',
  schemaName: 'Filters',
  instructions: 'Turn the wish into filters.',
  examples: [
    {
      input: 'red shoes',
      output: [
        { by: 'color', anyOf: ['red'] },
        { by: 'text', words: 'shoes' },
      ],
    },
  ],
  fetch: cassette(new URL('../cassettes/groq/llama-3.3-70b-versatile/search_filters.yaml', import.meta.url)),
})

for await (const filter of filters.elements()) {
  if (filter.by === 'price') console.log('price up to', filter.max)
  else if (filter.by === 'color') console.log('one of the colors', filter.anyOf.join(', '))
  else console.log('with the words', filter.words)
}

const { mode } = await filters.result()
console.log(mode.used, '-', mode.why)
