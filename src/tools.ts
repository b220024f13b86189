import { orAbort, platformSignal } from './abort.ts'
import type { Context } from './context.ts'
import { decodeStrict } from './decode/strict.ts'
import { ToolError } from './errors.ts'
import { issueLines, issueSummary } from './repair/words.ts'
import { wellFormed } from './text.ts'
import type { Message } from './types.ts'
import type { Turn, WireCall } from './wire/wire.ts'

export interface ToolResults {
  /** One `tool` message per call, in call order. */
  readonly messages: readonly Message[]
  /** The last thing that went wrong, for when the run cannot go on. */
  readonly failure: ToolError | undefined
}

/**
 * Runs the calls of one turn in parallel. What goes wrong with one - an unknown name, bad arguments, a throw - is that
 * call's result: the model reads it and may do better.
 *
 * @throws the signal's reason, as soon as it aborts.
 */
export const runTools = async (context: Context<any, any>, turn: Turn): Promise<ToolResults> => {
  const settled = await Promise.all(turn.calls.map(call => runTool(context, call)))
  context.signal.throwIfAborted()
  return {
    messages: settled.map(
      ({ content }, i): Message => ({
        role: 'tool',
        tool_call_id: turn.calls[i]!.id,
        content: wellFormed(content),
      }),
    ),
    failure: settled.findLast(({ failure }) => failure !== undefined)?.failure,
  }
}

/** The tools of a turn that holds the answer are not run. */
export const skipTools = ({ channel, plan }: Context<any, any>, turn: Turn): void => {
  for (const { id, name, arguments: input } of turn.calls) {
    if (plan.tools.has(name))
      channel.emit({ type: 'tool', attempt: channel.attempt, state: 'skipped', id, name, input })
  }
}

const runTool = async (
  { plan, channel, signal }: Context<any, any>,
  { id, name, arguments: text }: WireCall,
): Promise<{ content: string; failure?: ToolError }> => {
  const report = (
    state: 'started' | 'done' | 'failed',
    rest: { input: unknown; output?: unknown; error?: unknown },
  ): void => channel.emit({ type: 'tool', attempt: channel.attempt, state, id, name, ...rest })
  const fail = (
    failure: ToolError,
    input: unknown,
    words = failure.message,
  ): { content: string; failure: ToolError } => {
    report('failed', { input, error: failure })
    return { content: `Error: ${words}`, failure }
  }
  const tool = plan.tools.get(name)
  if (tool === undefined) {
    const names = [...plan.tools.keys()].join(', ')
    return fail(
      new ToolError(`Cannot call '${name}': there is no such tool (known are ${names})`, 'unknown_tool', {
        toolName: name,
      }),
      text,
    )
  }
  const decoded = await orAbort(decodeStrict(text, tool.declaration), signal)
  if (!decoded.ok) {
    const { issues } = decoded
    const what = `Cannot call '${name}' with these arguments:`
    return fail(
      new ToolError(`${what} ${issueSummary(issues)}`, 'bad_input', { toolName: name, issues }),
      decoded.input ?? text,
      [what, ...issueLines(decoded)].join('\n'),
    )
  }
  const { output: input } = decoded
  report('started', { input })
  try {
    const output = await orAbort(
      Promise.resolve(tool.execute(input as never, { id, signal: platformSignal(signal) })),
      signal,
    )
    const content = contentOf(output)
    report('done', { input, output })
    return { content }
  } catch (error) {
    signal.throwIfAborted()
    return fail(
      new ToolError(`Tool '${name}' failed: ${wordsOf(error)}`, 'failed', { toolName: name, cause: error }),
      input,
    )
  }
}

/** @throws TypeError for what JSON has no word for: a bigint, a circle. */
const contentOf = (output: unknown): string => {
  if (typeof output === 'string') return output
  try {
    return JSON.stringify(output) ?? 'null'
  } catch (cause) {
    throw new TypeError(`its result cannot be written as JSON: ${wordsOf(cause)}`, { cause })
  }
}

/** A tool may throw anything, also what refuses to become a string. */
const wordsOf = (error: unknown): string => {
  if (typeof error === 'string') return error
  const { message } = Object(error) as { message?: unknown }
  return typeof message === 'string' && message !== '' ? message : 'it threw without a message'
}
