import type { Plan } from './plan.ts'
import { encodeRequest } from './wire/chat-completions/encode.ts'
import type { WireRequest } from './wire/wire.ts'

/** The body of a request; the fields that every request of a run shares come from the plan. */
export const bodyOf = ({ provider, modelId, options }: Plan<any, any>, request: WireRequest): Record<string, unknown> =>
  encodeRequest(provider, modelId, request, options)

/** What stands around the messages in the bodies of requests with the same functions. */
interface Frame {
  /** All that decides it. */
  readonly of: readonly unknown[]
  /** Undefined where it is not to be kept: what stands in extraBody is the caller's, and may change. */
  readonly parts: readonly [before: string, after: string] | undefined
}

const frames = new WeakMap<object, Frame>()

const frameOf = (plan: Plan<any, any>, request: WireRequest): Frame['parts'] => {
  const { functions, choice, stream } = request
  const { provider, modelId, options } = plan
  // Any others are put together anew for each request.
  if (functions !== plan.functions || request.format !== undefined) return undefined
  const { strict, maxOutputTokens, temperature, seed, reasoning } = options
  const { maxTokensField } = provider.memory
  const asked = [Object(choice).name ?? choice, stream]
  const settings = [strict, maxOutputTokens, temperature, seed, reasoning?.effort, reasoning?.maxTokens]
  const of = [provider, modelId, maxTokensField, options.extraBody === undefined, ...asked, ...settings]
  const known = frames.get(functions)
  if (known?.of.every((each, i) => each === of[i])) return known.parts
  const head = `{"model":${JSON.stringify(modelId)},"messages":`
  const whole = options.extraBody === undefined ? toJson(bodyOf(plan, { ...request, messages: [] })) : ''
  const parts = whole.startsWith(`${head}[]`) ? ([head, whole.slice(head.length + 2)] as const) : undefined
  frames.set(functions, { of, parts })
  return parts
}

/**
 * The same body as JSON.
 *
 * @throws TypeError for messages and an extraBody that JSON has no words for.
 */
export const jsonOf = (plan: Plan<any, any>, request: WireRequest): string => {
  const parts = frameOf(plan, request)
  return parts === undefined ? toJson(bodyOf(plan, request)) : parts[0] + toJson(request.messages) + parts[1]
}

/** Messages and extraBody are the caller's: a bigint or a cycle in them is theirs to know of. */
const toJson = (part: object): string => {
  try {
    return JSON.stringify(part)
  } catch (cause) {
    throw new TypeError(`Cannot send the request as JSON: ${(cause as Error).message.split('\n')[0]}`, { cause })
  }
}
