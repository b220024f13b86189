import { orAbort } from './abort.ts'
import type { Channel } from './channel.ts'
import { ArgumentsView, TextView } from './decode/view.ts'
import { APIError, ConfigError, ExtractError, StreamError } from './errors.ts'
import { BodyReader, type BodySink } from './http/body.ts'
import { Clocks, clockLimits } from './http/clocks.ts'
import { apiError } from './http/failure.ts'
import { retryDelay, sleep } from './http/retry.ts'
import { requestIdOf, send } from './http/send.ts'
import type { Ledger, OpenCall } from './ledger.ts'
import type { Plan } from './plan.ts'
import type { Call } from './types.ts'
import { ChatDecoder } from './wire/chat-completions/decode.ts'
import { encodeRequest } from './wire/chat-completions/encode.ts'
import type { DeltaSink, Turn, WireRequest } from './wire/wire.ts'

/** What the parts of one run share. */
export interface Context<I, O> {
  readonly plan: Plan<I, O>
  readonly channel: Channel<I>
  readonly ledger: Ledger
  readonly signal: AbortSignal
  readonly streamed: boolean
}

/** A turn of the model with what the run needs to judge it. */
export interface Answer {
  readonly turn: Turn
  /** The view of the call that holds the answer, when there was one. */
  readonly view: ArgumentsView | undefined
  readonly response: { readonly status: number; readonly headers: Headers }
}

/**
 * Asks once, and again after failures of the transport. A stream that breaks after something was shown restarts as another
 * attempt.
 */
export const ask = async <I, O>(context: Context<I, O>, request: WireRequest, kind: Call['kind']): Promise<Answer> => {
  const { plan, channel, ledger, signal } = context
  let sending = kind
  for (let tries = 1; ; tries++) {
    if (channel.value !== undefined) channel.restart()
    // Before the ledger opens a call: without a key nothing is sent.
    const access = await orAbort(credentials(plan), signal)
    const body = bodyOf(plan, request)
    const json = toJson(body)
    const call = ledger.open(sending, channel.attempt, `${plan.provider.row.name}/${plan.modelId}`)
    channel.emit({ type: 'request', attempt: channel.attempt, kind: sending, body })
    try {
      return await once(context, json, access, call)
    } catch (error) {
      call.outcome = signal.aborted ? 'aborted' : error instanceof ExtractError ? error.code : 'failed'
      if (signal.aborted) throw signal.reason
      sending = 'retry'
      if (learn(plan, error)) continue
      const delay = tries > plan.maxRetries ? undefined : retryDelay(error, tries)
      if (delay === undefined) throw error
      channel.emit({ type: 'retry', attempt: channel.attempt, error, delay })
      await sleep(delay, signal)
    }
  }
}

/** The body of a request; the fields that every request of a run shares come from the plan. */
export const bodyOf = ({ provider, modelId, options }: Plan<any, any>, request: WireRequest): Record<string, unknown> =>
  encodeRequest(provider, modelId, request, options)

/** Messages and extraBody are the caller's: a bigint or a cycle in them is theirs to know of. */
const toJson = (body: Record<string, unknown>): string => {
  try {
    return JSON.stringify(body)
  } catch (cause) {
    throw new TypeError(`Cannot send the request as JSON: ${(cause as Error).message.split('\n')[0]}`, { cause })
  }
}

/** Newer OpenAI models take only `max_completion_tokens`, and say so: one switch, remembered with the provider. */
const learn = ({ provider, options }: Plan<any, any>, error: unknown): boolean => {
  const field = 'max_completion_tokens'
  const taught = error instanceof APIError && error.code === 'bad_request' && error.message.includes(field)
  const used = provider.memory.maxTokensField ?? provider.row.maxTokensField
  if (!taught || options.maxOutputTokens === undefined || used === field) return false
  provider.memory.maxTokensField = field
  return true
}

