import { Abort, orAbort, type Stop } from './abort.ts'
import { type Access, accessOf, fetchOf, urlOf } from './access.ts'
import type { Channel } from './channel.ts'
import type { ArgumentsView } from './decode/view.ts'
import { APIError, ExtractError, OutputError, StreamError } from './errors.ts'
import { BodyReader, type BodySink } from './http/body.ts'
import { Clocks, clockLimits } from './http/clocks.ts'
import { apiError } from './http/failure.ts'
import { redact, redactHeaders } from './http/redact.ts'
import { nextTry, sleep } from './http/retry.ts'
import { requestIdOf, send } from './http/send.ts'
import type { Ledger, OpenCall } from './ledger.ts'
import { type Asked, type Asking, askingOf, requestOf, stepDown } from './modes.ts'
import type { Plan } from './plan.ts'
import type { Fault } from './repair/fault.ts'
import { bodyOf, jsonOf } from './request.ts'
import { sinkFor } from './sink.ts'
import type { Call, Issue, Message } from './types.ts'
import { ChatDecoder } from './wire/chat-completions/decode.ts'
import { maxTokensField } from './wire/chat-completions/encode.ts'
import type { Turn, WireCall } from './wire/wire.ts'

/** What the parts of one run share. */
export interface Context<I, O> {
  readonly plan: Plan<I, O>
  readonly channel: Channel<I>
  readonly ledger: Ledger
  readonly signal: Stop
  readonly streamed: boolean
  /** What is asked for is a part of the answer, which is not shown as it grows. */
  readonly aside?: boolean
}

/** A turn of the model with what the run needs to judge it. */
export interface Answer extends Asked {
  readonly turn: Turn
  /** The calls that hold the answer: one, or those of a choice. */
  readonly calls: readonly WireCall[]
  readonly view: ArgumentsView | undefined
  readonly response: { readonly status: number; readonly headers: Headers }
  /** What had to be taken off the text to find the answer in it. */
  readonly notes: readonly Issue[]
  /** What is wrong with it, where the provider has found that already, or we gave it up for that. */
  readonly fault?: Fault
  /** What no one may get to know who gets to know the answer. */
  readonly secrets?: readonly string[]
}

/**
 * Asks once, and again after failures of the transport and where another way of asking is left. A stream that breaks after
 * something was shown restarts as another attempt.
 */
export const ask = async <I, O>(
  context: Context<I, O>,
  messages: readonly Message[],
  forced: boolean,
  kind: Call['kind'],
): Promise<Answer> => {
  const { plan, channel, ledger, signal } = context
  let sending = kind
  for (let tries = 1; ; tries++) {
    if (channel.begun && !context.aside) channel.restart()
    const { asking, mode } = askingOf(plan)
    const request = requestOf(plan, asking, messages, forced, context.streamed)
    const json = jsonOf(plan, request)
    const lengthField = maxTokensField(plan.provider)
    const entered = plan.provider.memory.limiter?.enter(json.length, plan.options.maxOutputTokens, signal)
    const pass = entered instanceof Promise ? await entered : entered
    let call: OpenCall | undefined
    try {
      // Before the ledger opens a call: without a key nothing is sent.
      const given = accessOf(plan, context.streamed, signal)
      const access = given instanceof Promise ? await given : given
      const model = `${plan.provider.row.name}/${plan.modelId}`
      ledger.admit(json, model)
      call = ledger.open(sending, channel.attempt, model, mode.used)
      if (channel.watched)
        channel.emit({ type: 'request', attempt: channel.attempt, kind: sending, body: bodyOf(plan, request) })
      const { headers, ...answer } = await once(context, json, access, call, request.messages.length, asking)
      plan.provider.retries.succeeded(tries > 1)
      pass?.leave(call.usage, headers)
      return { ...answer, asking, mode }
    } catch (error) {
      pass?.leave(call?.usage, error)
      if (call === undefined) throw error
      call.outcome = signal.aborted ? 'aborted' : error instanceof ExtractError ? error.code : 'failed'
      if (signal.aborted) throw signal.reason
      sending = 'retry'
      const steppedDown = stepDown(plan, asking, error)
      if (steppedDown) channel.emit({ type: 'mode', attempt: channel.attempt, mode: askingOf(plan).mode })
      const learned = steppedDown || learn(plan, lengthField, error)
      // What was learned is no failure of the transport.
      if (learned) tries--
      const delay = learned ? 0 : nextTry(error, tries, { ...plan, budget: plan.provider.retries })
      if (typeof delay === 'string') throw noted(error, delay)
      channel.emit({ type: 'retry', attempt: channel.attempt, error, delay })
      await sleep(delay, signal)
    }
  }
}

/** Says how often it was tried; whoever reads the message need not count the ledger. */
const noted = (error: unknown, note: string): unknown => {
  if (error instanceof ExtractError) error.message += note
  return error
}

/** Newer OpenAI models take only `max_completion_tokens`, and say so: one switch, remembered with the provider. */
const learn = ({ provider, options }: Plan<any, any>, sent: string, error: unknown): boolean => {
  const field = 'max_completion_tokens'
  const taught = error instanceof APIError && error.code === 'bad_request' && error.message.includes(field)
  // What was sent tells, not what is known by now: calls that run side by side all learn.
  if (!taught || options.maxOutputTokens === undefined || sent === field) return false
  provider.memory.maxTokensField = field
  return true
}

const once = async <I, O>(
  context: Context<I, O>,
  json: string,
  { headers, secrets }: Access,
  call: OpenCall,
  place: number,
  asking: Asking,
): Promise<Omit<Answer, keyof Asked> & { readonly headers: Headers }> => {
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
  const { sink, answer, hopeless, shown } = sinkFor(context, asking)
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
    const turn = { ...said, finishReason: said.finishReason && redact(said.finishReason, secrets) }
    const { indices, view, notes } = answer(turn)
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
    return {
      turn,
      calls: indices.map(index => turn.calls[index]!),
      view,
      response: responseOf(response, secrets),
      headers: response.headers,
      notes,
      secrets,
      ...(given && (stopped || given.code === 'limit') && { fault: { ...given, input: view?.value } }),
    }
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
      return {
        turn,
        calls: [],
        view: undefined,
        response,
        headers,
        notes: [],
        fault: { code, issues, generation: text },
      }
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

/** Few look at the headers. */
const responseOf = ({ status, headers }: Response, secrets: readonly string[]): Answer['response'] => {
  let clean: Headers | undefined
  return {
    status,
    get headers() {
      clean ??= redactHeaders(headers, secrets)
      return clean
    },
  }
}

/** What nobody thought of, of a provider or of the platform, breaks the answer, not the promise that errors have a type. */
export const typed = (cause: unknown): ExtractError =>
  cause instanceof ExtractError
    ? cause
    : new StreamError(
        'Cannot read the answer: something broke that is not known to break; see the cause',
        'malformed',
        {
          cause,
          retryable: false,
        },
      )

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
