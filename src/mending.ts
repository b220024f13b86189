import type { Answer, Context } from './context.ts'
import { encodeText } from './decode/encode.ts'
import { reviveInput, validateJson } from './decode/input.ts'
import { isUnsafe } from './decode/read.ts'
import { readDocument } from './decode/strict.ts'
import { JsonError, type JsonValue } from './json/index.ts'
import { asShown, type Verdict } from './judge.ts'
import { isInContent } from './modes.ts'
import { functionOf, type Plan } from './plan.ts'
import type { Fault } from './repair/fault.ts'
import { type Patch, patchOf, sameFault } from './repair/patch.ts'
import { closedTurn, repairMessages } from './repair/whole.ts'
import type { FunctionCall, Issue, Message } from './types.ts'

/** A document that patches go into, as it stands. */
export interface Draft {
  readonly document: JsonValue
  readonly warnings: readonly Issue[]
}

/** The next request after a fault. */
export type Repair =
  | {
      readonly kind: 'patch'
      readonly patch: Patch
      readonly draft: Draft
      readonly messages: readonly Message[]
      /** The document with the values put in that came for the patch. */
      readonly apply: (answer: unknown) => JsonValue
    }
  | { readonly kind: 'whole'; readonly messages: readonly Message[] }

/** A patch has to be estimated as cheaper than this part of the whole: estimates err, and so do patches. */
const margin = 0.75
/** Characters from which on an answer is large. */
const large = 400

/**
 * Picks how to ask again. A patch is for a whole JSON text that the schema refuses, and only once for the same failure: where
 * it has changed nothing, the whole is asked for. So it is where the code of patches cannot be loaded.
 *
 * @param before the failure before this one, and what it was repaired with.
 */
export const repairOf = async (
  context: Context<any, any>,
  answer: Answer,
  fault: Fault,
  draft: Draft | undefined = draftOf(context, answer, fault),
  before?: { readonly fault: Fault; readonly kind: Repair['kind'] },
): Promise<Repair> => {
  const { plan, channel } = context
  const { repair = 'auto' } = plan.options
  const { handedOut } = channel
  // What is final is not asked for again: only a patch leaves it as it is for sure.
  const thrifty = repair === 'auto' && handedOut.length === 0
  const { turn, calls } = answer
  const text = calls[0]?.arguments ?? turn.text
  const words =
    typeof repair === 'function'
      ? repair({ code: fault.code, issues: fault.issues, input: fault.input, text: fault.generation ?? text })
      : undefined
  const whole: Repair = { kind: 'whole', messages: againOf(plan, answer, fault, words) }
  if (repair === 'whole' || words !== undefined || draft === undefined) return whole
  const { choice } = plan
  const length = answer.view?.text.length ?? text.length
  // Of many calls the right ones are best left alone.
  if (thrifty && length < large && !choice?.many) return whole
  if (before?.kind === 'patch' && sameFault(before.fault, fault)) return whole
  const edits = await import('./repair/edits.ts').catch(() => undefined)
  const patch = edits && patchOf(edits, fault, draft.document, plan.declaration, handedOut, choice?.known)
  if (patch === undefined) return whole
  if (choice && ![...patch.places.values()].every(({ path }) => choice.isInside(path))) return whole
  const apply = (answer: unknown): JsonValue => edits!.applyPatch(draft.document, patch, answer)
  // What is said of the issues is the same either way.
  const costs = JSON.stringify(functionOf(patch.declaration)).length + patch.size
  const dear = costs > margin * (JSON.stringify(plan.functions).length + length)
  if (thrifty && dear) return whole
  const results = calls.map((call, i) => [call, i === 0 ? patch.message : 'As said of the first call.'] as const)
  return { kind: 'patch', patch, draft, apply, messages: closedTurn(turn, new Map(results)) }
}

/** @param words the caller's own, instead of ours. */
const againOf = (
  { declaration, choice, answers }: Plan<any, any>,
  { turn, asking, calls }: Answer,
  fault: Fault,
  words: string | undefined,
): Message[] => {
  if (words === undefined && choice !== undefined && calls.length > 0 && fault.code !== 'wrong_call')
    return choice.repairMessages(turn, fault, calls)
  const names = answers.map(each => each.name)
  const name = names.join("' or '")
  const stranger = fault.code === 'wrong_call' ? turn.calls.find(call => !names.includes(call.name)) : undefined
  const declared = { ...declaration, name, inContent: isInContent(asking) }
  return repairMessages(turn, fault, declared, stranger ?? calls[0], words)
}

