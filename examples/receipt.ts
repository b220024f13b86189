/** A rule over several fields: the total must be the sum. The model breaks it once, is shown the issue, and corrects itself. */
import { extract } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const Receipt = z
  .object({
    shop: z.string(),
    lines: z.array(z.object({ item: z.string(), cents: z.int() })),
    totalCents: z.int(),
  })
  .refine(({ lines, totalCents }) => lines.reduce((sum, { cents }) => sum + cents, 0) === totalCents, {
    path: ['totalCents'],
    message: 'must be the sum of the cents of all lines',
  })

const text = `CORNER BAKERY
2 croissants   5.00
1 baguette     1.80
1 coffee       2.70
TOTAL          9.50   paid 10.00`

const { output, calls, usage, cost } = await extract(Receipt, text, {
  model: 'openrouter/openai/gpt-4o-mini',
  schemaName: 'Receipt',
  instructions: 'Extract the receipt.',
  fetch: cassette(new URL('../cassettes/openrouter/gpt-4o-mini/receipt_repaired.yaml', import.meta.url)),
}).result()

console.log(output)
for (const { kind, outcome, issues, usage } of calls) {
  console.log(
    `${kind}: ${outcome}, ${usage?.totalTokens} tokens`,
    issues.map(({ path, message }) => `${path.join('.')} ${message}`),
  )
}
console.log(`in all ${usage.totalTokens} tokens, $${cost}`)
