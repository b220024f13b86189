import { splitEvents } from './chunks.ts'

type Json = Record<string, unknown>

/**
 * Plays a recorded stream of chat-completion chunks in smaller ones. Every event whose text or function arguments are
 * longer than `size` characters becomes several events of the same envelope; what they say, joined, is what the one
 * said. Role, id, name and type stand on the first, a finish reason and usage on the last; all other events stay as
 * they are, byte for byte. For demonstrations: a recording shows what the provider did, a recut one does not.
 */
export const recutStream = (body: string, size: number): string =>
  splitEvents(body)
    .map(event => recutEvent(event, size))
    .join('')

function recutEvent(event: string, size: number): string {
  const [, json, end] = /^data: ?(\{.*\})((?:\r?\n|\r){2})$/.exec(event) ?? []
  const chunk = json === undefined ? undefined : parsed(json)
  const [choice, second] = Array.isArray(chunk?.choices) ? (chunk.choices as unknown[]) : []
  if (!isJson(choice) || second !== undefined || !isJson(choice.delta)) return event

  const deltas = cutDelta(choice.delta, size)
  if (deltas.length === 1) return event
  return deltas
    .map((delta, index) => {
      const last = index === deltas.length - 1
      const part = { ...choice, delta, ...(!last && 'finish_reason' in choice && { finish_reason: null }) }
      return `data: ${JSON.stringify({ ...chunk, choices: [part], ...(!last && { usage: undefined }) })}${end}`
    })
    .join('')
}

/** The deltas that say one after the other what `delta` says at once; a list of one where nothing is too long. */
function cutDelta(delta: Json, size: number): Json[] {
  const { content, tool_calls, ...head } = delta
  const texts = typeof content === 'string' ? cutText(content, size) : []
  const calls = Array.isArray(tool_calls) ? tool_calls.map(call => cutCall(call, size)) : []
  if (texts.length < 2 && calls.every(pieces => pieces.length < 2)) return [delta]

  // Content that is empty or null says nothing of its own and rides on the first piece of what does.
  const silent = texts.length === 0 && 'content' in delta ? { content } : {}
  const says: Json[] = [
    ...texts.map(text => ({ content: text })),
    ...calls.flat().map(call => ({ tool_calls: [call] })),
  ]
  return says.map((each, index) => (index === 0 ? { ...head, ...silent, ...each } : each))
}

function cutCall(call: unknown, size: number): unknown[] {
  if (!isJson(call) || !isJson(call.function) || typeof call.function.arguments !== 'string') return [call]
  const [first, ...rest] = cutText(call.function.arguments, size)
  if (rest.length === 0) return [call]
  const index = 'index' in call ? { index: call.index } : {}
  return [
    { ...call, function: { ...call.function, arguments: first } },
    ...rest.map(piece => ({ ...index, function: { arguments: piece } })),
  ]
}

/** Pieces of `size` UTF-16 units, one more where a surrogate pair would be cut. */
function cutText(text: string, size: number): string[] {
  const pieces: string[] = []
  for (let start = 0; start < text.length; ) {
    const end = start + size
    const inPair = text.codePointAt(end - 1)! > 0xffff
    pieces.push(text.slice(start, inPair ? end + 1 : end))
    start += pieces.at(-1)!.length
  }
  return pieces
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null

function parsed(json: string): Json | undefined {
  try {
    return JSON.parse(json) as Json
  } catch {
    return undefined
  }
}
