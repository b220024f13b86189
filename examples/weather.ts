/** Tools before the answer, and a model that thinks: its signed reasoning is sent back with the tool's result. */
import { extract } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const answer = extract(z.string(), "What's the weather in Florence, Italy?", {
  model: 'openrouter/anthropic/claude-sonnet-4',
  instructions: 'You are a helpful assistant',
  reasoning: { effort: 'medium' },
  tools: {
    weather: {
      description: 'Get weather information for a location',
      inputSchema: z.object({ location: z.string().describe('the city') }),
      execute: ({ location }) => (location.startsWith('Florence') ? '40 C' : 'unknown'),
    },
  },
  fetch: cassette(new URL('../cassettes/openrouter/claude-sonnet-4/thinking_streaming.yaml', import.meta.url)),
})

for await (const event of answer.events()) {
  if (event.type === 'tool') console.log(`tool ${event.name} ${event.state}:`, event.output ?? event.input)
  if (event.type === 'text') console.log('text:', event.delta)
}

const { reasoning, cost } = await answer.result()
console.log('thought:', reasoning)
console.log(`cost: $${cost}`)
