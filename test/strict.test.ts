import { extract, SchemaError } from 'decant'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { fetchOf, streamOf } from './helpers/answer.ts'

const Order = z.object({
  id: z.string(),
  note: z.string().optional(),
  counts: z.record(z.string(), z.int()),
  by: z.date().nullish(),
})

it('strict: true sends what OpenAI takes, and everything else speaks the shape that was declared', async () => {
  const wire = '{"id":"a1","note":null,"counts":[{"key":"pens","value":3},{"key":"ink","value":"x"}],"by":null}'
  const right = wire.replace('"x"', '1')
  const answers = [wire, right]
  const extraction = extract(Order, 'Order?', {
    model: 'openai/some-model',
    strict: true,
    fetch: fetchOf(at => streamOf({ name: 'extract', pieces: [...answers[at]!] })),
  })
  expect(extraction.request).toMatchObject({
    tools: [
      {
        function: {
          strict: true,
          parameters: {
            required: ['id', 'note', 'counts', 'by'],
            additionalProperties: false,
            properties: { note: { type: ['string', 'null'] }, counts: { type: 'array' } },
          },
        },
      },
    ],
  })
  const issues: unknown[] = []
  const partials: unknown[] = []
  for await (const event of extraction.events()) {
    if (event.type === 'issue') issues.push(event.issue.path)
    if (event.type === 'partial') partials.push(event.value)
  }
  expect(issues).toEqual([['counts', 'ink']])
  expect(JSON.stringify(partials)).not.toMatch(/"note"|"key"/)
  expect(partials.at(-1)).toEqual({ id: 'a1', counts: { pens: 3, ink: 1 }, by: null })
  expect(await extraction).toEqual({ id: 'a1', counts: { pens: 3, ink: 1 }, by: null })
})

it('what a dialect has no words for throws before anything is sent, with path and rule', () => {
  const start = () => extract(z.object({ any: z.unknown() }), 'Hi', { model: 'openai/some-model', strict: true })
  expect(start).toThrow(SchemaError)
  expect(start).toThrow(
    "Cannot send a schema with any value at 'any': the dialect 'openai-strict' refuses it (every place has a type)",
  )
})
