import { isComposite } from '../../composite.ts'
import { OutputError, StreamError } from '../../errors.ts'
import { GrowingText } from '../../text.ts'
import type { DeltaSink, Ending, Reported, Turn, WireDecoder } from '../wire.ts'
import { Bytes } from './bytes.ts'
import { CallAssembler, type CallFragment } from './calls.ts'
import { endingOf } from './ending.ts'
import { Envelope } from './envelope.ts'
import { HeldText } from './held.ts'
import { Reasoning } from './reasoning.ts'
import { addReport, readUsage } from './usage.ts'

type Json = Record<string, unknown>

/** Finish reasons are words; no longer one is passed on, in characters. */
const longestReason = 64
/** An answer may be this long, reasoning included, in UTF-16 units: a model that repeats itself never ends by itself. */
const maxOutput = 16 * 1024 * 1024

/**
 * 1. One decoder, two shapes: a plain completion is a stream of one chunk.
 *
 * Decodes chat-completion chunks, or one whole completion. Lenient in shape - any
 * field may be absent, null or of an odd kind - and strict in one thing: an error anywhere wins.
 *
 * @param fail makes the error for an `error` found inside a payload.
 * @param place how many messages stand before this turn: it makes the ids that we invent unique in the transcript.
 */
export class ChatDecoder implements WireDecoder {
  readonly #sink: DeltaSink
  readonly #fail: (body: Json) => Error
  readonly #calls: CallAssembler
  readonly #reasoning = new Reasoning()
  readonly #text = new GrowingText()
  #refusal = ''
  finishReason: string | null = null
  reported: Reported | undefined
  id: string | undefined
  model: string | undefined
  #length = 0
  #payloads = 0
  #answered = false
  /** Output has come in deltas. */
  #byDelta = false
  #ending: Ending = 'clean'
  /** Some servers put "stop" on every chunk (BerriAI/litellm#2195): then the finish reason tells no end. */
  #wentOn = false
  /** That of the event before, if another one like it would only let the same text grow. */
  #envelope: Envelope | undefined
  #learned = 0
  /** Arguments that came in such events, as they stand in JSON: a call is told of all that came in one read at once. */
  readonly #held = new HeldText()
  /** The sink has had enough. */
  #over = false

  constructor(sink: DeltaSink, fail: (body: Json) => Error, place = 0) {
    this.#sink = sink
    this.#fail = fail
    this.#calls = new CallAssembler(sink, place)
  }

  get finished(): boolean {
    return this.finishReason !== null && !this.#wentOn
  }

  get empty(): boolean {
    return !this.#answered
  }

  get holds(): boolean {
    return this.#held.length > 0
  }

  get outputLength(): number {
    return this.#length + this.#calls.length + this.#held.length
  }

