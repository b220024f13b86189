import type { Answer, Context } from './context.ts'
import { withoutHalves } from './decode/halves.ts'
import { type Decoded, decodeStrict } from './decode/strict.ts'
import { TextView } from './decode/text-view.ts'
import type { ArgumentsView } from './decode/view.ts'
import { OutputError } from './errors.ts'
import { modelName } from './failing.ts'
import type { JsonValue } from './json/index.ts'
import { isInContent } from './modes.ts'
import type { Fault } from './repair/fault.ts'
import type { Issue } from './types.ts'
import type { WireCall } from './wire/wire.ts'

/** What a turn of the model is. */
export type Verdict<O> =
  | {
      readonly type: 'output'
      readonly output: O
      /** What the user's schema received, as JSON. */
      readonly input: unknown
      readonly text: string
      readonly warnings: readonly Issue[]
    }
  /** Calls of something other than the answer, for the tools to see to. */
  | { readonly type: 'tools' }
  | { readonly type: 'fault'; readonly fault: Fault }

/**
 * Tells what a turn is, and decodes the answer when it holds one.
 *
 * @throws OutputError `refused`, `truncated`, `content_filter`: an end that makes an answer no answer, whatever it says.
 */
export const judge = async <I, O>(context: Context<I, O>, answer: Answer): Promise<Verdict<O>> => {
  if (answer.fault !== undefined) return { type: 'fault', fault: answer.fault }
  refuseUnclean(context, answer)
  const { plan, channel } = context
  const { declaration } = plan
  const { turn, view } = answer
  if (view === undefined) {
    if (turn.calls.length > 0 && plan.tools.size > 0) return { type: 'tools' }
    if (declaration.isText && turn.calls.length === 0 && turn.text !== '') {
      return verdictOf<O>(turn.text, await decodeText(context, turn.text))
    }
    return { type: 'fault', fault: nothingUsable(context, answer) }
  }
  const isAnswer = ({ name }: WireCall): boolean => plan.answers.some(each => each.name === name)
  if (plan.choice?.many && turn.calls.some(call => !isAnswer(call) && !plan.tools.has(call.name))) {
    // Of a list nothing may get lost.
    return { type: 'fault', fault: nothingUsable(context, answer) }
  }
  const decoded: Decoded<O> = await decodeStrict(view.text, declaration, plan.options, view.whole ?? view.parser)
  context.signal.throwIfAborted()
  // The last partial is the final input, also where the user's schema takes more than its JSON Schema says.
  const unwrapped = decoded.warnings.some(({ code }) => !asShown.has(code))
  if (decoded.ok && !unwrapped && !view.seen) view.settle()
  else if (decoded.ok && !context.aside && (unwrapped || view.value === undefined || hasOther(decoded, view))) {
    // What was unwrapped, or waited for that in vain, does not go on from what was shown of it.
    const anew = (unwrapped || view.stateOf([]) === 'open') && view.value !== undefined
    if (anew) channel.restart()
    channel.show(view)
    view.patch(decoded.input as JsonValue, (path, value) => channel.complete(() => path, value), anew)
    channel.grew()
  }
  const extra = plan.choice?.many ? 0 : turn.calls.filter(isAnswer).length - 1
  const more: Issue = {
    path: [],
    code: 'extra_call',
    message: `the answer was given ${extra + 1} times; the first one stands`,
  }
  const odd: Issue = {
    path: [],
    code: 'odd_ending',
    message: `the answer ended with '${turn.finishReason}', which is not known to be a clean end`,
  }
  const odds = [...answer.notes, ...(extra > 0 ? [more] : []), ...(turn.ending === 'unknown' ? [odd] : [])]
  return verdictOf<O>(view.text, decoded, odds)
}

/** Mendings that the partials have seen as well. */
export const asShown: ReadonlySet<string> = new Set(['duplicate_key', 'normalized', 'replaced'])

/** Whether the answer may have another value than one that closed in it: what seemed wrong is taken, a key came twice. */
const hasOther = ({ warnings }: Decoded<unknown>, view: ArgumentsView): boolean =>
  view.stateOf([]) !== 'complete' || warnings.some(({ code }) => code === 'duplicate_key')

const verdictOf = <O>(text: string, decoded: Decoded<O>, warnings: readonly Issue[] = []): Verdict<O> =>
  decoded.ok
    ? {
        type: 'output',
        output: decoded.output,
        input: decoded.input,
        text,
        warnings: [...warnings, ...decoded.warnings],
      }
    : { type: 'fault', fault: decoded }

/** A bare string schema may still be a transform of the user's away from refusing. */
const decodeText = async <O>({ plan, channel }: Context<any, O>, text: string): Promise<Decoded<O>> => {
  const { wellFormed } = plan.options
  const { value, notes } = withoutHalves({ value: text, notes: [] }, wellFormed)
  const refused = wellFormed === 'refuse' && notes.length > 0
  const validated = refused ? { issues: notes } : await plan.declaration.validate(value)
  if ('issues' in validated)
    return { ok: false, code: 'schema_mismatch', ...validated, input: text, warnings: refused ? [] : notes }
  if (value !== text) {
    const view = new TextView()
    view.feed(String(value))
    channel.restart()
    channel.show(view)
  }
  return { ok: true, output: validated.value, input: value, warnings: notes }
}

const refuseUnclean = (context: Context<any, any>, { turn, view }: Answer): void => {
  const { plan, channel, ledger } = context
  const refuse = (code: OutputError['code'], why: string): never => {
    ledger.settle(code, [])
    throw new OutputError(`Cannot use the answer of ${modelName(context)}: ${why}`, code, {
      finishReason: turn.finishReason,
      text: view?.text ?? (turn.refusal || turn.text),
      partial: channel.value,
    })
  }
  if (turn.refusal !== '') refuse('refused', 'the model refused; its words are in error.text')
  if (turn.ending === 'length') refuse('truncated', 'it was cut at the token limit; raise maxOutputTokens')
  if (turn.ending === 'content_filter') refuse('content_filter', 'a content filter stopped it')
  // A function's arguments show by themselves whether they are whole; of a text nobody knows.
  if (turn.ending === 'unknown' && plan.declaration.isText) {
    refuse('truncated', `it ended with '${turn.finishReason}', which is not known to be a clean end`)
  }
}

/** No function has a longer one, in characters; what a server puts there may. */
const longestName = 64

const nothingUsable = ({ plan }: Context<any, any>, { turn, asking }: Answer): Fault => {
  const { isText } = plan.declaration
  const names = plan.answers.map(({ name }) => `'${name}'`)
  if (turn.calls.length > 0) {
    const all = turn.calls.map(({ name }) => `'${name.slice(0, longestName)}'`)
    const called = (plan.choice ? all.filter(name => !names.includes(name)) : all).join(', ')
    const message =
      isText || isInContent(asking)
        ? `${called} was called and there are no functions`
        : `${called} was called instead of ${names.join(' or ')}`
    return { code: 'wrong_call', issues: [{ path: [], code: 'wrong_call', message }] }
  }
  const came =
    turn.text !== '' ? `${turn.text.length} characters of text` : turn.reasoning !== '' ? 'only reasoning' : 'nothing'
  if (isInContent(asking)) {
    return {
      code: 'invalid_json',
      issues: [{ path: [], code: 'invalid_json', message: `no JSON object came, but ${came}` }],
    }
  }
  const message = isText ? `no text came, but ${came}` : `${names.join(' or ')} was not called; ${came} came instead`
  return { code: 'no_call', issues: [{ path: [], code: 'no_call', message }] }
}
