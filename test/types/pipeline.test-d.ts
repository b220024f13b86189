import { defineExtractor, extractAll, type RecordItem, type Summary } from 'decant'
import { fileJournal } from 'decant/node'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const extractor = defineExtractor({
  name: 'day',
  model: 'openai/gpt-4o-mini',
  schema: z.object({ day: z.iso.date().transform(text => new Date(text)) }),
  prompt: (mail: { id: string; body: string }) => mail.body,
})
const mails = [{ id: '1', body: 'today' }]

test('items have the types of the records and of the output', () => {
  const run = extractAll(extractor, mails, { key: mail => mail.id, journal: fileJournal('x') })
  expectTypeOf(run).resolves.toEqualTypeOf<Summary>()
  for (const item of [] as (typeof run extends AsyncIterable<infer T> ? T : never)[]) {
    expectTypeOf(item).toEqualTypeOf<RecordItem<{ id: string; body: string }, { day: Date }>>()
    if (item.status === 'done') expectTypeOf(item.output).toEqualTypeOf<{ day: Date }>()
    else expectTypeOf(item.error).toEqualTypeOf<unknown>()
  }
})

test('records are what the extractor takes, from any source', () => {
  async function* source() {
    yield* mails
  }
  extractAll(extractor, source())
  extractAll(extractor, new ReadableStream<{ id: string; body: string }>())
  // @ts-expect-error: a record without a body
  extractAll(extractor, [{ id: '1' }])
  // @ts-expect-error: a journal is no path
  extractAll(extractor, mails, { journal: 'run.journal' })
  // @ts-expect-error: a key is a string
  extractAll(extractor, mails, { key: () => 1 })
})
