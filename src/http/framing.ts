import { parsed } from '../text.ts'
import { EventSplitter, tooLong } from './events.ts'

/** One server-sent event or plain body may be this long, in UTF-16 units (a base64 image in one event is real). */
const maxPayload = 32 * 1024 * 1024

/** Where the pieces of a body go. */
export interface BodySink {
  /** One JSON payload: the data of one event, or a whole plain body. */
  payload(text: string): void
  /**
   * Events in a piece of the network that need no decoding, as they stand there. Returns where the first other one begins,
   * or what only begins to be one: that is framed, and comes as a payload.
   */
  repeats(bytes: Uint8Array, from: number): number
  /** No more is wanted. */
  readonly stopped: boolean
  /** A piece of the network has been read through; a promise makes the socket wait. */
  pause(): Promise<void> | undefined
}

/** How the text of a body holds its payloads. */
export interface Framing {
  feed(text: string): void
  end(): void
  /** What comes next is the start of an event. */
  readonly between: boolean
  /** No more is wanted. */
  readonly stopped: boolean
  /** The body has said that it is whole. */
  readonly done: boolean
}

/** A plain body is one payload. */
export class WholeBody implements Framing {
  readonly between = false
  readonly stopped = false
  readonly done = true
  readonly #sink: BodySink
  #body = ''

  constructor(sink: BodySink) {
    this.#sink = sink
  }

  feed(text: string): void {
    this.#body += text
    if (this.#body.length > maxPayload) throw tooLong('The answer', maxPayload)
  }

  end(): void {
    this.#sink.payload(this.#body)
  }
}

/** Server-sent events, a payload each, and `[DONE]` behind them. */
export class Events implements Framing {
  done = false
  readonly #sink: BodySink
  readonly #splitter = new EventSplitter(maxPayload, (data, isError) => this.#take(data, isError))
  #ended = false

  constructor(sink: BodySink) {
    this.#sink = sink
  }

  get stopped(): boolean {
    return this.done || this.#sink.stopped
  }

  get between(): boolean {
    return this.#splitter.between
  }

  feed(text: string): void {
    this.#splitter.feed(text)
  }

  end(): void {
    this.#ended = true
    if (!this.stopped) this.#splitter.end()
  }

  #take(data: string, isError: boolean): boolean {
    const payload = data.trim()
    if (payload === '[DONE]') this.done = true
    // An event that the end has cut is no event: what is missing is the end, and that is what the caller sees.
    const isEvent = payload !== '' && !(this.#ended && parsed(payload) === undefined)
    if (isEvent && !this.done) this.#sink.payload(isError ? errorOf(payload) : data)
    return !this.stopped
  }
}

/** What came under the name of an error, as every other error comes. */
const errorOf = (payload: string): string => {
  const said = (parsed(payload) ?? payload) as { error?: unknown } | string | null
  return typeof said === 'object' && said?.error ? payload : JSON.stringify({ error: said || 'no words came with it' })
}
