import { defined } from './defined.ts'
import { APIError, OutputError, StreamError, TimeoutError } from './errors.ts'
import type { Message } from './types.ts'

/**
 * Whether another model may do better: it is elsewhere, has another key or another mind. A broken request stays broken, a
 * limit of tokens stays the same, and what the user's own schema threw has nothing to do with models.
 */
export const anotherMayDo = (error: unknown): boolean =>
  error instanceof StreamError ||
  error instanceof TimeoutError ||
  (error instanceof APIError && error.code !== 'bad_request') ||
  (error instanceof OutputError && error.code !== 'truncated' && error.cause === undefined)

/**
 * The transcript for another model: reasoning and whatever else stands in a turn beside its words and calls was for the
 * model that wrote it, and others refuse it.
 *
 * @param given how many messages at the front are the caller's own; they go as they are.
 */
export const forAnother = (messages: readonly Message[], given: number): readonly Message[] =>
  messages.map((message, i) => {
    if (i < given || message.role !== 'assistant') return message
    const { role, content, tool_calls } = message
    return defined({ role, content, tool_calls })
  })
