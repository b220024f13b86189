/** One of several functions, picked by the model, which looks an order up first: the answer is a discriminated union. */
import { extract, oneOf } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const Refund = z.object({ order: z.string(), cents: z.int().positive() }).describe('Give money back for an order')
const Forward = z
  .object({ team: z.enum(['sales', 'legal', 'press']), why: z.string() })
  .describe('Leave it to people who know more')
const Reply = z.object({ text: z.string() }).describe('Answer at once, in one sentence')

const orders: Record<string, object> = { 4711: { item: 'desk lamp', cents: 4900, delivered: '2026-11-16' } }

const step = extract(
  oneOf({ refund: Refund, forward: Forward, reply: Reply }),
  'My lamp (order 4711) came in two pieces. I want my money back.',
  {
    model: 'openai/gpt-4o-mini',
    instructions: 'Decide what happens with the mail. Look the order up before you refund it.',
    tools: {
      order: {
        description: 'An order by its number',
        inputSchema: z.object({ number: z.string() }),
        execute: ({ number }) => orders[number] ?? 'no such order',
      },
    },
    fetch: cassette(new URL('../cassettes/openai/gpt-4o-mini/inbox_router_streaming.yaml', import.meta.url)),
  },
)

for await (const event of step.events()) {
  if (event.type === 'tool' && event.state === 'done') console.log(event.name, event.input, event.output)
  if (event.type === 'partial') console.log('so far:', JSON.stringify(event.value))
}

const { name, value } = await step
if (name === 'refund') console.log(`refund ${value.cents / 100} for order ${value.order}`)
else console.log(name, value)
