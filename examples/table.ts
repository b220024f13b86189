/** A long table, row by row: each row is decoded as it closes, a bad one is reported, and the rest flow. */
import { extract } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

// What the model is asked for is what stands in the text; what the program wants is decoded from it.
const Written = z.object({ date: z.iso.date(), what: z.string(), amount: z.string().describe('as printed') })

const Booking = Written.transform(({ date, what, amount }, context) => {
  const [, whole, cents] = /^(-?\d+),(\d\d)\b/.exec(amount) ?? []
  if (whole !== undefined) return { day: new Date(date), what, cents: Number(whole + cents) }
  context.addIssue({ code: 'custom', path: ['amount'], message: `'${amount}' is no amount` })
  return z.NEVER
})

const statement = `03.11.2026  Bakery        -4,80 EUR
05.11.2026  Salary      2100,00 EUR
09.11.2026  Rent         see note
12.11.2026  Electricity  -61,25 EUR`

const rows = extract(z.array(Written), statement, {
  model: 'openai/gpt-4o-mini',
  schemaName: 'bookings',
  instructions: 'Copy every line of the bank statement.',
  fetch: cassette(new URL('../cassettes/openai/gpt-4o-mini/table_streaming.yaml', import.meta.url), { recut: true }),
  onEvent(event) {
    if (event.type === 'issue') console.log(`row ${event.issue.path.join('.')}: ${event.issue.message}`)
  },
})

let balance = 0
for await (const { day, what, cents } of rows.elements('[]', Booking)) {
  balance += cents
  console.log(day.toISOString().slice(0, 10), what, cents / 100, '=', balance / 100)
}
