import { ChatDecoder } from '../../../src/wire/chat-completions/decode.ts'
import type { DeltaSink, Turn } from '../../../src/wire/wire.ts'

/** What a sink was told, the deltas of each part joined. */
export interface Told {
  text: string
  reasoning: string
  /** In the order in which they opened. */
  calls: { index: number; name: string; arguments: string }[]
}

export const recordingSink = (): { told: Told; sink: DeltaSink } => {
  const told: Told = { text: '', reasoning: '', calls: [] }
  const sink: DeltaSink = {
    text(delta) {
      told.text += delta
    },
    reasoning(delta) {
      told.reasoning += delta
    },
    call(index, name) {
      if (told.calls.some(call => call.index === index)) throw new Error(`call ${index} opened twice`)
      told.calls.push({ index, name, arguments: '' })
    },
    arguments(index, delta) {
      const call = told.calls.find(each => each.index === index)
      if (call === undefined) throw new Error(`arguments for call ${index}, which has not opened`)
      call.arguments += delta
      return undefined
    },
  }
  return { told, sink }
}

/** An error found inside a payload. */
export class Inside extends Error {
  constructor(readonly body: unknown) {
    super('an error inside')
  }
}

export const decoder = (): { decoder: ChatDecoder; told: Told } => {
  const { told, sink } = recordingSink()
  return { decoder: new ChatDecoder(sink, body => new Inside(body)), told }
}

/** What a decoder makes of these payloads; an object is sent as JSON. */
export const decode = (...payloads: (object | string)[]): { turn: Turn; told: Told; decoder: ChatDecoder } => {
  const { decoder: chat, told } = decoder()
  for (const each of payloads) chat.feed(typeof each === 'string' ? each : JSON.stringify(each))
  return { turn: chat.end(), told, decoder: chat }
}

export const chunk = (delta: object | null, finish_reason: string | null = null): object => ({
  choices: [{ index: 0, delta, finish_reason }],
})

export const fragment = (...tool_calls: unknown[]): object => chunk({ tool_calls })
