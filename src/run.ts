import { orAbort } from './abort.ts'
import { ask } from './ask.ts'
import type { Answer, Context } from './context.ts'
import { type ExtractError, OutputError, type ToolError } from './errors.ts'
import { faultError, modelName, outOfSteps, typed } from './failing.ts'
import { anotherMayDo, forAnother } from './fallback.ts'
import { judge, type Verdict } from './judge.ts'
import { contextOf, type Draft, keeping, mended, type Repair, repairOf } from './mending.ts'
import { ignoredFunction } from './modes.ts'
import { keep, recall, type Slot, slotOf } from './recall.ts'
import type { Fault } from './repair/fault.ts'
import { sameFault, wrongIn } from './repair/patch.ts'
import { ownTurn } from './repair/whole.ts'
import { formatPath } from './repair/words.ts'
import { resultOf } from './result.ts'
import { runTools, skipTools } from './tools.ts'
import type { Call, Issue, Message, Result } from './types.ts'
import { withChecks } from './validate.ts'

/**
 * The attempt loop. Each turn of the model is one of three things: the answer, calls of tools (run them and ask again), or a
 * fault (show it and ask again, while repairs are left).
 *
 * @throws an `ExtractError` with the receipt of every call, or the reason of an abort, untouched.
 */
export const run = async <I, O>(context: Context<I, O>): Promise<Result<O>> => {
  const { channel, signal } = context
  const { messages: given } = context
  const { fallbacks } = context.plan
  const dialogue: Dialogue = { messages: given, kind: 'first', step: 1, reasoning: [], notes: [] }
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
  /** What the cache was no good for. */
  readonly notes: Issue[]
}

const attempts = async <I, O>(given: Context<I, O>, dialogue: Dialogue): Promise<Result<O>> => {
  const { validate, normalize } = given.plan.options
  let context = validate !== undefined || normalize ? await checked(given) : given
  const { plan, channel, ledger, signal } = context
  const { reasoning, notes } = dialogue
  let { messages, kind, step } = dialogue
  let repairs = 0
  let answerAgain = false
  let toolFailure: ToolError | undefined
  let last: Failure | undefined
  /** What stands between the transcript and the present turn: the last answer that was refused as a whole. */
  let refused: readonly Message[] = []
  let slot: Slot | undefined

  for (;;) {
    const forced = step >= plan.maxSteps || answerAgain
    const patch = last?.repair.kind === 'patch' ? last.repair : undefined
    const asked: Context<I, any> = patch === undefined ? context : contextOf(context, patch.patch)
    const transcript = [...messages, ...refused]
    // What is asked after a failure is no question of its own: its answer belongs to the one before.
    const asksAnew = last === undefined && kind !== 'retry'
    if (asksAnew && plan.options.cache !== undefined) slot = await slotOf(context, transcript, forced, notes)
    const known = asksAnew && slot ? await recall(context, slot, kind) : undefined
    const came = known?.answer ?? (await ask(asked, [...transcript, ...(patch?.messages ?? [])], forced, kind))
    if (came.turn.reasoning !== '') reasoning.push(came.turn.reasoning)
    // A refinement of the user's that never settles must not outlive an abort.
    let said: Verdict<unknown>
    try {
      said = known?.said ?? toldOf(asked, came, await orAbort(judge(asked, came), signal))
    } catch (error) {
      const roomier = isCut(error) && context.plan.options.onTruncated === 'raise' ? raised(context) : undefined
      if (roomier === undefined) throw error
      context = roomier
      if (patch === undefined) channel.restart()
      channel.emit({ type: 'retry', attempt: channel.attempt, error, delay: 0 })
      kind = 'retry'
      continue
    }
    if (said.type === 'fault') ledger.settle(said.fault.code, said.fault.issues)
    const now: { answer: Answer; verdict: Verdict<O>; draft?: Draft } =
      patch === undefined
        ? { answer: came, verdict: said as Verdict<O> }
        : await orAbort(mended(context, last!.answer, last!.fault, patch, came, said), signal)
    const settled = channel.settled()
    if (settled !== undefined) await orAbort(settled, signal)
    const { answer, draft } = now
    const verdict = keeping(context, now.verdict)
    const { turn } = answer

    if (verdict.type !== 'tools') skipTools(context, turn)
    if (verdict.type === 'output') {
      const mode = (known ? undefined : ignoredFunction(plan, answer)) ?? answer.mode
      if (mode !== answer.mode) channel.emit({ type: 'mode', attempt: channel.attempt, mode })
      if (slot && !known) await keep(context, slot, answer, mode)
      channel.emit({
        type: 'finish',
        attempt: channel.attempt,
        finishReason: came.turn.finishReason,
        usage: ledger.usage,
      })
      return resultOf({
        came,
        answer,
        verdict,
        mode,
        transcript,
        reasoning,
        notes,
        ledger,
        cached: known !== undefined,
      })
    }

    if (verdict.type === 'tools') {
      if (step >= plan.maxSteps) throw outOfSteps(context, answer, toolFailure)
      const results = await runTools(context, turn)
      if (slot && !known && refused.length === 0 && results.failure === undefined)
        await keep(context, slot, answer, answer.mode)
      messages = [...transcript, ...ownTurn(turn), ...results.messages]
      refused = []
      last = undefined
      toolFailure = results.failure
      kind = 'step'
      step++
      // What was repaired is done with, unlike the answers of tools.
      Object.assign(dialogue, { messages, step })
      continue
    }

    const { fault } = verdict
    if (said.type === 'output') ledger.settle(fault.code, fault.issues)
    if (fault !== last?.fault) {
      for (const issue of unseen(fault, answer)) channel.emit({ type: 'issue', attempt: channel.attempt, issue })
    }
    refuseMore(context, answer, fault, last, repairs)
    const before = last && { fault: last.fault, kind: last.repair.kind }
    const repair = await orAbort(repairOf(context, answer, fault, draft, before), signal)
    repairs++
    if (repair.kind === 'whole') {
      refused = repair.messages
      // What the provider refused may have been the call of a tool.
      if (fault.generation === undefined) answerAgain = true
      channel.restart()
    }
    channel.emit({ type: 'repair', attempt: channel.attempt, kind: repair.kind, issues: fault.issues })
    last = { fault, repair, answer }
    kind = 'repair'
  }
}

