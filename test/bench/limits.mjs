// node test/bench/limits.mjs (after npm run build): what an answer without end costs in memory until it is refused, whether
// time grows in step with the number of deltas, and how late a silence is noticed. Exit code 1 when a bar is missed.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { createProvider, extract } from './library.mjs'
import { median } from './report.mjs'

const mebi = 2 ** 20
const gibi = 2 ** 30
const Answer = z.object({ text: z.unknown() }).meta({ title: 'Answer' })

const event = call =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...call }] } }] })}\n\n`
const opening = text => event({ id: 'call_1', type: 'function', function: { name: 'Answer', arguments: text } })
const going = text => event({ function: { arguments: text } })
const ending = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n'

/** Bytes that a read of the network brings. */
const piece = 2 ** 16

const letters = 'abcdefghijklmnopqrstuvwxyz'
/** The same letters for the same number, and no piece of them over and over. */
const lettersOf = count => {
  let seed = 1
  return Array.from({ length: count }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return letters[seed % letters.length]
  }).join('')
}

/** What comes again and again, up to a gibibyte. */
const endless = {
  blanks: ['{', ' '.repeat(2 ** 16)],
  'one string': ['{"text":"', lettersOf(2 ** 16)],
  'one string, the same over and over': ['{"text":"', 'again '.repeat(2 ** 13)],
}

/** Resolves when more can be written, or nobody reads any more. */
const roomIn = response =>
  new Promise(resolve => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })

const serve = async () => {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    const { model } = JSON.parse(body)
    if (model === 'firstByte') return
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (model === 'small') return response.end(opening('{"text":1}') + ending)
    if (model === 'idle') return response.write(opening('{'))
    if (model === 'total') {
      while (!response.destroyed) {
        response.write(going(' '))
        await sleep(20)
      }
      return
    }
    const [begin, more] = endless[model]
    const again = going(more)
    response.write(opening(begin))
    for (let sent = 0; sent < gibi && !response.destroyed; sent += again.length)
      if (!response.write(again)) await roomIn(response)
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send({ port: server.address().port })
  process.on('disconnect', () => process.exit())
}

const ask = (provider, id, options = {}) =>
  extract(Answer, '', { model: provider(id), stream: true, maxRepairs: 0, maxRetries: 0, ...options })

/** By how much the process grew, in bytes, until the answer was refused. */
const growth = async ({ model, baseURL }) => {
  const provider = createProvider({ name: 'bench', baseURL })
  for (let i = 0; i < 20; i++) await ask(provider, 'small')
  globalThis.gc()
  const before = process.memoryUsage().rss
  const code = await ask(provider, model).then(
    () => 'accepted',
    error => error.code,
  )
  return { code, grew: process.resourceUsage().maxRSS * 1024 - before }
}

/** Milliseconds of CPU for an answer of so many characters, each in an event of its own. */
const timeOf = async count => {
  const text = `{"text":"${lettersOf(count)}"}`
  const body = new TextEncoder().encode(opening('') + Array.from(text, going).join('') + ending)
  const headers = { 'content-type': 'text/event-stream' }
  const fetch = async () => {
    let at = 0
    const pull = async stream => {
      await new Promise(setImmediate)
      if (at >= body.length) return stream.close()
      stream.enqueue(body.slice(at, at + piece))
      at += piece
    }
    return new Response(new ReadableStream({ pull }), { headers })
  }
  const provider = createProvider({ name: 'bench', baseURL: 'https://bench.example', fetch })
  const before = process.cpuUsage()
  for await (const _ of ask(provider, 'model'));
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const limit = 1000
/** Milliseconds after its limit at which each clock ended the call. */
const lateness = async (clock, provider) => {
  const timeout = { firstByte: 60_000, idle: 60_000, total: 60_000, [clock]: limit }
  const begun = performance.now()
  const error = await ask(provider, clock, { timeout }).then(
    () => undefined,
    cause => cause,
  )
  if (error?.name !== 'TimeoutError')
    throw error ?? new Error(`Cannot measure clock '${clock}': the call came to its end`)
  return performance.now() - begun - limit
}

const main = async () => {
  const self = fileURLToPath(import.meta.url)
  const server = fork(self, ['serve'])
  const [{ port }] = await once(server, 'message')
  const baseURL = `http://127.0.0.1:${port}/v1`
  const rows = []
  for (const model of Object.keys(endless)) {
    const child = fork(self, [JSON.stringify({ model, baseURL })], { execArgv: ['--expose-gc'] })
    const [{ code, grew }] = await once(child, 'message')
    const pass = code !== 'accepted' && grew < 64 * mebi
    rows.push([`1 GiB of ${model}: refused as ${code}, growth`, '< 64 MiB', `${(grew / mebi).toFixed(1)} MiB`, pass])
  }
  const n = 20_000
  for (let i = 0; i < 3; i++) await timeOf(n)
  const ratios = []
  for (let i = 0; i < 9; i++) ratios.push((await timeOf(4 * n)) / (await timeOf(n)))
  const ratio = median(ratios)
  rows.push(['time(4n) / time(n), n = 20,000 deltas of one character', '≤ 5', ratio.toFixed(2), ratio <= 5])
  const provider = createProvider({ name: 'bench', baseURL })
  await ask(provider, 'small')
  for (const clock of ['firstByte', 'idle', 'total']) {
    const late = await lateness(clock, provider)
    rows.push([`timeout.${clock} of ${limit} ms, late by`, '≤ 250 ms', `${late.toFixed(0)} ms`, late <= 250])
  }
  server.disconnect()
  console.log('| | bar | measured | |\n|---|--:|--:|---|')
  for (const [what, bar, measured, pass] of rows)
    console.log(`| ${what} | ${bar} | ${measured} | ${pass ? 'pass' : 'miss'} |`)
  if (rows.some(row => !row.at(-1))) process.exitCode = 1
}

const job = process.argv[2]
if (job === 'serve') await serve()
else if (job === undefined) await main()
else {
  process.send(await growth(JSON.parse(job)))
  process.disconnect()
}
