import { createProvider, extract } from 'decant'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { faultServer } from '../helpers/fault-server.ts'
import { event, going, opening } from './answers.ts'

/**
 * A gibibyte, were it read to its end. Memory cannot grow by much more than what was read, so what the server got rid of
 * is what counts; `test/bench/limits.mjs` measures the memory itself.
 */
const gibibyte = 2 ** 30
const most = 48 * 2 ** 20

test.each([
  ['blanks', '{', ' '.repeat(2 ** 16), 'degenerate'],
  ['one string', '{"text":"', 'again '.repeat(2 ** 13), 'degenerate'],
  ['a list', '{"text":[', '"again",'.repeat(2 ** 13), 'limit'],
])('%s without end: the request is aborted early, with a reason', async (_, begin, more, code) => {
  const piece = event(going(more))
  const pieces = Array.from({ length: Math.ceil(gibibyte / piece.length) }, () => piece)
  await using server = await faultServer([{ body: [event(opening(begin)), ...pieces] }])
  const model = createProvider({ name: 'loopback', baseURL: `${server.origin}/v1` })('m')
  const schema = z.object({ text: z.unknown() }).meta({ title: 'Person' })
  const endless = extract(schema, '', { model, stream: true, maxRepairs: 0, maxRetries: 0 })
  await expect(endless).rejects.toMatchObject({ name: 'OutputError', code })
  expect(server.requests[0]!.written).toBeLessThan(most)
  await expect.poll(() => server.requests[0]!.gone).toBe(true)
})
