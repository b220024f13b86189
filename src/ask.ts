import { accessOf } from './access.ts'
import type { Answer, Context } from './context.ts'
import { APIError, ExtractError } from './errors.ts'
import { Exchange } from './exchange.ts'
import { modelName } from './failing.ts'
import { nextTry, sleep } from './http/retry.ts'
import type { OpenCall } from './ledger.ts'
import { askingOf, requestOf, stepDown } from './modes.ts'
import type { Plan } from './plan.ts'
import { bodyOf, jsonOf } from './request.ts'
import type { Call, Message } from './types.ts'
import { maxTokensField } from './wire/chat-completions/encode.ts'

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
    const asked = askingOf(plan)
    const { asking, mode } = asked
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
      const model = modelName(context)
      ledger.admit(json, model)
      call = ledger.open(sending, channel.attempt, model, mode.used)
      if (channel.watched)
        channel.emit({ type: 'request', attempt: channel.attempt, kind: sending, body: bodyOf(plan, request) })
      const { answer, headers } = await new Exchange(context, access, call, request.messages.length, asked).run(json)
      plan.provider.retries.succeeded(tries > 1)
      pass?.leave(call.usage, headers)
      return answer
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
