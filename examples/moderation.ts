/** Comments are labelled by a cheap model, another one stands in where that refuses, and a better one decides what is in doubt. */
import { defineExtractor, extractAll } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const label = defineExtractor({
  name: 'label',
  model: 'openai/gpt-4o-mini',
  fallback: ['groq/llama-3.3-70b-versatile'],
  schemaName: 'Label',
  schema: z.object({
    reason: z.string().describe('one sentence'),
    label: z.enum(['fine', 'spam', 'insult', 'threat']),
    sure: z.boolean().describe('false when a person should look at it'),
  }),
  instructions: 'Label the comment of a reader.',
  // Of OpenRouter the cost comes with the answer.
  prices: {
    'openai/gpt-4o-mini': { input: 0.15, output: 0.6 },
    'groq/llama-3.3-70b-versatile': { input: 0.59, output: 0.79 },
  },
  fetch: cassette(new URL('../cassettes/openai/gpt-4o-mini/moderation.yaml', import.meta.url)),
})
const decide = label.with({ model: 'openrouter/anthropic/claude-sonnet-4', fallback: [] })

const comments = [
  'Great write-up, thanks!',
  'Cheap likes and followers at likes.example',
  'I know where you live. See you tonight.',
  'I would kill for a second part of this.',
]

for await (const item of extractAll(label, comments, { ordered: true })) {
  if (item.status === 'failed') throw item.error
  const second = item.output.sure ? undefined : await decide(item.record).result()
  const { label: found, reason } = second?.output ?? item.output
  const calls = [...item.calls, ...(second?.calls ?? [])]
  const cost = (item.cost ?? 0) + (second?.cost ?? 0)
  console.log(`${found.padEnd(6)} ${item.record}\n       ${reason}`)
  console.log(`       ${calls.map(({ model, outcome }) => `${model} ${outcome}`).join(', ')}: $${cost.toFixed(6)}`)
}
