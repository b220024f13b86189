import { readFileSync } from 'node:fs'
import type { Event } from 'decant'
import { parseCassette } from 'decant/cassette'
import { describe, expect, it } from 'vitest'
import { cuts, replay } from './helpers/cut.ts'
import { recordings } from './helpers/recordings.ts'

const recorded = (path: string): unknown[] =>
  parseCassette(readFileSync(path, 'utf8'), path).interactions.map(({ request }) => JSON.parse(request.body ?? ''))

/** Text in few pieces or in many is the same text; only the completions, tools and issues must be equal one by one. */
const completions = (events: Event[]): unknown[] =>
  events.filter(({ type }) => type === 'complete' || type === 'tool' || type === 'issue' || type === 'finish')

describe.each(recordings)('$path', ({ path, requests, start, output, usage, cost }) => {
  it.each(cuts)('gives the recorded outcome for the recorded requests, the body cut by %s', async cut => {
    const { fetch, bodies } = replay(path, cut)
    const extraction = start({ fetch, stream: true })
    const { output: got, usage: counted, cost: paid, calls, finishReason, warnings } = await extraction.result()
    expect(got).toEqual(output)
    expect(bodies).toEqual(recorded(path))
    expect(counted).toEqual(usage)
    expect(paid).toBe(cost)
    expect(calls.map(({ kind, outcome }) => ({ kind, outcome }))).toEqual(
      [
        { kind: 'first', outcome: 'ok' },
        { kind: 'step', outcome: 'ok' },
      ].slice(0, requests),
    )
    expect(finishReason).toBe(requests === 1 ? 'tool_calls' : 'stop')
    expect(warnings).toEqual([])
  })

  it('gives the same completions however the body is cut', async () => {
    const sequences = []
    for (const cut of cuts) {
      const events: Event[] = []
      for await (const event of start({ fetch: replay(path, cut).fetch }).events()) events.push(event)
      sequences.push(completions(events))
    }
    expect(sequences[0]!.length).toBeGreaterThan(0)
    for (const sequence of sequences) expect(sequence).toEqual(sequences[0])
  })
})