const once = async <I, O>(
  context: Context<I, O>,
  json: string,
  { headers, secrets }: Access,
  call: OpenCall,
): Promise<Answer> => {
  const { plan, channel, ledger, signal } = context
  const abort = new AbortController()
  const follow = (): void => abort.abort(signal.reason)
  signal.addEventListener('abort', follow, { once: true })
  if (signal.aborted) follow()
  let reader: BodyReader | undefined
  const clocks = new Clocks(
    clockLimits(plan.options.timeout, context.streamed),
    error => abort.abort(error),
    () => reader?.stop(),
  )
  const { sink, view } = sinkFor(context)
  let requestId: string | undefined
  const decoder = new ChatDecoder(sink, fault =>
    apiError({
      provider: plan.provider.row.name,
      status: 200,
      headers: new Headers(),
      body: fault,
      secrets,
      requestId,
    }),
  )
  try {
    const response = await send({
      provider: plan.provider.row.name,
      url: urlOf(plan),
      headers,
      body: json,
      fetch: fetchOf(plan) ?? globalThis.fetch,
      signal: abort.signal,
      secrets,
    })
    clocks.progress()
    call.timing.firstByte = clocks.elapsed
    requestId = requestIdOf(response.headers)
    reader = new BodyReader(response, secrets)
    const payloads: BodySink = {
      payload(text) {
        clocks.progress()
        decoder.feed(text)
        if (decoder.finished) clocks.finished()
        return true
      },
      pause() {
        channel.flush()
        const backlog = channel.backlog()
        if (backlog === undefined) return undefined
        clocks.pause()
        return orAbort(backlog, abort.signal).finally(() => clocks.resume())
      },
    }
    const whole = await reader.read(payloads, abort.signal).catch(error => {
      // A connection that breaks after the finish reason takes nothing from the answer.
      if (decoder.finished && error instanceof StreamError && error.code === 'network') return false
      throw error
    })
    const turn = decoder.end()
    channel.flush()
    if (!whole && !decoder.finished) {
      throw new StreamError(
        'The answer ended before it was finished: no finish reason and no [DONE] came',
        'interrupted',
      )
    }
    if (decoder.empty) throw new StreamError('The answer holds no choice', 'malformed')
    if (turn.finishReason === 'error') {
      throw new APIError(`${plan.provider.row.name} ended the answer with an error`, 'upstream', {
        status: 200,
        retryable: true,
      })
    }
    call.outcome = 'ok'
    return { turn, view: view(), response: { status: response.status, headers: response.headers } }
  } catch (error) {
    // The request ends with the attempt: whatever is still on its way is not wanted.
    abort.abort(error)
    if (error instanceof ExtractError && error.requestId === undefined && requestId !== undefined) {
      Object.assign(error, { requestId })
    }
    throw error
  } finally {
    clocks.stop()
    signal.removeEventListener('abort', follow)
    account(call, decoder, requestId, clocks.elapsed)
    if (call.usage === undefined) ledger.estimate(call, json.length, decoder.outputLength)
  }
}

const account = (call: OpenCall, decoder: ChatDecoder, requestId: string | undefined, elapsed: number): void => {
  const { reported, finishReason, id } = decoder
  if (reported !== undefined) call.usage = reported.usage
  if (reported?.cost !== undefined) call.cost = reported.cost
  if (finishReason !== null) call.finishReason = finishReason
  const known = requestId ?? id
  if (known !== undefined) call.requestId = known
  call.timing.total = elapsed
}

/** Sends deltas where they belong: text to the reader of text, the answer's arguments into its view. */
const sinkFor = <I, O>({
  plan,
  channel,
}: Context<I, O>): { sink: DeltaSink; view: () => ArgumentsView | undefined } => {
  const { declaration } = plan
  let answer: number | undefined
  let view: ArgumentsView | undefined
  const text = declaration.isText ? new TextView() : undefined
  if (text !== undefined) channel.show(text)
  const sink: DeltaSink = {
    text(delta) {
      if (channel.watched) channel.emit({ type: 'text', attempt: channel.attempt, delta })
      text?.feed(delta)
      if (text !== undefined) channel.grew()
    },
    reasoning(delta) {
      if (channel.watched) channel.emit({ type: 'reasoning', attempt: channel.attempt, delta })
    },
    call(index, name) {
      if (answer !== undefined || declaration.isText || name !== declaration.name) return
      answer = index
      view = new ArgumentsView(declaration, (path, value) => {
        if (channel.watched) channel.emit({ type: 'complete', attempt: channel.attempt, path: path(), value })
      })
      channel.show(view)
    },
    arguments(index, delta) {
      if (index !== answer) return
      view?.feed(delta)
      channel.grew()
    },
  }
  return { sink, view: () => view }
}

const fetchOf = ({ options, provider }: Plan<any, any>): typeof globalThis.fetch | undefined =>
  options.fetch ?? provider.fetch

const urlOf = ({ provider }: Plan<any, any>): string => {
  const query = new URLSearchParams(provider.query).toString()
  return `${provider.row.baseURL}/chat/completions${query && `?${query}`}`
}

const secretHeader = /auth|key|token|cookie|secret/i

/** The headers of one request, and every value in them that no message may hold. */
interface Access {
  readonly headers: Record<string, string>
  readonly secrets: readonly string[]
}

const credentials = async (plan: Plan<any, any>): Promise<Access> => {
  const { row } = plan.provider
  const { apiKey } = plan.options
  const key = (typeof apiKey === 'function' ? await apiKey() : apiKey) ?? (await plan.provider.key())
  if (!key && row.keyVariable !== undefined && fetchOf(plan) === undefined) {
    throw new ConfigError(
      `Cannot call ${row.name} without a key: set ${row.keyVariable} in the environment, or give the apiKey option`,
      'no_key',
    )
  }
  const own = { ...plan.provider.headers, ...plan.options.headers }
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/json',
    ...(key && { [row.keyHeader]: row.keyHeader === 'authorization' ? `Bearer ${key}` : key }),
  }
  for (const [name, value] of Object.entries(own)) headers[name.toLowerCase()] = value
  const secrets = Object.entries({ ...plan.provider.query, ...own }).flatMap(([name, value]) =>
    secretHeader.test(name) ? [value, value.replace(/^\w+ /, '')] : [],
  )
  return { headers, secrets: key ? [key, ...secrets] : secrets }
}
