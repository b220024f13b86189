import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * One thing that a server does with its answer: bytes go out as one write; `wait` is in milliseconds; `reset` cuts the
 * connection, `stay` leaves it open without another byte; `endless` repeats bytes until the client is gone, with `every` milliseconds
 * between.
 */
export type Step =
  | string
  | Uint8Array
  | { readonly wait: number }
  | { readonly endless: string; readonly every?: number }
  | 'reset'
  | 'stay'

/** What a server answers. Without `status` and `headers` it is a 200 of the wire that was asked for. */
export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: readonly Step[]
}

/** One request, as the server saw it. */
export interface Seen {
  readonly body: any
  readonly text: string
  readonly headers: IncomingHttpHeaders
  /** Whether the client has gone away before the answer was over. */
  gone: boolean
  /** Bytes of body that were written. */
  written: number
}

/** The nth answer, from what was asked; `silence` accepts the request and never answers. */
export type Answer = Reply | 'silence' | ((seen: Seen) => Reply)

export interface FaultServer extends AsyncDisposable {
  readonly requests: readonly Seen[]
  readonly origin: string
}

/** A server on loopback that misbehaves as told: its answers in order, the last one again for whatever is asked after it. */
export const faultServer = async (answers: readonly Answer[]): Promise<FaultServer> => {
  const requests: Seen[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const piece of request) text += piece
    const seen: Seen = { body: JSON.parse(text), text, headers: request.headers, gone: false, written: 0 }
    response.on('close', () => {
      seen.gone = !response.writableFinished
    })
    // A client that is gone is what most of these answers are about.
    response.on('error', () => {})
    const answer = answers[Math.min(requests.length, answers.length - 1)]!
    requests.push(seen)
    if (answer !== 'silence') await play(typeof answer === 'function' ? answer(seen) : answer, seen, response)
  })
  return { requests, ...(await listening(server, () => server.closeAllConnections())) }
}

/** A server that speaks no HTTP: it writes these bytes to whoever connects, and closes or resets. */
export const socketServer = async (bytes: string, end: 'close' | 'reset'): Promise<Omit<FaultServer, 'requests'>> => {
  const server = createSocketServer(socket => {
    socket.on('error', () => {})
    socket.once('data', () => {
      if (end === 'close') socket.end(bytes)
      else if (bytes === '') socket.resetAndDestroy()
      else socket.write(bytes, () => setTimeout(() => socket.resetAndDestroy(), 20))
    })
  })
  return listening(server, () => {})
}

const listening = async (server: Server, cut: () => void): Promise<Omit<FaultServer, 'requests'>> => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const play = async ({ status = 200, headers, body }: Reply, seen: Seen, response: ServerResponse): Promise<void> => {
  const type = seen.body.stream ? 'text/event-stream' : 'application/json'
  response.writeHead(status, { 'content-type': type, ...headers })
  response.flushHeaders()
  for (const step of body) {
    if (response.destroyed || step === 'stay') return
    if (step === 'reset') return cutOff(response)
    if (typeof step === 'string' || step instanceof Uint8Array) await write(step, seen, response)
    else if ('wait' in step) await sleep(step.wait)
    else {
      while (!response.destroyed) {
        await write(step.endless, seen, response)
        if (step.every !== undefined) await sleep(step.every)
      }
    }
  }
  response.end()
}

/** Resolves when the bytes have left, so that two writes are two pieces, or when nobody takes them any more. */
const write = (bytes: string | Uint8Array, seen: Seen, response: ServerResponse): Promise<void> =>
  new Promise(resolve => {
    response.once('close', resolve)
    response.write(bytes, error => {
      response.off('close', resolve)
      if (!error) seen.written += typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length
      resolve()
    })
  })

/** The bytes before it get a moment to arrive: a reset may overtake them. */
const cutOff = (response: ServerResponse): void => {
  setTimeout(() => response.socket?.resetAndDestroy(), 20)
}
