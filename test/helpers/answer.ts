/** Answers made in memory: for laws that ask thousands of times, where a server would only cost. */

export interface CallAnswer {
  readonly name: string
  /** The arguments as they arrive. */
  readonly pieces: readonly string[]
  readonly finishReason?: string
}

/** The body of a streamed answer, a finish and a usage included. */
export const eventsText = ({ name, pieces, finishReason = 'tool_calls' }: CallAnswer): string => {
  const deltas = [
    { tool_calls: [{ index: 0, id: 'call_0', type: 'function', function: { name, arguments: '' } }] },
    ...pieces.map(piece => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
  ]
  const chunks = [
    ...deltas.map(delta => ({ choices: [{ index: 0, delta }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: finishReason }] },
    { choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } },
  ]
  return `${chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`
}

export const eventStream = (text: string): Response =>
  new Response(text, { headers: { 'content-type': 'text/event-stream' } })

export const streamOf = (answer: CallAnswer): Response => eventStream(eventsText(answer))

/** A fetch that answers the nth request, from 0, as it is told. */
export const fetchOf = (answer: (request: number) => Response): typeof globalThis.fetch => {
  let requests = 0
  return async () => answer(requests++)
}

/** The events of a stream, each in a piece of the network of its own, which comes when it is asked for. */
export const eventByEvent = (text: string): Response => {
  const events = text.split(/(?<=\n\n)/)
  const pull = (controller: ReadableStreamDefaultController): void => {
    const event = events.shift()
    if (event === undefined) controller.close()
    else controller.enqueue(new TextEncoder().encode(event))
  }
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), {
    headers: { 'content-type': 'text/event-stream' },
  })
}
