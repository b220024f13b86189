import type { Stop } from './abort.ts'
import type { Channel } from './channel.ts'
import type { ArgumentsView } from './decode/view.ts'
import type { Ledger } from './ledger.ts'
import type { Asked } from './modes.ts'
import type { Plan } from './plan.ts'
import type { Fault } from './repair/fault.ts'
import type { Issue, Message } from './types.ts'
import type { Turn, WireCall } from './wire/wire.ts'

/** What the parts of one run share. */
export interface Context<I, O> {
  readonly plan: Plan<I, O>
  /** The prompt. */
  readonly messages: readonly Message[]
  readonly channel: Channel<I>
  readonly ledger: Ledger
  readonly signal: Stop
  readonly streamed: boolean
  /** What is asked for is a part of the answer, which is not shown as it grows. */
  readonly aside?: boolean
}

/** A turn of the model with what the run needs to judge it. */
export interface Answer extends Asked {
  readonly turn: Turn
  /** The calls that hold the answer: one, or those of a choice. */
  readonly calls: readonly WireCall[]
  readonly view: ArgumentsView | undefined
  readonly response: { readonly status: number; readonly headers: Headers }
  /** What had to be taken off the text to find the answer in it. */
  readonly notes: readonly Issue[]
  /** What is wrong with it, where the provider has found that already, or we gave it up for that. */
  readonly fault?: Fault | undefined
  /** What no one may get to know who gets to know the answer. */
  readonly secrets?: readonly string[]
}
