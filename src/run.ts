import { orAbort } from './abort.ts'
import { type Answer, ask, type Context, typed } from './ask.ts'
import { type ExtractError, OutputError, ToolError } from './errors.ts'
import { anotherMayDo, forAnother } from './fallback.ts'
import { judge } from './judge.ts'
import { ignoredFunction, isInContent } from './modes.ts'
import type { Fault } from './repair/fault.ts'
import { closedTurn, ownTurn, repairMessages } from './repair/whole.ts'
import { formatPath, issueSummary } from './repair/words.ts'
import { runTools, skipTools } from './tools.ts'
import type { Call, Issue, Message, Result } from './types.ts'

/**
 * The attempt loop. Each turn of the model is one of three things: the answer, calls of tools (run them and ask again), or a
 * fault (show it and ask again, while repairs are left).
 *
 * @throws an `ExtractError` with the receipt of every call, or the reason of an abort, untouched.
 */
export const run = async <I, O>(context: Context<I, O>): Promise<Result<O>> => {
  const { channel, signal } = context
  const { messages: given, fallbacks } = context.plan
  const dialogue: Dialogue = { messages: given, kind: 'first', step: 1, reasoning: [] }
  let at = context
  for (let next = 0; ; next++) {
    try {
      return await attempts(at, dialogue)
    } catch (cause) {
      // A TypeError is the caller's: it says what cannot be sent.
      if (signal.aborted || cause instanceof TypeError) throw cause
      const error = typed(cause)
      const plan = fallbacks[next]
      if (plan === undefined || !anotherMayDo(error)) {
        if (next > 0) error.message += ` (model ${next + 1} of ${fallbacks.length + 1})`
        sign(context, error)
        throw error
      }
      at = { ...context, plan }
      dialogue.messages = forAnother(dialogue.messages, given.length)
      dialogue.kind = 'fallback'
      if (channel.begun) channel.restart()
      channel.emit({ type: 'fallback', attempt: channel.attempt, error, model: modelName(at) })
    }
  }
}

/** What a model that falls in for another goes on with: the answers of tools, but no failed answer. */
interface Dialogue {
  messages: readonly Message[]
  kind: Call['kind']
  step: number
  readonly reasoning: string[]
}

const modelName = ({ plan }: Context<any, any>): string => `${plan.provider.row.name}/${plan.modelId}`

const attempts = async <I, O>(context: Context<I, O>, dialogue: Dialogue): Promise<Result<O>> => {
  const { plan, channel, ledger, signal } = context
  const { reasoning } = dialogue
  let { messages, kind, step } = dialogue
  let repairs = 0
  let answerAgain = false
  let toolFailure: ToolError | undefined

  for (;;) {
    const forced = step >= plan.maxSteps || answerAgain
    const answer = await ask(context, messages, forced, kind)
    const { turn } = answer
    if (turn.reasoning !== '') reasoning.push(turn.reasoning)
    // A refinement of the user's that never settles must not outlive an abort.
    const verdict = await orAbort(judge(context, answer), signal)
    await orAbort(channel.settled(), signal)

    if (verdict.type !== 'tools') skipTools(context, turn)
    if (verdict.type === 'output') {
      const mode = ignoredFunction(plan, answer) ?? answer.mode
      if (mode !== answer.mode) channel.emit({ type: 'mode', attempt: channel.attempt, mode })
      const { usage, cost, calls } = ledger
      channel.emit({ type: 'finish', attempt: channel.attempt, finishReason: turn.finishReason, usage })
      return {
        output: verdict.output,
        input: verdict.input,
        text: verdict.text,
        reasoning: reasoning.join('\n\n'),
        usage,
        ...(cost !== undefined && { cost }),
        finishReason: turn.finishReason,
        mode,
        calls,
        warnings: verdict.warnings,
        messages: [...messages, ...closedTurn(turn, answer.call, 'ok')],
        response: answer.response,
      }
    }

    if (verdict.type === 'tools') {
      if (step >= plan.maxSteps) throw outOfSteps(context, answer, toolFailure)
      const results = await runTools(context, turn)
      messages = [...messages, ...ownTurn(turn), ...results.messages]
      toolFailure = results.failure
      kind = 'step'
      step++
      // What was repaired is done with, unlike the answers of tools.
      Object.assign(dialogue, { messages, step })
      continue
    }

    const { fault } = verdict
    ledger.settle(fault.code, fault.issues)
    for (const issue of unseen(fault, answer)) channel.emit({ type: 'issue', attempt: channel.attempt, issue })
    const error = faultError(context, answer, fault, repairs)
    if (!error.retryable || repairs >= plan.maxRepairs) throw error
    repairs++
    // What the provider refused may have been the call of a tool.
    if (fault.generation === undefined) answerAgain = true
    channel.restart()
    channel.emit({ type: 'repair', attempt: channel.attempt, issues: fault.issues })
    messages = [
      ...messages,
      ...repairMessages(turn, fault, { ...plan.declaration, inContent: isInContent(answer.asking) }, answer.call),
    ]
    kind = 'repair'
  }
}

/** Most issues were told while the answer grew; the schema says them again at the end, in its own words. */
const unseen = ({ issues }: Fault, { view }: Answer): readonly Issue[] => {
  const told = new Set(view?.issues.map(({ path, code }) => `${code} ${formatPath(path)}`))
  return issues.filter(({ path, code }) => !told.has(`${code} ${formatPath(path)}`))
}

const faultError = (context: Context<any, any>, { turn, view }: Answer, fault: Fault, repairs: number): OutputError => {
  const { plan, channel } = context
  const tried = repairs > 0 ? ` after ${repairs} ${repairs === 1 ? 'repair' : 'repairs'}` : ''
  return new OutputError(
    `Cannot decode the answer of ${modelName(context)} as '${plan.declaration.name}'${tried}: ${issueSummary(fault.issues)}`,
    fault.code,
    {
      issues: fault.issues,
      cause: fault.cause,
      finishReason: turn.finishReason,
      text: fault.generation ?? view?.text ?? turn.text,
      partial: channel.value,
    },
  )
}

const outOfSteps = ({ plan }: Context<any, any>, { turn }: Answer, failure: ToolError | undefined): ToolError => {
  const toolName = turn.calls[0]?.name ?? ''
  return new ToolError(
    `Cannot finish: the model still calls '${toolName}' on step ${plan.maxSteps} of ${plan.maxSteps}${failure ? `; before that: ${failure.message}` : '; raise maxSteps'}`,
    failure?.code ?? 'max_steps',
    { toolName: failure?.toolName ?? toolName, cause: failure, text: turn.text },
  )
}

const sign = ({ channel, ledger }: Context<any, any>, error: ExtractError): void => {
  ledger.sign(error)
  const { best } = channel
  // Both properties exist and are not enumerable; assigning keeps them so.
  if (error.text === '' && best !== undefined) Object.assign(error, { text: best.text })
  if (error.partial === undefined && best !== undefined) Object.assign(error, { partial: best.value })
}
