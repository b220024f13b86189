import { redact } from '../http/redact.ts'
import type { Event, FunctionCall } from '../types.ts'

/** A part of a message, in the form of the conventions. */
type Part = { readonly type: string } & Readonly<Record<string, unknown>>

type Loose = Readonly<Record<string, unknown>>

/** As JSON, without anything that has the shape of a key. A value that JSON has no word for becomes a string. */
export const recorded = (value: unknown): string =>
  redact(JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each)) ?? '', [])

/** The messages of a request. Images and files are named, not recorded. */
export const inputMessages = (messages: unknown): string =>
  recorded(Array.isArray(messages) ? messages.map(each => ({ role: each.role, parts: partsOf(each) })) : [])

const partsOf = ({ role, content, tool_calls: calls, tool_call_id: id }: Loose): Part[] => {
  if (role === 'tool') return [{ type: 'tool_call_response', id, response: content }]
  const said: Part[] = typeof content === 'string' ? [text(content)] : Array.isArray(content) ? content.map(partOf) : []
  const called = Array.isArray(calls) ? calls.map((call: FunctionCall) => callPart(call)) : []
  return [...said, ...called]
}

const text = (content: string): Part => ({ type: 'text', content })

const partOf = (part: Loose): Part => (typeof part.text === 'string' ? text(part.text) : { type: String(part.type) })

const callPart = ({ id, function: called }: FunctionCall): Part => ({
  type: 'tool_call',
  id,
  name: called?.name,
  arguments: called?.arguments,
})

/** What one call answered, put together from its events. */
export class AnswerContent {
  #text = ''
  #reasoning = ''
  #value: unknown

  see(event: Event): void {
    if (event.type === 'text') this.#text += event.delta
    if (event.type === 'reasoning') this.#reasoning += event.delta
    if (event.type === 'partial') this.#value = event.value
  }

  /** @param name the function of the answer; without one its text is all. */
  messages(name: string | undefined, finishReason: string | undefined): string {
    const parts: Part[] = [
      ...(this.#reasoning === '' ? [] : [{ type: 'reasoning', content: this.#reasoning }]),
      ...(this.#text === '' ? [] : [text(this.#text)]),
      ...(name === undefined || this.#value === undefined ? [] : [{ type: 'tool_call', name, arguments: this.#value }]),
    ]
    const finish_reason = finishReason === 'tool_calls' ? 'tool_call' : finishReason
    return recorded([{ role: 'assistant', parts, finish_reason }])
  }
}
