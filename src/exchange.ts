import { Abort, orAbort } from './abort.ts'
import { type Access, fetchOf, urlOf } from './access.ts'
import type { Answer, Context } from './context.ts'
import { APIError, OutputError, StreamError } from './errors.ts'
import { typed } from './failing.ts'
import { BodyReader, type BodySink } from './http/body.ts'
import { Clocks, clockLimits } from './http/clocks.ts'
import { apiError } from './http/failure.ts'
import { redact, redactHeaders } from './http/redact.ts'
import { requestIdOf, send } from './http/send.ts'
import type { OpenCall } from './ledger.ts'
import type { Asked } from './modes.ts'
import { sinkFor } from './sink.ts'
import { ChatDecoder } from './wire/chat-completions/decode.ts'

/** One request and what came of it: the body read into its sinks while the clocks run. */
export const exchange = async <I, O>(
  context: Context<I, O>,
  json: string,
  { headers, secrets }: Access,
  call: OpenCall,
  place: number,
  { asking, mode }: Asked,
): Promise<{ readonly answer: Answer; readonly headers: Headers }> => {
  const { plan, channel, ledger, signal } = context
  const abort = new Abort()
  const follow = (): void => abort.abort(signal.reason)
  signal.addEventListener('abort', follow)
  if (signal.aborted) follow()
  let reader: BodyReader | undefined
  const clocks = new Clocks(
    clockLimits(plan.options.timeout, context.streamed),
    error => abort.abort(error),
    () => reader?.stop(),
  )
  const unwatch = ledger.watch(error => abort.abort(error))
  const { sink, answer: held, hopeless, shown } = sinkFor(context, asking)
  let stopped = false
  let requestId: string | undefined
  const fail = (body: unknown): Error =>
    apiError({ provider: plan.provider.row.name, status: 200, headers: new Headers(), body, secrets, requestId })
  const decoder = new ChatDecoder(sink, fail, place)
  // Once it has finished nothing is saved: the strict end decides.
  const isHopeless = (): boolean => !decoder.finished && hopeless() !== undefined
  const noteShown = (): void => {
    if (call.timing.firstPartial === undefined && shown()) call.timing.firstPartial = clocks.elapsed
  }
  try {
    const response = await send({
      provider: plan.provider.row.name,
      url: urlOf(plan),
      headers,
      body: json,
      fetch: fetchOf(plan) ?? globalThis.fetch,
      signal: abort,
      secrets,
    })
    clocks.progress()
    call.timing.firstByte = clocks.elapsed
    requestId = requestIdOf(response.headers, secrets)
    reader = new BodyReader(response, secrets)
    let came = false
    let before = 0
    const payloads: BodySink = {
      payload(text) {
        came = true
        decoder.feed(text)
        stopped ||= isHopeless()
        return !stopped
      },
      pause() {
        decoder.flush()
        noteShown()
        stopped ||= isHopeless()
        if (stopped) reader?.stop()
        // The clocks are told once for each piece of the network; a comment is no sign of life.
        if (came) clocks.progress(decoder.outputLength > before)
        if (decoder.finished) clocks.finished()
        came = false
        before = decoder.outputLength
        channel.grew()
        const backlog = channel.backlog()
        if (backlog === undefined) return undefined
        clocks.pause()
        return orAbort(backlog, abort).finally(() => clocks.resume())
      },
    }
    const whole = await reader.read(payloads, abort).catch(error => {
      // A connection that breaks after the finish reason takes nothing from the answer.
      if (decoder.finished && error instanceof StreamError && error.code === 'network') return false
      throw error
    })
    const said = decoder.end()
    const finishReason = said.finishReason && redact(said.finishReason, secrets)
    const turn = finishReason === said.finishReason ? said : { ...said, finishReason }
    const { indices, view, notes } = held(turn)
    noteShown()
    channel.grew()
    if (!whole && !stopped && turn.finishReason === null) {
      throw new StreamError(
        'The answer ended before it was finished: no finish reason and no [DONE] came',
        'interrupted',
      )
    }
    if (decoder.empty) throw new StreamError('The answer holds no choice', 'malformed')
    if (turn.ending === 'error') {
      throw new APIError(`${plan.provider.row.name} ended the answer with an error`, 'upstream', {
        status: 200,
        retryable: true,
      })
    }
    call.outcome = 'ok'
    const given = stopped || view?.whole === undefined ? hopeless() : undefined
    const answer: Answer = {
      asking,
      mode,
      turn,
      calls: indices.map(index => turn.calls[index]!),
      view,
      response: new Head(response, secrets),
      notes,
      secrets,
      fault: given && (stopped || given.code === 'limit') ? { ...given, input: view?.value } : undefined,
    }
    return { answer, headers: response.headers }
  } catch (cause) {
    // The request ends with the attempt: whatever is still on its way is not wanted.
    abort.abort(cause)
    if (signal.aborted) throw cause
    decoder.flush()
    const error = typed(cause)
    // An error inside a 200 has a status of its own, and a model that had run.
    if (error instanceof APIError && reader === undefined) ledger.refused(call)
    if (error.requestId === undefined && requestId !== undefined) Object.assign(error, { requestId })
    if (error instanceof OutputError && error.retryable) {
      // The provider has refused the turn by itself: there is nothing of it to send back, only to quote.
      const { code, issues, text } = error
      const turn = new ChatDecoder(sink, fail).end()
      const headers = new Headers()
      const response = { status: 400, headers }
      const fault = { code, issues, generation: text }
      return { answer: { asking, mode, turn, calls: [], view: undefined, response, notes: [], fault }, headers }
    }
    throw error
  } finally {
    clocks.stop()
    unwatch()
    signal.removeEventListener('abort', follow)
    account(call, decoder, requestId, clocks.elapsed, secrets)
    ledger.close(call, json, decoder.outputLength)
  }
}

/** Status and headers without keys. Few look at the headers. */
class Head {
  readonly status: number
  readonly #headers: Headers
  readonly #secrets: readonly string[]
  #clean: Headers | undefined

  constructor({ status, headers }: Response, secrets: readonly string[]) {
    this.status = status
    this.#headers = headers
    this.#secrets = secrets
  }

  get headers(): Headers {
    this.#clean ??= redactHeaders(this.#headers, this.#secrets)
    return this.#clean
  }
}

const account = (
  call: OpenCall,
  decoder: ChatDecoder,
  requestId: string | undefined,
  elapsed: number,
  secrets: readonly string[],
): void => {
  const { reported, finishReason, id, model } = decoder
  if (reported !== undefined) call.usage = reported.usage
  if (reported?.cost !== undefined) call.cost = reported.cost
  // A gateway may echo a key in any of them.
  if (finishReason !== null) call.finishReason = redact(finishReason, secrets)
  if (id !== undefined) call.responseId = redact(id, secrets)
  if (model !== undefined) call.responseModel = redact(model, secrets)
  const known = requestId ?? call.responseId
  if (known !== undefined) call.requestId = known
  call.received = decoder.outputLength
  call.timing.total = elapsed
}