/** Calls of a choice were judged as one text; what is wrong with that is told of the calls. */
const toldOf = <O>({ plan }: Context<any, any>, { calls }: Answer, verdict: Verdict<O>): Verdict<O> =>
  verdict.type === 'fault' && plan.choice ? { ...verdict, fault: plan.choice.told(verdict.fault, calls) } : verdict

/** A failure, what is done about it, and its answer. */
interface Failure {
  readonly fault: Fault
  readonly repair: Repair
  readonly answer: Answer
}

/** @throws OutputError where a fault is not repaired, or not once more. */
const refuseMore = (
  context: Context<any, any>,
  answer: Answer,
  fault: Fault,
  last: Failure | undefined,
  repairs: number,
): void => {
  const { handedOut } = context.channel
  const stuck = last?.repair.kind === 'whole' && sameFault(last.fault, fault)
  const final = wrongIn(handedOut, fault).length > 0
  const more = repairs < context.plan.maxRepairs
  const error = faultError(context, answer, fault, repairs, {
    ...(final && { handedOut }),
    unchanged: stuck && more,
  })
  if (!error.retryable || !more || stuck || final) throw error
}

/** The caller's own check is part of what decides, and so is what strings may be read as. */
const checked = async <I, O>(context: Context<I, O>): Promise<Context<I, O>> => {
  const { plan, messages, signal } = context
  const { declaration, options } = plan
  const { validate } = declaration
  const checks = options.validate && { validate: withChecks(validate, options.validate, messages, signal) }
  const reads = options.normalize && { normalizer: (await import('./decode/normal.ts')).normalizer }
  return { ...context, plan: { ...plan, declaration: { ...declaration, ...checks, ...reads } } }
}

const isCut = (error: unknown): boolean => error instanceof OutputError && error.code === 'truncated'

/** Twice the room for the answer, once; where no limit was given, it is not ours to raise. */
const raised = <I, O>(context: Context<I, O>): Context<I, O> | undefined => {
  const { plan } = context
  const { maxOutputTokens } = plan.options
  if (maxOutputTokens === undefined) return undefined
  const options = { ...plan.options, onTruncated: 'error', maxOutputTokens: 2 * maxOutputTokens } as const
  return { ...context, plan: { ...plan, options } }
}

/** Most issues were told while the answer grew; the schema says them again at the end, in its own words. */
const unseen = ({ issues }: Fault, { view }: Answer): readonly Issue[] => {
  const told = new Set(view?.issues.map(({ path, code }) => `${code} ${formatPath(path)}`))
  return issues.filter(({ path, code }) => !told.has(`${code} ${formatPath(path)}`))
}

const sign = ({ channel, ledger }: Context<any, any>, error: ExtractError): void => {
  ledger.sign(error)
  const { best } = channel
  // Both properties exist and are not enumerable; assigning keeps them so.
  if (error.text === '' && best !== undefined) Object.assign(error, { text: best.text })
  if (error.partial === undefined && best !== undefined) Object.assign(error, { partial: best.value })
}
