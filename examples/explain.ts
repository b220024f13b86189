/** What a schema costs and what becomes of it at a provider, before anything is sent. */
import { explain } from 'decant'
import { z } from 'zod'

const Trip = z
  .object({
    from: z.string(),
    to: z.string(),
    leaves: z.date(),
    seats: z.record(z.string(), z.int()).describe('Seats by name of the traveller'),
    remark: z.string().max(200).optional(),
  })
  .meta({ title: 'Trip' })

for (const [model, strict] of [
  ['openai/gpt-4o-mini', false],
  ['openai/gpt-4o-mini', true],
  ['xai/grok-4-fast', false],
] as const) {
  const { dialect, mode, rewrites, tokens } = explain(Trip, { model, strict })
  console.log(`${dialect}: about ${tokens} tokens; mode ${mode?.used}`)
  for (const { path, rule, reason } of rewrites) console.log(`  ${path.join('.')}: ${rule}; ${reason}`)
}
