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
  const body: Record<string, unknown> = {
    model,
    messages: [...request.messages],
    ...(settings.maxOutputTokens !== undefined && {
      [provider.memory.maxTokensField ?? row.maxTokensField]: settings.maxOutputTokens,
    }),
    ...(settings.temperature !== undefined && { temperature: settings.temperature }),
    ...(settings.seed !== undefined && { seed: settings.seed }),
    ...reasoningOf(row.reasoning, settings.reasoning),
    ...(request.functions.length > 0 && {
      tools: request.functions.map(each => encodeFunction(each, strict)),
      ...(request.choice !== undefined && { tool_choice: encodeChoice(request.choice) }),
    }),
    ...(request.format !== undefined && { response_format: encodeFormat(request.format, strict) }),
    ...(row.asksForUsage && { usage: { include: true } }),
    ...(request.stream && { stream: true, stream_options: { include_usage: true } }),
  }
  for (const [key, value] of Object.entries(settings.extraBody ?? {})) {
    if (value === undefined) delete body[key]
    // Assigned, a key `__proto__` would change what the body is instead of what it holds.
    else Object.defineProperty(body, key, { value, enumerable: true, configurable: true, writable: true })
  }
  return body
}

const encodeFunction = (each: WireFunction, strict: boolean | undefined): Record<string, unknown> => ({
  type: 'function',
  function: {
    name: each.name,
    ...(each.description !== undefined && { description: each.description }),
    ...(strict !== undefined && { strict }),
    parameters: each.parameters,
  },
})

const encodeFormat = (format: 'json' | WireFunction, strict: boolean | undefined): Record<string, unknown> => {
  if (format === 'json') return { type: 'json_object' }
  const { parameters: schema, ...rest } = encodeFunction(format, strict).function as Record<string, unknown>
  return { type: 'json_schema', json_schema: { ...rest, schema } }
}

const encodeChoice = (choice: ToolChoice): unknown =>
  typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } }

const reasoningOf = (
  style: 'object' | 'effort',
  reasoning: WireSettings['reasoning'],
): Record<string, unknown> | undefined => {
  if (reasoning === undefined) return undefined
  if (style === 'effort') return reasoning.effort === undefined ? undefined : { reasoning_effort: reasoning.effort }
  return {
    reasoning: {
      ...(reasoning.effort !== undefined && { effort: reasoning.effort }),
      ...(reasoning.maxTokens !== undefined && { max_tokens: reasoning.maxTokens }),
    },
  }
}
