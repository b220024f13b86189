/** What `decant init` writes. */
export const starter = `import { defineExtractor } from 'decant'
import { z } from 'zod'

// What is wanted of every mail. Names and descriptions are all that the model knows of it: say what a person would need.
const Request = z.object({
  topic: z.enum(['refund', 'delivery', 'other']).describe('What the customer wants'),
  order: z.string().nullable().describe('The order number, digits only, or null if none is named'),
  urgent: z.boolean().describe('Whether the customer needs an answer today'),
})

export default defineExtractor({
  name: 'request',
  schema: Request,
  // What the function is called that the model has to call.
  schemaName: 'request',
  // provider/model-id; the key is read from OPENAI_API_KEY. Also: xai/…, groq/…, openrouter/vendor/…
  model: 'openai/gpt-4o-mini',
  instructions: 'Say what the customer wants.',
  // One record of the input becomes the prompt: a line of JSON, a row of CSV (its values are text), or a file's text.
  prompt: (mail: { from: string; body: string }) => \`From: \${mail.from}\\n\\n\${mail.body}\`,
  maxOutputTokens: 200,
  // Times the model is shown what is wrong with its answer.
  maxRepairs: 1,
})
`

export const starterRecords: readonly object[] = [
  { from: 'ann@example.com', body: 'Where is my parcel 4711? I need it today.' },
  { from: 'ben@example.com', body: 'Please send my money for order 4712 back.' },
  { from: 'cem@example.com', body: 'Do you also ship to Norway?' },
]
