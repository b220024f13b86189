import { Buffer } from 'node:buffer'
import { performance } from 'node:perf_hooks'
import { CassetteError } from '../errors.ts'
import { writeCassette } from './file.ts'
import type { Interaction, RecordedRequest, RecordedResponse } from './interaction.ts'
import { keptHeaders, publicUrl, type SentRequest } from './request.ts'
import type { Secrets } from './secrets.ts'

/** A request that was started, and what became of it once its body was read to the end. */
interface Slot {
  recorded?: Omit<Interaction, 'id'>
}

/** Lets requests through to the network and writes down those whose bodies arrive whole. */
export class Recorder {
  readonly #path: string | URL
  readonly #secrets: Secrets
  /** In the order in which the requests were made, however their bodies overtake each other. */
  readonly #slots: Slot[] = []

  constructor(path: string | URL, secrets: Secrets) {
    this.#path = path
    this.#secrets = secrets
  }

  get interactions(): readonly Interaction[] {
    return this.#slots.flatMap(({ recorded }) => recorded ?? []).map((recorded, id) => ({ id, ...recorded }))
  }

  /**
   * The network's response, its body passed on as it arrives. When the body ends the file is written; when that cannot
   * be, the read that would have told the end fails instead, so that no recording is lost in silence. A body that is
   * cancelled before its end or breaks off is not recorded.
   */
  async record(sent: SentRequest, send: () => Promise<Response>): Promise<Response> {
    const slot: Slot = {}
    this.#slots.push(slot)
    const started = performance.now()
    const response = await send()
    const duration = performance.now() - started

    const keep = (chunks: readonly Uint8Array[]): void => {
      slot.recorded = { request: recordedRequest(sent), response: this.#recordedResponse(response, chunks, duration) }
      this.#write()
    }
    if (!response.body) {
      keep([])
      return response
    }
    const passed = new Response(collected(response.body, keep), response)
    return Object.defineProperty(passed, 'url', { value: response.url })
  }

  #recordedResponse(response: Response, chunks: readonly Uint8Array[], duration: number): RecordedResponse {
    const bytes = Buffer.concat(chunks)
    const headers = keptHeaders(response.headers, 'response')
    return {
      proto: 'HTTP/1.1',
      proto_major: 1,
      proto_minor: 1,
      content_length: bytes.length,
      body: this.#textOf(bytes),
      ...(headers && { headers }),
      status: `${response.status} ${response.statusText}`.trimEnd(),
      code: response.status,
      duration: goDuration(duration),
      ...(chunks.length > 1 && { chunk_offsets: offsetsOf(chunks) }),
    }
  }

  #textOf(bytes: Uint8Array): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch (cause) {
      const problem = 'a response body is not UTF-8 text, the only kind that a cassette holds'
      throw new CassetteError(`Cannot record into cassette '${this.#path}': ${problem}.`, 'unreadable', { cause })
    }
  }

  /** Refuses for good once a secret is found: a file without that interaction would replay wrongly. */
  #write(): void {
    const { interactions } = this
    for (const [field, text] of textsOf(interactions, 'interactions')) {
      const source = this.#secrets.find(text)
      if (source === undefined) continue
      throw new CassetteError(
        `Cannot write cassette '${this.#path}': ${field} holds ${source}. Nothing was written; ` +
          `keep the secret out of the request or response, and renew it if it came from the service.`,
        'secret_found',
      )
    }
    writeCassette(this.#path, { comment: '', interactions })
  }
}

function recordedRequest({ url, method, body, headers }: SentRequest): RecordedRequest {
  const kept = keptHeaders(headers, 'request')
  return {
    proto: 'HTTP/1.1',
    proto_major: 1,
    proto_minor: 1,
    content_length: Buffer.byteLength(body),
    host: '',
    ...(body !== '' && { body }),
    ...(kept && { headers: kept }),
    url: publicUrl(url),
    method,
  }
}

/**
 * The stream, unchanged; `keep` gets its chunks when it has ended, and its failure is the stream's. An event stream has
 * ended with `[DONE]`: readers stop there and cancel, since what follows is no answer.
 */
function collected(stream: ReadableStream<Uint8Array>, keep: (chunks: readonly Uint8Array[]) => void) {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let tail = '\n'
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) {
          keep(chunks)
          return controller.close()
        }
        // A copy: the reader may change or transfer what it is given.
        chunks.push(value.slice())
        const text = tail + Buffer.from(value).toString('latin1')
        if (/[\r\n]data: *\[DONE\]/.test(text)) keep(chunks)
        tail = text.slice(-longestMark)
        controller.enqueue(value)
      },
      cancel: reason => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** A mark that is cut in two is found with this much of the chunk before. */
const longestMark = 20

function offsetsOf(chunks: readonly Uint8Array[]): number[] {
  let end = 0
  return chunks.slice(0, -1).map(chunk => (end += chunk.length))
}

/** Every string of a value, keys included, with its path. */
function* textsOf(value: unknown, path: string): Generator<readonly [path: string, text: string]> {
  if (typeof value === 'string') yield [path, value]
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    yield* textsOf(inner, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`)
  }
}

/** Milliseconds as Go prints a duration: `17.25µs`, `635.784ms`, `1m2.5s`. */
export function goDuration(milliseconds: number): string {
  // In whole nanoseconds first: their quotients print exactly, sums of fractions do not.
  const nanoseconds = Math.round(milliseconds * 1e6)
  if (nanoseconds === 0) return '0s'
  if (nanoseconds < 1e3) return `${nanoseconds}ns`
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`
  const minutes = Math.floor(nanoseconds / 60e9)
  const hours = Math.floor(minutes / 60)
  const seconds = `${(nanoseconds % 60e9) / 1e9}s`
  if (minutes === 0) return seconds
  return hours === 0 ? `${minutes}m${seconds}` : `${hours}h${minutes % 60}m${seconds}`
}
