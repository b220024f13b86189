import { defined } from '../../defined.ts'
import { put } from '../../json/copy.ts'
import type { Provider } from '../provider.ts'
import type { ToolChoice, WireFunction, WireRequest, WireSettings } from '../wire.ts'

/**
 * The body of one chat-completions request, as the provider's row has it.
 *
 * 2. The caller's values are never mutated: the body is new, and what it holds of theirs is only read.
 */
export const encodeRequest = (
  provider: Provider,
  model: string,
  request: WireRequest,
  settings: WireSettings,
): Record<string, unknown> => {
  const { row } = provider
  const strict = settings.strict ?? (row.sendsStrict ? false : undefined)
  const { maxOutputTokens, temperature, seed } = settings
  const { functions, choice, format, stream } = request
  const calls = functions.length > 0
  const body: Record<string, unknown> = defined({
    model,
    messages: [...request.messages],
    [maxTokensField(provider)]: maxOutputTokens,
    temperature,
    seed,
    ...reasoningOf(row.reasoning, settings.reasoning),
    tools: calls ? functions.map(each => encodeFunction(each, strict)) : undefined,
    tool_choice: calls ? encodeChoice(choice) : undefined,
    response_format: encodeFormat(format, strict),
    usage: row.asksForUsage ? { include: true } : undefined,
    ...(stream && { stream, stream_options: { include_usage: true } }),
  })
  for (const [key, value] of Object.entries(settings.extraBody ?? {})) {
    if (value === undefined) delete body[key]
    else put(body, key, value)
  }
  return body
}

/** The field for the most tokens of an answer: that of the row, or what the provider has asked for since. */
export const maxTokensField = ({ row, memory }: Provider): string => memory.maxTokensField ?? row.maxTokensField

const encodeFunction = (
  { name, description, parameters }: WireFunction,
  strict: boolean | undefined,
): Record<string, unknown> => ({ type: 'function', function: defined({ name, description, strict, parameters }) })

const encodeFormat = (format: WireRequest['format'], strict: boolean | undefined): unknown => {
  if (format === undefined) return undefined
  if (format === 'json') return { type: 'json_object' }
  const { name, description, parameters: schema } = format
  return { type: 'json_schema', json_schema: defined({ name, description, strict, schema }) }
}

const encodeChoice = (choice: ToolChoice | undefined): unknown =>
  typeof choice === 'object' ? { type: 'function', function: { name: choice.name } } : choice

const reasoningOf = (
  style: 'object' | 'effort',
  reasoning: WireSettings['reasoning'],
): Record<string, unknown> | undefined => {
  if (reasoning === undefined) return undefined
  const { effort, maxTokens: max_tokens } = reasoning
  return style === 'effort' ? { reasoning_effort: effort } : { reasoning: defined({ effort, max_tokens }) }
}
