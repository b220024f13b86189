import type { Stop } from '../abort.ts'
import { StreamError } from '../errors.ts'
import { bareURL, htmlWords } from './failure.ts'
import { type BodySink, Events, type Framing, WholeBody } from './framing.ts'
import { networkError } from './network.ts'
import { redact } from './redact.ts'
import { Utf8Reader } from './utf8.ts'

/** Milliseconds for which the end of a body is waited for when all that was wanted of it has come. */
const patience = 100
/** So much of a page is read before it is quoted, in UTF-16 units. */
const maxPage = 4096
/**
 * So many bytes are decoded at a time, and those up to the end of a line: V8 copies ASCII, and reads what stands behind the
 * first other character of a text byte by byte, at thirty times the price and mostly with two bytes for each character.
 */
const maxBlock = 2048
/** An event may be followed by others that need no decoding. The more are not, the longer the next block is. */
const blockStep = 512
const LF = 0x0a

/**
 * Reads a response body to its end and hands out its JSON payloads, whatever its framing. Servers answer a plain request
 * with a stream, a stream request with a plain body, and either with the wrong content type: the first character decides.
 *
 * Chunk borders never change what comes out.
 */
export class BodyReader {
  readonly #response: Response
  readonly #secrets: readonly string[]
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #characters = new Utf8Reader()
  #ended = false
  /** For the next piece of the network: what is thrown meanwhile has broken it. */
  #waits = false
  #framing: Framing | undefined
  /** What came before the framing was known. */
  #head = ''

  /**
   * @param response one with a body, as `send` returns it.
   * @param secrets values that must not appear in any message.
   */
  constructor(response: Response, secrets: readonly string[]) {
    this.#response = response
    this.#secrets = secrets
    this.#reader = response.body!.getReader()
  }

  /** Ends a pending `read` as if the body had ended, and frees the socket without waiting for it. */
  stop(): void {
    if (this.#ended) return
    this.#reader.cancel().catch(() => {})
  }

  /** Behind `[DONE]` nearly every body ends, and a connection that was read to the end can be used again. */
  #release(): void {
    const cancel = (): void => void this.#reader.cancel().catch(() => {})
    const timer = setTimeout(cancel, patience)
    this.#ended = true
    this.#reader
      .read()
      .then(({ done }) => done || cancel())
      .catch(() => {})
      .finally(() => clearTimeout(timer))
  }

  /**
   * Returns whether the body said itself that it is whole: `[DONE]`, or a plain body.
   *
   * 3. Every stream ends: as it should, by a typed error, or by the signal - whatever the body or its `cancel` does.
   *
   * @throws StreamError `malformed` for HTML, an oversized payload or bytes that are not UTF-8, `network` when the
   * connection breaks; TimeoutError `idle` when `fetch` itself gives up; the signal's reason on abort.
   */
  async read(sink: BodySink, signal: Stop): Promise<boolean> {
    // A pending read() does not end by itself when a custom fetch ignores its signal; cancelling ends it.
    const stop = (): void => this.stop()
    signal.addEventListener('abort', stop)
    try {
      for (;;) {
        signal.throwIfAborted()
        this.#waits = true
        const whole = this.#take(await this.#reader.read(), sink, signal)
        if (whole !== undefined) {
          if (whole && !this.#ended) this.#release()
          return whole
        }
        const wait = sink.pause()
        if (wait !== undefined) await wait
      }
    } catch (error) {
      if (!this.#waits) throw error
      signal.throwIfAborted()
      throw networkError(error, 'The connection broke while the answer was read', 'idle', this.#secrets)
    } finally {
      signal.removeEventListener('abort', stop)
      this.stop()
    }
  }

  /**
   * Takes one piece of the network, or the end; returns what `read` returns once there is nothing more to read. A function of
   * its own: what `read` had in its hands while it waits for the next piece would stay in memory.
   */
  #take({ value: bytes }: ReadableStreamReadResult<Uint8Array>, sink: BodySink, signal: Stop): boolean | undefined {
    this.#waits = false
    this.#ended = bytes === undefined
    // Whatever the read came to, an abort is what counts.
    signal.throwIfAborted()
    // Not instanceof: test runners give a body of another realm.
    if (bytes !== undefined && !ArrayBuffer.isView(bytes)) {
      throw new StreamError(
        `The answer came in pieces of type ${typeof bytes}, not as Uint8Array: check the fetch that was given`,
        'malformed',
        { retryable: false },
      )
    }
    if (bytes) this.#piece(bytes, sink)
    else this.#feed('', sink)
    const framing = this.#framing
    if (this.#ended) framing?.end()
    return this.#ended || framing?.stopped ? (framing?.done ?? false) : undefined
  }

  #piece(bytes: Uint8Array, sink: BodySink): void {
    let block = 0
    for (let from = 0, to = 0; from < bytes.length && !this.#framing?.stopped; from = to) {
      to = this.#framing?.between && !this.#characters.waits ? sink.repeats(bytes, from) : from
      if (to > from) block = 0
      else {
        to = bytes.indexOf(LF, from + block) + 1 || bytes.length
        // With the blank line that ends an event.
        while (bytes[to] === LF) to++
        this.#feed(this.#characters.read(bytes.subarray(from, to)), sink)
        block = Math.min(block + blockStep, maxBlock)
      }
    }
  }

  #feed(piece: string, sink: BodySink): void {
    let text = piece
    if (this.#framing === undefined) {
      text = (this.#head + text).trimStart()
      this.#framing = this.#framingOf(text, this.#ended, sink)
      this.#head = this.#framing === undefined ? text : ''
    }
    this.#framing?.feed(text)
  }

  #framingOf(head: string, ended: boolean, sink: BodySink): Framing | undefined {
    const first = head[0]
    if (first === undefined) return undefined
    if (first === '{' || first === '[') return new WholeBody(sink)
    if (first !== '<') return new Events(sink)
    if (!ended && head.length < maxPage) return undefined
    const { status, headers, url } = this.#response
    const bare = bareURL(url)
    const source = bare && ` from ${bare}`
    const type = headers.get('content-type') ?? ''
    const clean = (text: string): string => redact(text, this.#secrets)
    const page = htmlWords(clean(head.slice(0, maxPage)))
    throw new StreamError(
      `An answer was expected${clean(source)} and ${page} came (status ${status}, content-type '${clean(type)}'); check the base URL`,
      'malformed',
    )
  }
}
