import { parse as jsonriver } from 'jsonriver'
import { look } from './documents.mjs'
import { createJsonParser } from './library.mjs'

/** Re-parses all that has come at each delta, as the documentation of one-shot parsers shows it. */
const reparse = load => async (deltas, box) => {
  const parse = await load()
  let text = ''
  let snapshots = 0
  let value
  for (const delta of deltas) {
    text += delta
    // Waiting for a value that is there already would cost more than it shows.
    value = parse(text)
    if (value instanceof Promise) value = await value
    look(value)
    snapshots++
    if (box.over()) break
  }
  return { snapshots, value }
}

/** The rows of the parser table. Each reads deltas to a value and tells how many snapshots it saw. */
export const parserRows = {
  F1: deltas => {
    let text = ''
    for (const delta of deltas) text += delta
    return { snapshots: 0, value: JSON.parse(text) }
  },
  decant: deltas => {
    const parser = createJsonParser()
    let snapshots = 0
    let last
    for (const delta of deltas) {
      parser.feed(delta)
      const { value } = parser
      look(value)
      if (value === last) continue
      last = value
      snapshots++
    }
    return { snapshots, value: parser.finish() }
  },
  'decant, end only': deltas => {
    const parser = createJsonParser()
    for (const delta of deltas) parser.feed(delta)
    return { snapshots: 0, value: parser.finish() }
  },
  jsonriver: async deltas => {
    // Its input is an async iterable; it changes one object in place.
    const source = (async function* () {
      yield* deltas
    })()
    let snapshots = 0
    let value
    for await (value of jsonriver(source)) {
      look(value)
      snapshots++
    }
    return { snapshots, value }
  },
  'partial-json': reparse(async () => (await import('partial-json')).parse),
  'ai parsePartialJson': reparse(async () => {
    const { parsePartialJson } = await import('ai')
    return async text => (await parsePartialJson(text)).value
  }),
}
