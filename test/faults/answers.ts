import type { Reply, Step } from '../helpers/fault-server.ts'
import { alice } from '../helpers/person.ts'

/** The pieces that answers of a chat-completions server are put together from. */

type Json = Record<string, unknown>

export const whole = JSON.stringify(alice)
/** Cut in the middle of the last string: a lenient reader would make a person of it. */
export const cutOff = '{"name":"Alice","age":30,"city":"Par'

export const data = (payload: unknown): string =>
  `data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`
export const done = data('[DONE]')

/** One chunk with one choice. */
export const chunk = (delta: unknown, finish: string | null = null, more: Json = {}): Json => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...more,
})
export const event = (delta: unknown, finish: string | null = null, more: Json = {}): string =>
  data(chunk(delta, finish, more))

/** A fragment of a call. */
export const call = (fields: Json): Json => ({ tool_calls: [fields] })
export const opening = (args: unknown = '', more: Json = {}): Json =>
  call({ index: 0, id: 'call_1', type: 'function', function: { name: 'Person', arguments: args }, ...more })
export const going = (args: unknown): Json => call({ index: 0, function: { arguments: args } })

export const finish = (reason = 'tool_calls'): string => event({}, reason)
const count = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
export const usage = data({ id: 'chatcmpl-1', choices: [], usage: count })

/** Arguments in two pieces, with nothing after them. */
export const begun = (args = whole): string => {
  const middle = Math.min(7, args.length)
  return event(opening()) + event(going(args.slice(0, middle))) + event(going(args.slice(middle)))
}
/** A stream as it should be. */
export const stream = (args = whole, reason = 'tool_calls'): string => begun(args) + finish(reason) + usage + done

/** A plain body as it should be, but for what is given. */
export const completion = (message: Json, reason: string | null = 'tool_calls', more: Json = {}): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: reason }],
    usage: count,
    ...more,
  })
export const called = (args: unknown = whole, name = 'Person'): Json => ({
  content: null,
  tool_calls: [{ id: 'call_1', type: 'function', function: { name, arguments: args } }],
})
export const plain = (args: unknown = whole, reason = 'tool_calls'): string => completion(called(args), reason)

export const reply = (...body: Step[]): Reply => ({ body })
export const refusal = (status: number, body: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', 'retry-after-ms': '1', ...headers },
  body: [typeof body === 'string' ? body : JSON.stringify(body)],
})
export const page = '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome to the hotel</body></html>'

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const perByte = (text: string): Uint8Array[] => Array.from(bytes(text), byte => Uint8Array.of(byte))
