import { StreamError } from '../errors.ts'
import { own } from '../text.ts'

const LF = 0x0a

/** Is told the data of an event. Returns false when no more is wanted. */
type OnData = (data: string, isError: boolean) => boolean

/**
 * Cuts a stream of server-sent events into the data of each, to the letter of the standard as far as an answer needs it
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation): lines end with LF, CR or
 * both; one space after the colon is no part of the value; data lines are joined with LF; comments and other fields say
 * nothing, but for an event of the name `error`. llama.cpp wrote errors in a field `error`, which is none of the standard's,
 * until 2025 (ggml-org/llama.cpp#16109). A byte order mark is the reader's to take off.
 *
 * No character is looked at twice, and of a piece nothing is copied but an unfinished line at its end.
 */
export class EventSplitter {
  readonly #onData: OnData
  readonly #limit: number
  /** A line whose end has not come. */
  #rest = ''
  /** The data lines of an event whose blank line has not come. */
  #data: string | undefined
  /** That event is an error by its name. */
  #isError = false
  /** The last piece ended with CR: an LF at the start of the next one belongs to it. */
  #afterReturn = false

  /**
   * @param limit an event may be this long, in UTF-16 units.
   */
  constructor(limit: number, onData: OnData) {
    this.#limit = limit
    this.#onData = onData
  }

  /** Between two events: nothing is kept of what came. */
  get between(): boolean {
    return this.#rest === '' && this.#data === undefined && !this.#isError
  }

  /** @throws StreamError `malformed` for an event beyond the limit, also for one whose lines never end. */
  feed(text: string): void {
    let from = this.#afterReturn && text.charCodeAt(0) === LF ? 1 : 0
    if (text !== '') this.#afterReturn = false
    let lf = text.indexOf('\n', from)
    let cr = text.indexOf('\r', from)
    for (;;) {
      if (lf !== -1 && lf < from) lf = text.indexOf('\n', from)
      if (cr !== -1 && cr < from) cr = text.indexOf('\r', from)
      const end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr
      const line = this.#rest + text.slice(from, end === -1 ? text.length : end)
      if (line.length + (this.#data?.length ?? 0) > this.#limit + 'data: '.length)
        throw tooLong('An event', this.#limit)
      if (end === -1) {
        // A short rest must not hold a long piece in memory while the server thinks.
        this.#rest = from === 0 ? line : own(line)
        return
      }
      this.#rest = ''
      if (!this.#line(line)) return
      from = end + 1
      if (end !== cr) continue
      if (from === text.length) this.#afterReturn = true
      else if (text.charCodeAt(from) === LF) from++
    }
  }

  /** Many gateways send no blank line after their last event. */
  end(): void {
    this.feed('\n\n')
  }

  /** Returns false when no more is wanted. */
  #line(line: string): boolean {
    if (line === '') {
      const [data, isError] = [this.#data, this.#isError]
      this.#data = undefined
      this.#isError = false
      return data === undefined || this.#onData(data, isError)
    }
    const [, field, value = ''] = /^(data|error|event)(?:: ?|$)(.*)$/s.exec(line) ?? []
    if (field === 'event') this.#isError = value === 'error'
    else if (field !== undefined) {
      this.#isError ||= field === 'error'
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    }
    return true
  }
}

export const tooLong = (what: string, limit: number): StreamError =>
  new StreamError(`${what} is longer than ${limit} characters`, 'malformed', { retryable: false })
