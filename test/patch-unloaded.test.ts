import { type Event, extract } from 'decant'
import { expect, it, vi } from 'vitest'
import { z } from 'zod'
import { modelServer } from './helpers/model-server.ts'

vi.mock('../src/repair/edits.ts', () => {
  throw new Error('a chunk of a page that was built anew since')
})

const List = z.object({ names: z.array(z.string()), total: z.int() }).meta({ title: 'List' })
const names = Array.from({ length: 60 }, (_, i) => `name number ${i}`)
const answer = (total: unknown) => ({ call: 'List', args: JSON.stringify({ names, total }) })

it('asks for the whole again where the code of patches cannot be loaded', async () => {
  await using server = await modelServer(answer('sixty'), answer(60))
  const events: Event[] = []
  const extraction = extract(List, 'Who?', {
    model: server.model(),
    repair: 'patch',
    onEvent: event => events.push(event),
  })
  expect(await extraction).toEqual({ names, total: 60 })
  expect(events.filter(event => event.type === 'repair')).toMatchObject([{ kind: 'whole' }])
  expect(server.requests[1]!.body.tools).toEqual(server.requests[0]!.body.tools)
})
