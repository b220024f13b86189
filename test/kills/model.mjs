// A scripted loopback model in a process of its own: answers `{ n }` to the prompt `n`, by a call where a function is given, and counts how often each was asked.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** Every time a prompt was asked. */
const asked = new Map()
const pause = Number(process.argv[2] ?? 1)

const server = createServer(async (request, response) => {
  const pieces = []
  for await (const piece of request) pieces.push(piece)
  const { messages, tools } = JSON.parse(Buffer.concat(pieces).toString())
  const prompt = messages.at(-1).content
  asked.set(prompt, (asked.get(prompt) ?? 0) + 1)
  if (pause > 0) await sleep(pause)
  const json = `{"n":${prompt}}`
  const call = { id: 'c', type: 'function', function: { name: 'Item', arguments: json } }
  const answer = tools === undefined ? { content: json } : { content: null, tool_calls: [call] }
  const message = { role: 'assistant', ...answer }
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      choices: [{ index: 0, message, finish_reason: tools === undefined ? 'stop' : 'tool_calls' }],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    }),
  )
})
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', 4096)
await once(server, 'listening')
process.send({ port: server.address().port })
process.on('message', () => {
  process.send({ asked: [...asked.values()] })
  asked.clear()
})
process.on('disconnect', () => process.exit())