  feed(payload: string): void {
    if (this.#over) return
    if (this.#envelope !== undefined && this.#repeated(payload)) return
    this.#payloads++
    this.flush()
    // What it was held back for may have left no hope: then this one is not wanted.
    if (this.#over) return
    const chunk = this.#parse(payload)
    // vLLM and Mistral name the kind of object instead of wrapping it.
    if (chunk.error || chunk.object === 'error') throw this.#fail(chunk)
    if (typeof chunk.id === 'string' && chunk.id !== '') this.id ??= chunk.id
    if (typeof chunk.model === 'string' && chunk.model !== '') this.model ??= chunk.model
    const usage = objectOf(chunk.usage) ?? objectOf(objectOf(chunk.x_groq)?.usage)
    if (usage !== undefined) this.reported = addReport(this.reported, readUsage(usage))
    const choice = firstChoice(chunk.choices)
    if (choice === undefined) return
    this.#answered = true
    if (choice.error) throw this.#fail(choice)
    const before = this.outputLength
    this.#read(choice)
    if (this.outputLength > before) {
      this.#grew()
      this.#byDelta ||= objectOf(choice.delta) !== undefined
    }
    this.#envelope = this.#envelopeOf(payload, chunk)
    if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') {
      const ending = endingOf(choice.finish_reason)
      // After the first reason only one counts that is not clean, and one that nobody knows takes no such one back.
      const worse = ending !== 'clean' && (ending !== 'unknown' || this.#ending === 'clean')
      if (this.finishReason === null || worse) {
        this.finishReason = choice.finish_reason.slice(0, longestReason)
        this.#ending = ending
      }
    }
  }

  flush(): void {
    if (!this.holds) return
    const { text, ends } = this.#held.take()
    this.#over = !this.#calls.goOn(text, ends)
  }

  end(): Turn {
    this.flush()
    this.#calls.finish()
    const text = this.#text.value
    const wire = this.#calls.wire
    const message: Record<string, unknown> & { role: 'assistant' } = { role: 'assistant' }
    if (text !== '') message.content = text
    if (wire.length > 0) message.tool_calls = wire
    this.#reasoning.write(message)
    return {
      message,
      text,
      reasoning: this.#reasoning.text,
      refusal: this.#refusal,
      calls: this.#calls.calls,
      finishReason: this.finishReason,
      ending: this.#ending,
    }
  }

  repeats(array: Uint8Array, from: number): number {
    const envelope = this.#envelope
    if (envelope === undefined || this.#over) return from
    const { field, text } = envelope
    const isCall = field === 'arguments'
    const bytes = new Bytes(array)
    for (let at = from; ; ) {
      const next = envelope.read(bytes, at)
      if (next < 0) return at
      if (text.length > 0) {
        // As long as all before it: it may be all of it once more, and then says nothing.
        if (isCall && text.length === this.#calls.lastLength + this.#held.length) return at
        this.#held.append(bytes, text)
        if (!isCall) this.#read({ delta: { [field]: this.#held.take().text } })
        this.#grew()
      }
      this.#payloads++
      at = next
      if (!isCall) return at
    }
  }

  /** Data that holds a line break came in several lines, and where one was empty would stand there as two events. */
  #repeated(payload: string): boolean {
    return !payload.includes('\n') && this.repeats(Envelope.bytesOf(payload), 0) > 0
  }

  /** Events that differ in more than their text each time are not worth to be looked at twice. */
  #envelopeOf(payload: string, chunk: Json): Envelope | undefined {
    if (this.#learned > 8 + this.#payloads / 16) return undefined
    this.#learned++
    const envelope = Envelope.of(payload, chunk)
    return envelope?.field !== 'arguments' || this.#calls.goesOn(envelope.id) ? envelope : undefined
  }

  #grew(): void {
    // What comes after the finish reason is part of the answer; most of it is empty.
    if (this.finishReason !== null) this.#wentOn = true
    if (this.outputLength > maxOutput) {
      throw new OutputError(`Cannot use the answer: it is longer than ${maxOutput} characters`, 'limit')
    }
  }

  #read(choice: Json): void {
    const delta = objectOf(choice.delta)
    const part = delta ?? this.#unsaid(objectOf(choice.message) ?? {})
    const reasoning = this.#reasoning.feed(part)
    if (reasoning !== '') {
      this.#length += reasoning.length
      this.#sink.reasoning(reasoning)
    }
    const text = textOf(part.content)
    if (text !== '') {
      this.#text.append(text)
      this.#length += text.length
      this.#sink.text(text)
    }
    if (typeof part.refusal === 'string') {
      this.#refusal += part.refusal
      this.#length += part.refusal.length
    }
    if (!Array.isArray(part.tool_calls)) return
    for (const [place, each] of part.tool_calls.entries()) {
      const fragment: CallFragment | undefined = objectOf(each)
      if (fragment === undefined) continue
      // In a whole message every entry is a call, and its place tells it from the others where ids are missing.
      this.#calls.feed(fragment, delta === undefined ? place : fragment.index)
    }
  }

  /** Behind deltas a message says the whole once more; new is what none of them has said. */
  #unsaid(message: Json): Json {
    if (!this.#byDelta) return message
    return {
      ...(this.#text.length === 0 && { content: message.content }),
      ...(this.#refusal === '' && { refusal: message.refusal }),
      ...(this.#calls.length === 0 && { tool_calls: message.tool_calls }),
    }
  }

  /** The message names the place, never the payload: it may hold what must not be logged. */
  #parse(payload: string): Json {
    let chunk: unknown
    try {
      chunk = JSON.parse(payload)
    } catch {
      throw new StreamError(
        `Payload ${this.#payloads} of the answer (${payload.length} characters) is not JSON`,
        'malformed',
      )
    }
    const [first] = Array.isArray(chunk) ? chunk : []
    // Gemini's compatible endpoint puts the one error into a list.
    const object = objectOf(objectOf(first)?.error ? first : chunk)
    if (object === undefined) {
      throw new StreamError(`Payload ${this.#payloads} of the answer is not a JSON object`, 'malformed')
    }
    return object
  }
}

const objectOf = (value: unknown): Json | undefined =>
  isComposite(value) && !Array.isArray(value) ? (value as Json) : undefined

/** Only choice 0 counts; gateways may send more. */
const firstChoice = (choices: unknown): Json | undefined =>
  Array.isArray(choices) ? objectOf(choices.find(each => (objectOf(each)?.index ?? 0) === 0)) : undefined

/** Mistral sends content as parts; thinking parts are not text. */
const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map(part => (part?.type === 'text' && typeof part.text === 'string' ? part.text : '')).join('')
}
