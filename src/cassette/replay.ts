import { Buffer } from 'node:buffer'
import { cutBytes, splitEvents, streamOf } from './chunks.ts'
import type { Interaction } from './interaction.ts'

/** Statuses for which the platform's `Response` takes no body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * The recorded response, its body streamed as the network did where the file says how, else one server-sent event or
 * one whole body at a time.
 *
 * @param body what is played, when it is not the recorded body
 */
export function replayedResponse(
  { request, response }: Interaction,
  signal: AbortSignal | undefined,
  pace: number,
  body?: string,
) {
  const recorded = response.body ?? ''
  const headers = new Headers()
  for (const [name, values] of Object.entries(response.headers ?? {})) {
    for (const value of values) headers.append(name, value)
  }
  const chunks =
    body === undefined && response.chunk_offsets
      ? cutBytes(Buffer.from(recorded), response.chunk_offsets)
      : piecesOf(body ?? recorded, headers).map(piece => new TextEncoder().encode(piece))
  const status = response.code
  const replayed = new Response(bodiless.has(status) ? null : streamOf(chunks, signal, pace), {
    status,
    statusText: (response.status ?? '').replace(/^\d{3} ?/, ''),
    headers,
  })
  // As after a fetch; the constructor leaves it empty.
  return Object.defineProperty(replayed, 'url', { value: request.url })
}

const piecesOf = (body: string, headers: Headers): string[] =>
  /^text\/event-stream\b/.test(headers.get('content-type') ?? '') ? splitEvents(body) : [body]
