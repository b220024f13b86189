// A chat-completions server in a process of its own. The model's name says what to send and how: `100k`, `10k paced`, `10k held`.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { batchOf, deltasOf, sizes } from './documents.mjs'
import { eventsOf } from './events.mjs'

/** Milliseconds between the events of a paced answer: long enough for the client to have read the one before. */
const pace = 1
/** So many events of a held answer wait for `POST /release`: the last delta, the finish, usage and `[DONE]`. */
const heldEvents = 4

const answers = new Map()
const answerFor = (size, asText) => {
  const key = `${size} ${asText}`
  if (!answers.has(key)) {
    const events = eventsOf(deltasOf(JSON.stringify(batchOf(sizes[size]))), asText)
    answers.set(key, {
      events,
      whole: Buffer.concat(events),
      head: Buffer.concat(events.slice(0, -heldEvents)),
      tail: Buffer.concat(events.slice(-heldEvents)),
    })
  }
  return answers.get(key)
}

const held = []

const server = createServer(async (request, response) => {
  const pieces = []
  for await (const piece of request) pieces.push(piece)
  if (request.url === '/release') {
    for (const release of held.splice(0)) release()
    response.end()
    return
  }
  const { model, tools } = JSON.parse(Buffer.concat(pieces).toString())
  const [size, manner] = model.split(' ')
  const { events, whole, head, tail } = answerFor(size, tools === undefined)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  if (manner === 'paced') {
    for (const event of events) {
      response.write(event)
      await sleep(pace)
    }
    response.end()
  } else if (manner === 'held') {
    response.write(head)
    held.push(() => response.end(tail))
  } else {
    response.write(whole)
    response.end()
  }
})

server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', 4096)
await once(server, 'listening')
process.send({ port: server.address().port })
process.on('disconnect', () => process.exit())
