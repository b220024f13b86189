/** A second model holds an answer against its source; what it finds goes back to the first. One budget pays for both. */
import { createBudget, defineExtractor, extract } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const fetch = cassette(new URL('../cassettes/openrouter/gpt-4o-mini/judged.yaml', import.meta.url))
const budget = createBudget({ usd: 0.05 })

const judge = defineExtractor({
  name: 'judge',
  model: 'openrouter/anthropic/claude-sonnet-4',
  schemaName: 'Unsupported',
  schema: z.array(z.object({ point: z.int().min(0), why: z.string().describe('what the text says instead') })),
  instructions: 'Name the points that the text does not support. None is a good answer.',
  prompt: ({ text, points }: { text: string; points: string[] }) =>
    `${text}\n\n${points.map((point, i) => `${i}. ${point}`).join('\n')}`,
  budget,
  fetch,
})

const article = `The harbour bridge was closed on Monday after divers had found cracks in two of its eleven piers.
Engineers expect repairs to take six weeks. Ferries run every twenty minutes until then, free of charge;
lorries are led over the motorway. The last inspection was in 2019.`

const { output, calls } = await extract(z.object({ points: z.array(z.string()).max(3) }), article, {
  model: 'openrouter/openai/gpt-4o-mini',
  schemaName: 'Summary',
  instructions: 'Sum the text up in at most three points.',
  validate: async ({ points }, { text, signal }) => {
    const unsupported = await judge({ text, points }, { signal })
    return unsupported.map(({ point, why }) => ({
      path: ['points', point],
      message: `is not what the text says: ${why}`,
    }))
  },
  budget,
  fetch,
}).result()

console.log(output.points)
for (const { kind, issues } of calls) console.log(kind, issues)
console.log(`${budget.spent.calls} calls, $${budget.spent.usd}`)
