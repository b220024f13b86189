import type { Attributes } from '@opentelemetry/api'
import { ExtractError } from '../errors.ts'
import { redact } from '../http/redact.ts'
import type { Call, Event, Issue } from '../types.ts'

export type Body = Extract<Event, { type: 'request' }>['body']

/** The conventions have names of their own for these providers. */
const providers: Readonly<Record<string, string>> = { xai: 'x_ai' }

/** `provider/id`, as the ledger has it; the provider's name holds no slash. */
export const modelAttributes = (model: string): Attributes => {
  const slash = model.indexOf('/')
  const provider = model.slice(0, slash)
  return {
    'gen_ai.provider.name': Object.hasOwn(providers, provider) ? providers[provider] : provider,
    'gen_ai.request.model': model.slice(slash + 1),
  }
}

/** What every span and metric of an operation says: the operation, and the model once one is known. */
export const operation = (name: 'extract' | 'chat' | 'execute_tool', call?: Call): Attributes => ({
  'gen_ai.operation.name': name,
  ...(call && modelAttributes(call.model)),
})

/** The function that holds the answer; undefined where text is asked for. */
export const answerName = ({ tools, tool_choice: choice }: Body): string | undefined => {
  const named = (each: unknown): string | undefined =>
    (each as { function?: { name?: string } } | undefined)?.function?.name
  return choice === 'required' && Array.isArray(tools) ? named(tools.at(-1)) : named(choice)
}

/** The settings of one request. */
export const requestAttributes = (body: Body, { kind, attempt }: Call): Attributes =>
  known({
    'gen_ai.output.type': answerName(body) === undefined ? 'text' : 'json',
    'gen_ai.request.temperature': numberOf(body.temperature),
    'gen_ai.request.max_tokens': numberOf(body.max_tokens ?? body.max_completion_tokens),
    'gen_ai.request.seed': numberOf(body.seed),
    'gen_ai.request.stream': body.stream === true ? true : undefined,
    'decant.call.kind': kind,
    'decant.attempt': attempt,
  })

/** What came back, as far as it was reported. */
export const responseAttributes = (call: Call): Attributes => {
  const { usage, finishReason } = call
  return known({
    'gen_ai.response.id': call.responseId,
    'gen_ai.response.model': call.responseModel,
    'gen_ai.response.finish_reasons': finishReason === undefined ? undefined : [redact(finishReason, [])],
    'gen_ai.usage.input_tokens': usage?.inputTokens,
    'gen_ai.usage.output_tokens': usage?.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage?.cachedInputTokens,
    'gen_ai.usage.reasoning.output_tokens': usage?.reasoningTokens,
    'decant.request.id': call.requestId,
    'decant.cost': call.cost,
    'decant.outcome': call.outcome,
  })
}

/** The outcomes of a call that are no error of it. */
export const failureOf = ({ outcome }: Call): string | undefined =>
  outcome === 'ok' || outcome === 'aborted' || outcome === 'pending' ? undefined : outcome

/** A word from a short list: never the message, which may quote the answer. */
export const errorType = (error: unknown): string =>
  error instanceof ExtractError ? error.code : error instanceof Error ? error.name : '_OTHER'

/** The path too is content: a key in it may be the model's own. */
export const issueAttributes = ({ code, path, message }: Issue, content: boolean): Attributes => ({
  'decant.issue.code': code,
  ...(content && { 'decant.issue.path': redact(path.join('.'), []), 'decant.issue.message': redact(message, []) }),
})

/** An attribute without a value is not the same to every SDK as none. */
export const known = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))

/** `extraBody` may put anything into a field. */
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
