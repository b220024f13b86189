import { orAbort } from './abort.ts'
import { Channel } from './channel.ts'
import type { Answer, Context } from './context.ts'
import { modelName } from './failing.ts'
import { hashOf } from './hash.ts'
import { redact } from './http/redact.ts'
import { judge, type Verdict } from './judge.ts'
import { Ledger } from './ledger.ts'
import { type Asked, isInContent, ladderOf, requestOf } from './modes.ts'
import { issueSummary } from './repair/words.ts'
import { bodyOf } from './request.ts'
import { AnswerSink } from './sink.ts'
import type { CacheStore, Call, Issue, Message, UsedMode } from './types.ts'
import type { Turn } from './wire/wire.ts'

/** To be raised when what is kept is written or hashed in another way. */
const format = 1

/** The place of one question's answer in a cache. */
export interface Slot {
  readonly store: CacheStore
  readonly key: string
  /** What it was no good for. */
  readonly notes: Issue[]
}

type Entry = Pick<Asked, 'asking' | 'mode'> & { readonly turn: Turn }

/**
 * The key is made of what is asked, not of what a provider has taught us about how to ask it: two runs find each other's
 * answers whatever each of them has learned. Undefined without a cache.
 */
export const slotOf = async (
  { plan }: Context<any, any>,
  messages: readonly Message[],
  forced: boolean,
  notes: Issue[],
): Promise<Slot | undefined> => {
  const { cache: store, mode = 'auto', maxOutputTokens } = plan.options
  if (store === undefined) return undefined
  const { max_tokens, max_completion_tokens, ...body } = bodyOf(
    plan,
    requestOf(plan, ladderOf(plan)[0]!, messages, forced, false),
  )
  try {
    const key = await hashOf(JSON.stringify([format, plan.provider.row.baseURL, mode, maxOutputTokens, body]))
    return { store, key, notes }
  } catch (cause) {
    note(notes, 'used', cause)
    return undefined
  }
}

/**
 * The answer that is kept for a question, decoded as if it had just come. It is judged before anything of it is shown: what
 * does not fit any more was never there.
 */
export const recall = async <I, O>(
  context: Context<I, O>,
  { store, key, notes }: Slot,
  kind: Call['kind'],
): Promise<{ readonly answer: Answer; readonly said: Verdict<O> } | undefined> => {
  const { channel, ledger, signal } = context
  const started = performance.now()
  try {
    const text = await orAbort(Promise.resolve(store.get(key)), signal)
    if (text === undefined || text === null) return undefined
    const { sum, ...entry } = JSON.parse(text) as Entry & { sum: string }
    if (sum !== (await sumOf(key, entry))) throw new Error('its checksum is another one')
    const { asking, mode, turn } = entry
    const quiet: Context<I, O> = { ...context, channel: new Channel<I>(undefined, () => {}), ledger: new Ledger() }
    const answer = replayed(quiet, entry)
    const said = await orAbort(judge(quiet, answer), signal)
    // What the caller's own schema threw no other answer would mend.
    if (said.type === 'fault' && said.fault.cause === undefined) throw new Error(issueSummary(said.fault.issues))

    if (channel.begun) channel.restart()
    const { attempt } = channel
    ledger.recalled({
      kind,
      attempt,
      model: modelName(context),
      mode: mode.used,
      received: [turn.text, turn.reasoning, ...turn.calls.map(each => each.arguments)].join('').length,
      timing: { total: performance.now() - started },
    })
    channel.emit({ type: 'cached', attempt, kind, key })
    if (turn.reasoning !== '') channel.emit({ type: 'reasoning', attempt, delta: turn.reasoning })
    if (turn.text !== '' && !isInContent(asking)) channel.emit({ type: 'text', attempt, delta: turn.text })
    const view = quiet.channel.best
    if (view !== undefined) {
      channel.show(view)
      view.replay?.((path, value) => channel.complete(() => path, value))
      channel.grew()
    }
    return { answer, said }
  } catch (cause) {
    signal.throwIfAborted()
    note(notes, 'read', cause)
    return undefined
  }
}

const replayed = (quiet: Context<any, any>, { asking, mode, turn }: Entry): Answer => {
  const sink = new AnswerSink(quiet, asking)
  sink.text(turn.text)
  // As it came: a call without arguments opens at the end of the turn.
  const opened = [...turn.calls.entries()].sort(
    ([, one], [, other]) => Number(one.arguments === '') - Number(other.arguments === ''),
  )
  for (const [i, call] of opened) {
    sink.call(i, call.name)
    sink.arguments(i, call.arguments)
  }
  const { indices, view, notes } = sink.answer(turn)
  const given = sink.hopeless
  return {
    asking,
    mode,
    turn,
    calls: indices.map(index => turn.calls[index]!),
    view,
    response: { status: 200, headers: new Headers() },
    notes,
    ...(given?.code === 'limit' && { fault: given }),
  }
}

/** Keeps an answer that was right. */
export const keep = async (
  { signal }: Context<any, any>,
  { store, key, notes }: Slot,
  { asking, turn, secrets = [] }: Answer,
  mode: UsedMode,
): Promise<void> => {
  const entry: Entry = { asking, mode, turn }
  try {
    const text = JSON.stringify({ ...entry, sum: await sumOf(key, entry) })
    if (redact(text, secrets) !== text) throw new Error('it holds what looks like a key')
    await orAbort(Promise.resolve(store.set(key, text)), signal)
  } catch (cause) {
    signal.throwIfAborted()
    note(notes, 'kept', cause)
  }
}

/** Of the key as well: what was put under another one is another answer. */
const sumOf = (key: string, entry: Entry): Promise<string> => hashOf(key + JSON.stringify(entry))

const note = (notes: Issue[], done: string, cause: unknown): void => {
  const { message = 'it failed' } = Object(cause) as { message?: unknown }
  const why = redact(String(message), []).slice(0, 200)
  notes.push({
    path: [],
    code: 'cache',
    message: `the answer could not be ${done} ${done === 'kept' ? 'in' : 'from'} the cache: ${why}`,
  })
}
