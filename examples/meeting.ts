/** Action items of a meeting: dates counted from today, and dependencies that must exist among the items. */
import { extract } from 'decant'
import { cassette } from 'decant/cassette'
import { z } from 'zod'

const Item = z.object({
  id: z.string().describe('a1, a2, …'),
  task: z.string(),
  owner: z.string().nullable().describe('null when nobody took it'),
  due: z.iso.date().nullable().describe('null when no day was named'),
  after: z.array(z.string()).describe('ids of the items that must be done before'),
})

const Meeting = z.object({ items: z.array(Item) }).superRefine(({ items }, context) => {
  const ids = new Set(items.map(({ id }) => id))
  for (const [i, { after }] of items.entries())
    for (const [j, id] of after.entries())
      if (!ids.has(id))
        context.addIssue({ code: 'custom', path: ['items', i, 'after', j], message: `no item has the id ${id}` })
})

const minutes = `Ines drafts the offer by Friday. Once it stands, Tom has it checked by legal, no date yet.
When legal is through, somebody sends it to the customer on the 30th.`

const { output, calls } = await extract(Meeting, minutes, {
  model: 'openai/gpt-4o-mini',
  schemaName: 'Meeting',
  instructions: 'Extract the action items. Today is Saturday, 21 November 2026.',
  fetch: cassette(new URL('../cassettes/openai/gpt-4o-mini/meeting.yaml', import.meta.url)),
}).result()

for (const { id, task, owner, due, after } of output.items) {
  const waits = after.length > 0 ? `, after ${after.join(' and ')}` : ''
  console.log(`${id}  ${task}: ${owner ?? 'nobody yet'}, ${due ?? 'no date'}${waits}`)
}
console.log(calls.map(({ kind, outcome }) => `${kind} ${outcome}`).join(', '))
