import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import * as answers from '../faults/answers.ts'
import { scenarios } from '../faults/catalogue.ts'
import type { Case } from '../faults/scenario.ts'
import { faultServer, type Reply, type Seen } from '../helpers/fault-server.ts'
import { alice } from '../helpers/person.ts'
import { decant, folderWith, lines, parsed } from './command.ts'

type Fault = { readonly name: string; readonly code: string; readonly answer: Reply | ((seen: Seen) => Reply) }

/** What ends a run instead of a record. */
const lasting = ['auth', 'quota', 'no_key']

/** The answers of the catalogue that must fail, whatever the caller's options. */
const faultsOf = (wire: 'streamed' | 'plain'): Fault[] =>
  scenarios.flatMap(scenario =>
    scenario[wire].flatMap(({ name, server, wants, options, schema, environment, requests }: Case) => {
      const only = Array.isArray(server) ? server[0] : server
      const isReply = typeof only === 'function' || (typeof only === 'object' && 'body' in only)
      const bare = options === undefined && schema === undefined && environment === undefined && requests === undefined
      if (!isReply || !bare || !('error' in wants) || lasting.includes(wants.code)) return []
      return [{ name: `${scenario.row} ${name}`, code: wants.code, answer: only as Fault['answer'] }]
    }),
  )

const extractorOf = (baseURL: string, stream: boolean): string => `
import { createProvider, defineExtractor } from 'decant'
import { z } from 'zod'

export default defineExtractor({
  name: 'person',
  schema: z.object({ name: z.string(), age: z.int(), city: z.string() }).meta({ title: 'Person' }),
  model: createProvider({ name: 'loopback', baseURL: '${baseURL}' })('model'),
  mode: 'tool',
  stream: ${stream},
  maxRetries: 0,
  maxRepairs: 0,
  timeout: { firstByte: 3000, idle: 3000, total: 10_000 },
  prompt: (row: { n: number }) => String(row.n),
})
`

it.each(['plain', 'streamed'] as const)(
  '%s answers, a fifth of them broken in every known way',
  async wire => {
    const faults = faultsOf(wire)
    expect(faults.length).toBeGreaterThan(20)
    const total = faults.length * 5
    const good = answers.reply(wire === 'plain' ? answers.plain() : answers.stream())
    const server = await faultServer([
      seen => {
        const n = Number(seen.body.messages.at(-1).content)
        const { answer } = n % 5 === 3 ? faults[(n - 3) / 5]! : { answer: good }
        return typeof answer === 'function' ? answer(seen) : answer
      },
    ])
    onTestFinished(() => server[Symbol.asyncDispose]())
    const folder = folderWith({
      'person.ts': extractorOf(`${server.origin}/v1`, wire === 'streamed'),
      'in.jsonl': lines(Array.from({ length: total }, (_, n) => ({ n }))),
    })
    const run = ['run', 'person.ts', 'in.jsonl', '-o', 'out.jsonl', '--failed', 'failed.jsonl']
    const { code, stderr } = await decant(run, { folder })
    expect(stderr.match(/^decant: .*/m)?.[0]).toBeUndefined()
    const read = (name: string) => parsed(readFileSync(join(folder, name), 'utf8')).sort((a, b) => a.row - b.row)
    const [done, failed] = [read('out.jsonl'), read('failed.jsonl')]
    expect(code).toBe(3)
    expect(stderr).toMatch(new RegExp(`\\n${total - faults.length} done, ${faults.length} failed `))
    expect(done.map(({ output }) => output)).toEqual(Array(total - faults.length).fill(alice))
    expect(failed.map(({ row, code: why }) => `${faults[(row - 4) / 5]?.name}: ${why}`)).toEqual(
      faults.map(({ name, code: why }) => `${name}: ${why}`),
    )
    expect([...done, ...failed].map(({ row }) => row).sort((a, b) => a - b)).toEqual(
      Array.from({ length: total }, (_, n) => n + 1),
    )
    // What the journal has of them is the same.
    const again = await decant([...run, '--quiet'], { folder })
    expect(again.code).toBe(3)
    expect(again.stderr).toContain(`${total} kept from the journal`)
    expect(server.requests).toHaveLength(total)
  },
  120_000,
)
