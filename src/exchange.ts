import { Abort, orAbort } from './abort.ts'
import { type Access, fetchOf, urlOf } from './access.ts'
import type { Answer, Context } from './context.ts'
import { defined } from './defined.ts'
import { APIError, type ExtractError, OutputError, StreamError } from './errors.ts'
import { typed } from './failing.ts'
import { BodyReader } from './http/body.ts'
import { Clocks, clockLimits } from './http/clocks.ts'
import { apiError } from './http/failure.ts'
import type { BodySink } from './http/framing.ts'
import { Head } from './http/head.ts'
import { isUnsent } from './http/network.ts'
import { redact } from './http/redact.ts'
import { requestIdOf, send } from './http/send.ts'
import type { OpenCall } from './ledger.ts'
import type { Asked } from './modes.ts'
import { AnswerSink } from './sink.ts'
import { ChatDecoder } from './wire/chat-completions/decode.ts'
import type { Turn } from './wire/wire.ts'

/** One request and what came of it. */
export interface Exchanged {
  readonly answer: Answer
  readonly headers: Headers
}

/** One request: its body is read into its sink while the clocks run. */
export class Exchange<I, O> implements BodySink {
  readonly #context: Context<I, O>
  readonly #access: Access
  readonly #call: OpenCall
  readonly #asked: Asked
  readonly #abort = new Abort()
  readonly #clocks: Clocks
  readonly #sink: AnswerSink<I, O>
  readonly #decoder: ChatDecoder
  #reader: BodyReader | undefined
  #requestId: string | undefined
  /** Enough has been read. */
  stopped = false
  /** A payload has come in this piece of the network. */
  #came = false
  /** The length of the output before it. */
  #before = 0