/** Nothing that was unwrapped is gone on from: what was shown of it is taken back. */
const draftOf = (
  { plan }: Context<any, any>,
  { view, calls, fault: given }: Answer,
  fault: Fault,
): Draft | undefined => {
  if (fault.code !== 'schema_mismatch' || given !== undefined || view === undefined) return undefined
  if (calls.length === 0) return undefined
  const read = readDocument(view.text, plan.declaration, plan.options)
  if (read instanceof JsonError || read.value === undefined) return undefined
  const warnings = read.notes.filter(note => !isUnsafe(note))
  return warnings.every(({ code }) => asShown.has(code)) ? { document: read.value, warnings } : undefined
}

/** The context in which the values of a patch are asked for: there is one function, and nothing of it is shown. */
export const contextOf = <I>({ plan, ...context }: Context<I, any>, patch: Patch): Context<I, unknown> => {
  const { normalizer } = plan.declaration
  return {
    ...context,
    plan: {
      ...plan,
      fallbacks: [],
      // What was asked for in words of its own is read in the same way.
      declaration: { ...patch.declaration, ...(normalizer && { normalizer }) },
      functions: [functionOf(patch.declaration)],
      answers: [functionOf(patch.declaration)],
      choice: undefined,
      examples: [],
      tools: new Map(),
    },
    aside: true,
  }
}

/**
 * Puts what came for a patch into the draft and judges the whole. A patch that cannot be used leaves everything as it was.
 *
 * @param answer the one that is mended, and `fault` what is wrong with it.
 */
export const mended = async <O>(
  { plan, channel }: Context<any, O>,
  answer: Answer,
  fault: Fault,
  { apply, draft, patch }: Extract<Repair, { kind: 'patch' }>,
  came: Answer,
  said: Verdict<unknown>,
): Promise<{ answer: Answer; verdict: Verdict<O>; draft: Draft }> => {
  if (said.type !== 'output') return { answer, verdict: { type: 'fault', fault }, draft }
  const document = apply(said.input)
  const text = encodeText(document, plan.declaration)
  const texts = plan.choice?.split(text, plan.declaration.wrapper) ?? [text]
  const amended = { ...amend(answer, texts), response: came.response }
  const warnings = [...draft.warnings, ...normalizedIn(said.warnings, patch)]
  const now = { document, warnings }
  const validated = await validateJson(document, plan.declaration)
  if ('issues' in validated) {
    const left: Fault = { code: 'schema_mismatch', ...validated, input: document }
    return { answer: amended, verdict: { type: 'fault', fault: left }, draft: now }
  }
  answer.view!.patch(document, (path, value) => channel.complete(() => path, value))
  channel.grew()
  return {
    answer: amended,
    verdict: { type: 'output', output: validated.value, input: document, text, warnings },
    draft: now,
  }
}

/** What of a patch was normalized, where it stands in the document now. */
const normalizedIn = (warnings: readonly Issue[], { places }: Patch): Issue[] =>
  warnings.flatMap(note => {
    const [name, ...rest] = note.path
    const place = places.get(String(name))
    if (note.code !== 'normalized' || place === undefined) return []
    return [{ ...note, path: place.edit === 'set' ? [...place.path, ...rest] : place.path }]
  })

/** An answer that has other elements than those that were handed out is a fault, whatever the schema says of it. */
export const keeping = <O>({ plan, channel }: Context<any, O>, verdict: Verdict<O>): Verdict<O> => {
  if (verdict.type !== 'output' || channel.handedOut.length === 0) return verdict
  // Elements have the dates and Maps for which strings and lists stand in it.
  const lost = channel.lostIn(reviveInput(verdict.input as JsonValue, plan.declaration).input)
  if (lost.length === 0) return verdict
  const message = 'it was handed out, and the answer that came then has another value here, or none'
  const issues = lost.map(path => ({ path, code: 'handed_out', message }))
  return { type: 'fault', fault: { code: 'schema_mismatch', issues, input: verdict.input } }
}

/** The calls as if what stands now had been their arguments: the model goes on from what is, not from what was. */
const amend = (answer: Answer, texts: readonly string[]): Answer => {
  const { turn } = answer
  const now = new Map(answer.calls.map((call, i) => [call.id, { ...call, arguments: texts[i]! }]))
  const written = (each: FunctionCall): FunctionCall => {
    const text = now.get(each.id)?.arguments
    return text === undefined ? each : { ...each, function: { ...each.function, arguments: text } }
  }
  const { tool_calls } = turn.message as { tool_calls?: readonly FunctionCall[] }
  return {
    ...answer,
    calls: [...now.values()],
    turn: {
      ...turn,
      calls: turn.calls.map(each => now.get(each.id) ?? each),
      message: { ...turn.message, tool_calls: tool_calls?.map(written) } as Message,
    },
  }
}
