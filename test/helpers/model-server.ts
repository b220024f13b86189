import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProvider } from 'decant'

type Model = ReturnType<ReturnType<typeof createProvider>>
type Dialect = NonNullable<Parameters<typeof createProvider>[0]['dialect']>

/** What the scripted model does with one request. */
export type Reply =
  | { readonly call: string; readonly args: string; readonly pieces?: number }
  | { readonly calls: readonly { readonly name: string; readonly args: string; readonly id?: string }[] }
  | { readonly text: string; readonly pieces?: number }
  | { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> }
  | ((request: SeenRequest, response: ServerResponse) => void)

interface SeenRequest {
  readonly body: any
  readonly headers: IncomingMessage['headers']
  /** Resolves when the client has gone away before the answer was finished. */
  readonly gone: Promise<void>
}

export interface ModelServer extends AsyncDisposable {
  readonly requests: SeenRequest[]
  readonly model: (id?: string) => Model
  /** A model of a provider that speaks this dialect. */
  readonly speaking: (dialect: Dialect) => Model
  readonly baseURL: string
}

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }

/** A chat-completions server on loopback that gives the scripted replies in order, streamed or plain as asked. */
export const modelServer = async (...script: Reply[]): Promise<ModelServer> => {
  const requests: SeenRequest[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const gone = new Promise<void>(resolve => {
      response.on('close', () => {
        if (!response.writableFinished) resolve()
      })
    })
    const seen = { body: JSON.parse(Buffer.concat(chunks).toString()), headers: request.headers, gone }
    const reply = script[requests.length]
    requests.push(seen)
    if (reply === undefined) {
      response.writeHead(500).end('the script has no more replies')
    } else if (typeof reply === 'function') {
      reply(seen, response)
    } else if ('status' in reply) {
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body))
    } else if (seen.body.stream) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': `req-${requests.length}` })
      for (const event of eventsOf(reply)) response.write(`data: ${JSON.stringify(event)}\n\n`)
      response.end('data: [DONE]\n\n')
    } else {
      response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': `req-${requests.length}` })
      response.end(JSON.stringify(completionOf(reply)))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const provider = createProvider({ name: 'scripted', baseURL })
  return {
    requests,
    baseURL,
    model: (id = 'model') => provider(id),
    speaking: dialect => createProvider({ name: 'scripted', baseURL, dialect })('model'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

type Scripted = Exclude<Reply, { status: number } | ((...args: any[]) => void)>

const callsOf = (reply: Scripted): { id: string; name: string; args: string }[] =>
  'call' in reply
    ? [{ id: 'call_0', name: reply.call, args: reply.args }]
    : 'calls' in reply
      ? reply.calls.map((each, i) => ({ id: each.id ?? `call_${i}`, name: each.name, args: each.args }))
      : []

const finishOf = (reply: Scripted): string => ('text' in reply ? 'stop' : 'tool_calls')

const completionOf = (reply: Scripted): unknown => ({
  id: 'chatcmpl-scripted',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'text' in reply ? reply.text : null,
        tool_calls: callsOf(reply).map(({ id, name, args }) => ({
          id,
          type: 'function',
          function: { name, arguments: args },
        })),
      },
      finish_reason: finishOf(reply),
    },
  ],
  usage,
})

export const eventsOf = (reply: Scripted): unknown[] => {
  const chunk = (delta: unknown, finish_reason: string | null = null): unknown => ({
    id: 'chatcmpl-scripted',
    choices: [{ index: 0, delta, finish_reason }],
  })
  const size = 'pieces' in reply && reply.pieces ? reply.pieces : 4
  const pieces = (text: string): string[] => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
  return [
    ...('text' in reply ? pieces(reply.text).map(content => chunk({ content })) : []),
    ...callsOf(reply).flatMap(({ id, name, args }, index) => [
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
      ...pieces(args).map(piece => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
    chunk({}, finishOf(reply)),
    { id: 'chatcmpl-scripted', choices: [], usage },
  ]
}
