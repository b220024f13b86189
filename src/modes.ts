import { APIError } from './errors.ts'
import { exampleTurns } from './examples.ts'
import { functionOf, type Plan } from './plan.ts'
import type { Message, Options, UsedMode } from './types.ts'
import type { ToolChoice, WireCall, WireRequest } from './wire/wire.ts'

/** One way of asking for the answer: a function that must or may be called, or the text of the message as JSON. */
export type Asking = 'text' | 'forced' | 'offered' | 'schema' | 'object' | 'prompt'

export interface Asked {
  readonly asking: Asking
  readonly mode: UsedMode
}

/** The ways of each mode; the next one is taken where one is refused. */
const ladders: Readonly<Record<NonNullable<Options['mode']>, readonly Asking[]>> = {
  auto: ['forced', 'offered', 'object', 'prompt'],
  tool: ['forced', 'offered'],
  'json-schema': ['schema', 'object', 'prompt'],
  json: ['object', 'prompt'],
}

const inInstructions = 'the answer is the text of the message, with the schema in the instructions'

/** What the ledger calls each way, in words for the user, and what was refused where it was. */
const ways: Readonly<Record<Asking, readonly [used: UsedMode['used'], words: string, noun?: string]>> = {
  text: ['text', 'the schema is a bare string, which is asked for as text'],
  forced: ['tool', 'the answer is the arguments of a forced function call', 'a forced one'],
  offered: ['tool', "the function was offered with tool_choice 'auto'", 'a function'],
  schema: [
    'json-schema',
    'the answer is the text of the message, which the provider holds to the schema',
    'json_schema',
  ],
  object: ['json', inInstructions, 'json_object'],
  prompt: ['json', `${inInstructions} and no response_format`],
}

/** Longest piece of a refusal that is remembered, in characters. */
const maxQuote = 300

/** Whether the answer is the text of the message. */
export const isInContent = (asking: Asking): boolean => ways[asking][0].startsWith('json')

/** How the next request of a plan asks: the first way that this model has not refused. */
export const askingOf = (plan: Plan<any, any>): Asked => {
  const ladder = ladderOf(plan)
  const refusals = ladder.map(asking => refusalOf(plan, asking))
  const at = Math.max(0, refusals.indexOf(undefined))
  const asking = ladder[at]!
  const [used, words] = ways[asking]
  const { name, argumentsAtOnce } = plan.provider.row
  const because = at === 0 ? '' : `, since ${refusals[at - 1]}`
  const hint =
    asking === 'forced' && argumentsAtOnce
      ? `; ${name} sends them in one piece, so for growing partials use mode 'json-schema'`
      : ''
  return { asking, mode: { used, why: `${words}${because}${hint}` } }
}

/** The ways to ask, the best first. */
export const ladderOf = ({ declaration, options }: Plan<any, any>): readonly Asking[] =>
  declaration.isText ? ['text'] : ladders[(options.mode as keyof typeof ladders | undefined) ?? 'auto']

const keyOf = ({ modelId, options }: Plan<any, any>, asking: Asking): string =>
  JSON.stringify([modelId, asking, options.reasoning !== undefined])

/** Why a way is closed; the last one of a ladder never is. */
const refusalOf = (plan: Plan<any, any>, asking: Asking): string | undefined => {
  const { row, memory } = plan.provider
  if (asking === ladderOf(plan).at(-1)) return undefined
  const { mode = 'auto', reasoning } = plan.options
  if (asking === 'forced' && mode === 'auto' && reasoning !== undefined && !row.forcesWhileReasoning)
    return `models of ${row.name} refuse a forced one while they reason`
  return memory.refusals.size === 0 ? undefined : memory.refusals.get(keyOf(plan, asking))
}

/**
 * DeepSeek: "Thinking mode does not support this tool_choice"; Anthropic: "Thinking may not be enabled when tool_choice forces
 * tool use"; Moonshot: "tool_choice 'specified' is incompatible with thinking enabled" (can1357/oh-my-pi#827); Qwen: "The tool_choice parameter does not support being set to required or object in thinking mode"; vLLM:
 * "\"auto\" tool choice requires --enable-auto-tool-choice"; OpenRouter, as a 404: "No endpoints found that support the provided
 * 'tool_choice' value".
 */
const choiceRefused = /tool[ _]?choice/i
/**
 * Ollama: "… does not support tools"; OpenRouter, as a 404: "No endpoints found that support tool use"; Groq: "`tool calling` is
 * not supported with this model"; DeepInfra, as a 405: "Tool calling is not supported for model" (truefoundry/models#944);
 * Gemini: "Function calling is not enabled for models/…" (agno-agi/agno#3505); OpenAI since GPT-5.4: "Function tools with
 * reasoning_effort are not supported …" (pipecat-ai/pipecat#4043).
 */
const toolsRefused =
  /support (?:for )?(?:tools?\b(?!_)|function)|(?:tools?\b(?![ _]choice)|calls|calling)[^.:]{0,30} (?:is|are) not (?:supported|enabled)/i
