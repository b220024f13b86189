/** One declaration, many inputs: an extractor, called for each mail and with other options for one of them. */
import { defineExtractor, OutputError } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const request = defineExtractor({
  name: 'request',
  model: 'groq/llama-3.3-70b-versatile',
  schemaName: 'Request',
  schema: z.object({
    topic: z.enum(['refund', 'delivery', 'other']),
    order: z.string().nullable().describe('the order number, or null'),
    urgent: z.boolean(),
  }),
  instructions: 'Say what the customer wants.',
  prompt: (mail: { from: string; body: string }) => `From: ${mail.from}\n\n${mail.body}`,
  fetch: cassette(new URL('../cassettes/groq/llama-3.3-70b-versatile/mails.yaml', import.meta.url)),
})

const mails = [
  { from: 'ann@example.com', body: 'My parcel 4711 should have been here on Monday. I need it TODAY.' },
  { from: 'ben@example.com', body: 'Hi, I would like my money back for order 4712, the lamp is broken.' },
  { from: 'cem@example.com', body: 'Do you sell gift cards?' },
]

for (const mail of mails) console.log(mail.from, await request(mail))

// A stricter variant of the same declaration: no second chance, and an error that says what the first one was.
const once = request.with({ maxRepairs: 0 })
try {
  await once({ from: 'dan@example.com', body: 'Order 4713: never mind.' })
} catch (error) {
  if (!(error instanceof OutputError)) throw error
  console.log(error.code, error.issues)
}
