import { z } from 'zod'

const Line = z.object({
  sku: z.string(),
  description: z.string().describe('As printed'),
  quantity: z.int().min(1),
  unitPrice: z.number().min(0),
})

const Invoice = z.object({
  number: z.string().describe("The invoice's number"),
  issued: z.iso.date(),
  currency: z.enum(['EUR', 'USD', 'GBP', 'JPY']),
  customer: z.object({ name: z.string(), address: z.string(), vat: z.boolean() }),
  lines: z.array(Line),
  remark: z.string().nullable(),
  total: z.number(),
})

/** What every end-to-end row asks for and checks its final value with. */
export const Batch = z.object({ invoices: z.array(Invoice) })

export const name = 'batch'
export const prompt = 'Extract all invoices of the batch.'

const parameters = z.toJSONSchema(Batch, { io: 'input' })

/** The request of the rows that write their own: the same forced function call. */
export const requestFor = model => ({
  model,
  messages: [{ role: 'user', content: prompt }],
  tools: [{ type: 'function', function: { name, parameters } }],
  tool_choice: { type: 'function', function: { name } },
  stream: true,
  stream_options: { include_usage: true },
})