  /** @param place how many messages the request has. */
  constructor(context: Context<I, O>, access: Access, call: OpenCall, place: number, asked: Asked) {
    this.#context = context
    this.#access = access
    this.#call = call
    this.#asked = asked
    this.#clocks = new Clocks(
      clockLimits(context.plan.options.timeout, context.streamed),
      error => this.#abort.abort(error),
      () => this.#reader?.stop(),
    )
    this.#sink = new AnswerSink(context, asked.asking)
    this.#decoder = new ChatDecoder(this.#sink, this.#fail, place)
  }

  /** @param json the body. */
  async run(json: string): Promise<Exchanged> {
    const { signal, ledger } = this.#context
    const abort = this.#abort
    const follow = (): void => abort.abort(signal.reason)
    signal.addEventListener('abort', follow)
    if (signal.aborted) follow()
    const unwatch = ledger.watch(error => abort.abort(error))
    try {
      return await this.#read(await this.#send(json))
    } catch (cause) {
      // The request ends with the attempt: whatever is still on its way is not wanted.
      abort.abort(cause)
      if (signal.aborted) throw cause
      return this.#failed(typed(cause))
    } finally {
      this.#clocks.stop()
      unwatch()
      signal.removeEventListener('abort', follow)
      this.#account()
      ledger.close(this.#call, json, this.#decoder.outputLength)
    }
  }

  async #send(json: string): Promise<Response> {
    const { plan } = this.#context
    const { headers, secrets } = this.#access
    const response = await send({
      provider: plan.provider.row.name,
      url: urlOf(plan),
      headers,
      body: json,
      fetch: fetchOf(plan) ?? globalThis.fetch,
      signal: this.#abort,
      secrets,
    })
    this.#clocks.progress()
    this.#call.timing.firstByte = this.#clocks.elapsed
    this.#requestId = requestIdOf(response.headers, secrets)
    return response
  }

  async #read(response: Response): Promise<Exchanged> {
    const decoder = this.#decoder
    this.#reader = new BodyReader(response, this.#access.secrets)
    let whole = false
    try {
      whole = await this.#reader.read(this, this.#abort)
    } catch (error) {
      // A connection that breaks after the finish reason takes nothing from the answer.
      if (!decoder.finished || !(error instanceof StreamError) || error.code !== 'network') throw error
    }
    const turn: Turn = { ...decoder.end(), finishReason: this.#finishReason }
    const { indices, view, notes } = this.#sink.answer(turn)
    this.#noteShown()
    this.#context.channel.grew()
    if (!whole && !this.stopped && turn.finishReason === null) {
      throw new StreamError(
        'The answer ended before it was finished: no finish reason and no [DONE] came',
        'interrupted',
      )
    }
    if (decoder.empty) throw new StreamError('The answer holds no choice', 'malformed')
    if (turn.ending === 'error') {
      throw new APIError(`${this.#context.plan.provider.row.name} ended the answer with an error`, 'upstream', {
        status: 200,
        retryable: true,
      })
    }
    this.#call.outcome = 'ok'
    const given = this.stopped || view?.whole === undefined ? this.#sink.hopeless : undefined
    const { secrets } = this.#access
    const answer: Answer = {
      asking: this.#asked.asking,
      mode: this.#asked.mode,
      turn,
      calls: indices.map(index => turn.calls[index]!),
      view,
      response: new Head(response, secrets),
      notes,
      secrets,
      fault: given && (this.stopped || given.code === 'limit') ? { ...given, input: view?.value } : undefined,
    }
    return { answer, headers: response.headers }
  }

  /** An answer after all, where the provider has refused the turn by itself: there is nothing of it to send back, only to quote. */
  #failed(error: ExtractError): Exchanged {
    this.#decoder.flush()
    // An error inside a 200 has a status of its own, and a model that had run.
    const hasRun = this.#reader !== undefined || !(error instanceof APIError || isUnsent(error))
    if (!hasRun) this.#context.ledger.refused(this.#call)
    if (error.requestId === undefined && this.#requestId !== undefined)
      Object.assign(error, { requestId: this.#requestId })
    if (!(error instanceof OutputError) || !error.retryable) throw error
    const { code, issues, text } = error
    const turn = new ChatDecoder(this.#sink, this.#fail).end()
    const headers = new Headers()
    const response = { status: 400, headers }
    const fault = { code, issues, generation: text }
    return { answer: { ...this.#asked, turn, calls: [], view: undefined, response, notes: [], fault }, headers }
  }

  // ---- while it is read

  payload(text: string): void {
    this.#came = true
    this.#decoder.feed(text)
    if (!this.#decoder.holds) this.#lookForHope()
  }

  repeats(bytes: Uint8Array, from: number): number {
    const to = this.#decoder.repeats(bytes, from)
    if (to > from) this.#came = true
    if (!this.#decoder.holds) this.#lookForHope()
    return to
  }

  pause(): Promise<void> | undefined {
    const decoder = this.#decoder
    const clocks = this.#clocks
    const { channel } = this.#context
    decoder.flush()
    this.#noteShown()
    this.#lookForHope()
    if (this.stopped) this.#reader?.stop()
    // The clocks are told once for each piece of the network; a comment is no sign of life.
    if (this.#came) clocks.progress(decoder.outputLength > this.#before)
    if (decoder.finished) clocks.finished()
    this.#came = false
    this.#before = decoder.outputLength
    channel.grew()
    const backlog = channel.backlog()
    if (backlog === undefined) return undefined
    clocks.pause()
    return orAbort(backlog, this.#abort).finally(() => clocks.resume())
  }

  /** Once it has finished nothing is saved: the strict end decides. */
  #lookForHope(): void {
    if (!this.stopped && !this.#decoder.finished) this.stopped = this.#sink.hopeless !== undefined
  }

  #noteShown(): void {
    const { timing } = this.#call
    if (timing.firstPartial === undefined && this.#sink.shown) timing.firstPartial = this.#clocks.elapsed
  }

  readonly #fail = (body: unknown): Error =>
    apiError({
      provider: this.#context.plan.provider.row.name,
      status: 200,
      headers: new Headers(),
      body,
      secrets: this.#access.secrets,
      requestId: this.#requestId,
    })

  // ---- the receipt; a gateway may echo a key in any of it

  get #finishReason(): string | null {
    const { finishReason } = this.#decoder
    return finishReason && redact(finishReason, this.#access.secrets)
  }

  #account(): void {
    const call = this.#call
    const { secrets } = this.#access
    const { reported, id, model, outputLength } = this.#decoder
    const responseId = id && redact(id, secrets)
    const told = defined({
      usage: reported?.usage,
      cost: reported?.cost,
      finishReason: this.#finishReason ?? undefined,
      responseId,
      responseModel: model && redact(model, secrets),
      requestId: this.#requestId ?? responseId,
    })
    Object.assign(call, told, { received: outputLength })
    call.timing.total = this.#clocks.elapsed
  }
}
