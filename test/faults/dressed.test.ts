import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parseCassette } from '../../src/cassette/read.ts'
import { type Answer, faultServer, type Step } from '../helpers/fault-server.ts'
import { recordings } from '../helpers/recordings.ts'

/** Ways in which the same bytes of a recording may come over a real connection. */
const dresses: Record<string, (body: string) => { headers?: Record<string, string>; body: readonly Step[] }> = {
  'as recorded': body => ({ body: [body] }),
  'with CRLF': body => ({ body: [body.replaceAll('\n', '\r\n')] }),
  'with comments and heartbeats': body => ({
    body: [': PROCESSING\n\n', ...body.split(/(?<=\n\n)/).map(event => `${event}: ping\n\nid: 1\n\n`)],
  }),
  'in an event each': body => ({ body: body.split(/(?<=\n\n)/) }),
  'cut per byte': body => ({ body: Array.from(new TextEncoder().encode(body), byte => Uint8Array.of(byte)) }),
  'in gzip': body => ({ headers: { 'content-encoding': 'gzip' }, body: [gzipSync(body)] }),
  'in gzip, cut': body => {
    const bytes = gzipSync(body.replaceAll('\n', '\r\n'))
    return {
      headers: { 'content-encoding': 'gzip' },
      body: [bytes.subarray(0, 100), bytes.subarray(100, 101), bytes.subarray(101)],
    }
  },
  'as a body of another type': body => ({ headers: { 'content-type': 'application/octet-stream' }, body: [body] }),
}

describe.each(recordings)('$path', ({ path, start, output, usage, requests }) => {
  const { interactions } = parseCassette(readFileSync(path, 'utf8'), path)

  test.each(Object.keys(dresses))('%s comes to the same', async dress => {
    const answers = interactions.map(({ response }): Answer => dresses[dress]!(response.body ?? ''))
    await using server = await faultServer(answers)
    // The provider is the recorded one; only the address is that of the loopback.
    const fetch: typeof globalThis.fetch = (_, init) => globalThis.fetch(`${server.origin}/v1/chat/completions`, init)
    const result = await start({ fetch, stream: true }).result()
    expect(result.output).toEqual(output)
    expect(result.usage).toEqual(usage)
    expect(server.requests).toHaveLength(requests)
  })
})
