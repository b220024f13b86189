import { describe, expect, test } from 'vitest'
import { play, type Wire } from '../play.ts'
import type { Case } from '../scenario.ts'
import * as chunks from './chunks.ts'
import * as connections from './connections.ts'
import * as keys from './keys.ts'

/** Answers that nobody has been seen to send yet. */
const rooms: Record<string, Record<Wire, readonly Case[]>> = {
  chunks: { streamed: chunks.streamed, plain: chunks.unstreamed },
  connections: { streamed: connections.streamed, plain: connections.unstreamed },
  keys: { streamed: keys.both, plain: keys.both },
}

describe.each(Object.keys(rooms))('%s', room => {
  const cases = (['streamed', 'plain'] as const).flatMap(wire =>
    rooms[room]![wire].map(each => ({ wire, each, name: each.name })),
  )
  test.each(cases)('$wire: $name', async ({ wire, each }) => {
    const { verdict, why } = await play(each, wire)
    expect(`${verdict} ${why}`).toBe('as required ')
  })
})
