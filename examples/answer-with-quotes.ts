/** Every claim of an answer carries a quote, and every quote must stand in the source: a check that no schema can make. */
import { extract } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const Answer = z.object({
  claims: z.array(z.object({ claim: z.string(), quote: z.string().describe('word for word from the text') })),
})

const source = `Orders leave our warehouse within two working days; delivery takes three to five more.
You may return anything unused within 30 days of the day it reached you. The return label is free for
orders above 40 euros; below that, 4.90 euros are taken off the refund. Refunds go to the card that
paid, at the latest ten days after the parcel is back with us. Gift cards cannot be returned.`.replaceAll('\n', ' ')

const { output, calls } = await extract(Answer, source, {
  model: 'openai/gpt-4o-mini',
  schemaName: 'Answer',
  instructions: 'Answer from the text: how long can I return a lamp for 25 euros, and what does it cost?',
  // The question stands in the instructions: `text` is what the user said, and holds the source alone.
  validate: ({ claims }, { text }) =>
    claims.flatMap(({ quote }, i) =>
      text.includes(quote)
        ? []
        : [{ path: ['claims', i, 'quote'], message: 'does not stand in the text word for word' }],
    ),
  fetch: cassette(new URL('../cassettes/openai/gpt-4o-mini/quotes_patched.yaml', import.meta.url)),
}).result()

for (const { claim, quote } of output.claims) {
  const start = source.indexOf(quote)
  console.log(`${claim}\n  ${start}-${start + quote.length}: ${quote}`)
}
for (const { kind, outcome, issues, usage } of calls) {
  console.log(`${kind}: ${outcome}, ${usage?.outputTokens} tokens out`, ...issues.map(({ path }) => path.join('.')))
}
