import type { JsonSchema, Message, Options, Usage } from '../types.ts'

/** A function as a dialect sends it. */
export interface WireFunction {
  readonly name: string
  readonly description: string | undefined
  /** An object schema, already in the dialect. */
  readonly parameters: JsonSchema
}

export type ToolChoice = 'auto' | 'required' | 'none' | { readonly name: string }

/** One request, in our own words. */
export interface WireRequest {
  readonly messages: readonly Message[]
  readonly functions: readonly WireFunction[]
  /** Absent when there are no functions. */
  readonly choice: ToolChoice | undefined
  /** What the message itself has to be: any JSON object, or one of this schema. */
  readonly format?: 'json' | WireFunction | undefined
  readonly stream: boolean
}

/** The settings that every request of an extraction shares. */
export type WireSettings = Pick<
  Options,
  'strict' | 'maxOutputTokens' | 'temperature' | 'seed' | 'reasoning' | 'extraBody'
>

/**
 * What a decoder tells while it reads. Indices are ours: places in the turn's list of calls. A later call may open first; by
 * the end of the turn all have.
 */
export interface DeltaSink {
  text(delta: string): void
  reasoning(delta: string): void
  /** A call's name is known; its arguments follow. */
  call(index: number, name: string): void
  /**
   * @param ends where each delta ends, if these are several.
   * @returns how much of several is wanted, if not all: then what follows is not wanted either.
   */
  arguments(index: number, delta: string, ends?: readonly number[]): number | undefined
}

export interface WireCall {
  /** As the provider gave it; one of ours where it gave none, or one that an earlier call of the turn has. */
  readonly id: string
  readonly name: string
  /** JSON text, as the model wrote it. */
  readonly arguments: string
}

/** What a finish reason comes to: after all but `clean` the answer is no answer, whatever stands in it. */
export type Ending = 'clean' | 'length' | 'content_filter' | 'error' | 'unknown'

/** The model's turn, whole. */
export interface Turn {
  /** What goes back to the model as its own turn, in the wire's shape. */
  readonly message: Message
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  readonly calls: readonly WireCall[]
  /** As the provider gave it. */
  readonly finishReason: string | null
  /** What it means; `clean` where none came. */
  readonly ending: Ending
}

/** What the provider says an answer came to. */
export interface Reported {
  readonly usage: Usage
  /** USD. */
  readonly cost: number | undefined
}

/** Reads payloads into deltas and, at the end, a turn. A plain completion is a stream of one payload. */
export interface WireDecoder {
  /** @throws StreamError `malformed` for a payload that is not JSON, APIError for an error inside it. */
  feed(payload: string): void
  /**
   * Reads events, as they stand in the bytes of a stream, for as long as each lets only that grow which the one before let
   * grow. Returns where it stopped: before another event, or one that is not there as a whole, or because the sink was told.
   */
  repeats(bytes: Uint8Array, from: number): number
  /** Tells what it has held back to tell it at once: to be called when nothing more is there to feed for now. */
  flush(): void
  /** What was fed last is held back: the sink knows nothing of it yet. */
  readonly holds: boolean
  /** A finish reason has come and nothing of the answer after it: what may follow is usage. */
  readonly finished: boolean
  /** No payload held a choice so far. */
  readonly empty: boolean
  /** UTF-16 units of output so far, reasoning included: what an estimate goes by. */
  readonly outputLength: number
  /** All usage objects that came, in whichever payload; where two tell the same, the later one. */
  readonly reported: Reported | undefined
  readonly finishReason: string | null
  /** The answer's own id. */
  readonly id: string | undefined
  /** The end of the answer. */
  end(): Turn
}