/** llama.cpp, as a 500: "tools param requires --jinja flag" (containers/ramalama#988). */
const toolsUnread = /tools param requires/
/**
 * DeepSeek: "This response_format type is unavailable now", "… does not support Json Output"; Groq: "This model does not support
 * response format `json_schema`"; Gemini: "Json mode is not enabled for models/…"; LM Studio: "'response_format.type' must be
 * 'json_schema' or 'text'"; xAI: "The response_format parameter is unsupported at the moment" (BerriAI/litellm#6610).
 */
const formatRefused = /response[ _]?format|json[ _](?:schema|object|mode|output)|structured output/i

/**
 * Learns from a request that was refused for its way of asking, where there is another.
 *
 * @returns whether to ask again.
 */
export const stepDown = (plan: Plan<any, any>, asking: Asking, error: unknown): boolean => {
  if (!(error instanceof APIError)) return false
  const { message } = error
  const isUnread = toolsUnread.test(message)
  if (!isUnread && !['bad_request', 'not_found'].includes(error.code)) return false
  const refuse = (...closed: Asking[]): boolean => {
    const ladder = ladderOf(plan)
    if (closed.includes(ladder.at(-1)!)) return false
    for (const each of closed)
      plan.provider.memory.refusals.set(
        keyOf(plan, each),
        `${ways[each][2]} was refused: ${message.slice(0, maxQuote)}`,
      )
    return true
  }
  if (isInContent(asking)) return formatRefused.test(message) && !/invalid schema/i.test(message) && refuse(asking)
  if (asking === 'text') return false
  // Without functions the caller's own tools could not be called either.
  if (isUnread || toolsRefused.test(message)) return plan.tools.size === 0 && refuse('forced', 'offered')
  return choiceRefused.test(message) && refuse(asking)
}

/** Whether the answer may be in the text although a function was asked for. */
export const mayIgnoreFunction = ({ declaration, options }: Plan<any, any>): boolean =>
  !declaration.isText && (options.mode ?? 'auto') === 'auto'

/** The mode of an answer that came as JSON in the text instead of the function's arguments. A forced one is not asked for again. */
export const ignoredFunction = (
  plan: Plan<any, any>,
  { asking, view, calls, mode }: Asked & { readonly view: unknown; readonly calls: readonly WireCall[] },
): UsedMode | undefined => {
  if ((asking !== 'forced' && asking !== 'offered') || view === undefined || calls.length > 0) return undefined
  const why = 'the function was ignored, and the answer came as JSON in the text'
  if (asking === 'offered') return { used: 'json', why: `${why}; ${mode.why}` }
  for (const each of ['forced', 'offered'] as const)
    plan.provider.memory.refusals.set(keyOf(plan, each), 'the function was ignored before')
  return { used: 'json', why }
}

/** One request of a plan. @param forced the answer must come now: no tool may be called any more. */
export const requestOf = (
  plan: Plan<any, any>,
  asking: Asking,
  dialogue: readonly Message[],
  forced: boolean,
  stream: boolean,
): WireRequest => {
  const { functions, answers } = plan
  const messages = withExamples(dialogue, plan, isInContent(asking))
  const tools = functions.slice(0, functions.length - answers.length)
  if (asking === 'offered') return { messages, functions: forced ? answers : functions, choice: 'auto', stream }
  if (asking === 'forced') {
    // 'required' would leave the tools callable.
    const only = forced && plan.choice !== undefined ? answers : functions
    return { messages, functions: only, choice: forcedChoice(plan, forced), stream }
  }
  const choice = tools.length === 0 ? undefined : forced ? 'none' : 'auto'
  if (asking === 'text') return { messages, functions: tools, choice, stream }
  const answer = functionOf(plan.declaration)
  return {
    messages: asking === 'schema' ? messages : instructed(messages, plan),
    functions: tools,
    choice,
    format: asking === 'schema' ? answer : asking === 'object' ? 'json' : undefined,
    stream,
  }
}

/** Tools may come first, so the answer is only forced without them, on the last step, and when it is asked for again. */
const forcedChoice = ({ tools, answers, choice }: Plan<any, any>, forced: boolean): ToolChoice =>
  choice === undefined && (forced || tools.size === 0) ? { name: answers[0]!.name } : 'required'

/** Behind the system messages at the front. */
const withExamples = (
  messages: readonly Message[],
  { examples }: Plan<any, any>,
  inContent: boolean,
): readonly Message[] => {
  if (examples.length === 0) return messages
  const at = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer')
  const front = messages.slice(0, Math.max(0, at))
  return [...front, ...exampleTurns(examples, inContent), ...messages.slice(front.length)]
}

/** Providers take `json_object` only where the word JSON stands in the messages; the model has to know the schema anyway. */
const instructed = (messages: readonly Message[], { declaration }: Plan<any, any>): readonly Message[] => {
  const { name, description, wire } = declaration
  const about = description === undefined ? '' : ` (${description})`
  const words = `Answer with one JSON object and nothing else: '${name}'${about}, as this JSON Schema has it:\n${JSON.stringify(wire)}`
  const [first, ...rest] = messages
  return first?.role === 'system' && typeof first.content === 'string'
    ? [{ ...first, content: `${first.content}\n\n${words}` }, ...rest]
    : [{ role: 'system', content: words }, ...messages]
}
