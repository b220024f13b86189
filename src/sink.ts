import type { Channel } from './channel.ts'
import type { CheckListener } from './decode/check/index.ts'
import type { Composer } from './decode/composer.ts'
import { Content } from './decode/content.ts'
import type { Hopeless } from './decode/hopeless.ts'
import { TextView } from './decode/text-view.ts'
import { ArgumentsView } from './decode/view.ts'
import { type Asking, isInContent, mayIgnoreFunction } from './modes.ts'
import type { Plan } from './plan.ts'
import type { Issue } from './types.ts'
import type { DeltaSink, Turn } from './wire/wire.ts'

interface Sharing<I, O> {
  readonly plan: Plan<I, O>
  readonly channel: Channel<I>
  readonly streamed: boolean
  /** Nothing of it is shown. */
  readonly aside?: boolean
}

/** Sends deltas where they belong: text to the reader of text, the answer's arguments - or its JSON text - into its view. */
export class AnswerSink<I, O> implements DeltaSink {
  readonly #sharing: Sharing<I, O>
  readonly #content: Content | undefined
  readonly #text: TextView | undefined
  readonly #composer: Composer | undefined
  #index: number | undefined
  #view: ArgumentsView | undefined
  /** Deltas are read that came together: those behind the one that left no hope are as good as never sent. */
  #together = false

  constructor(sharing: Sharing<I, O>, asking: Asking) {
    const { plan, channel } = sharing
    const { declaration, options, choice } = plan
    this.#sharing = sharing
    this.#content = isInContent(asking) ? new Content() : undefined
    this.#text = declaration.isText ? new TextView(options) : undefined
    this.#composer = choice?.composer(declaration.wrapper, piece => this.#feed(piece))
    if (this.#text !== undefined) channel.show(this.#text)
  }

  text(delta: string): void {
    if (this.#content !== undefined) {
      this.#feed(this.#content.feed(delta))
      return
    }
    const { channel } = this.#sharing
    if (channel.watched) channel.emit({ type: 'text', attempt: channel.attempt, delta })
    this.#text?.feed(delta)
  }

  reasoning(delta: string): void {
    const { channel } = this.#sharing
    if (channel.watched) channel.emit({ type: 'reasoning', attempt: channel.attempt, delta })
  }

  call(opened: number, name: string): void {
    if (this.#content !== undefined) return
    const isAnswer = this.#sharing.plan.answers.some(answer => answer.name === name)
    if (this.#composer !== undefined) this.#composer.open(opened, isAnswer ? name : undefined)
    else if (isAnswer && this.#index === undefined) {
      this.#index = opened
      this.#open()
    }
  }

  arguments(of: number, delta: string, ends?: readonly number[]): number | undefined {
    if (this.#composer !== undefined) return this.#compose(this.#composer, of, delta, ends)
    const view = this.#view
    if (of !== this.#index || view === undefined) return undefined
    this.#together = ends !== undefined
    const given = this.#together ? view.hopeless : undefined
    view.feed(delta)
    if (ends === undefined || given !== undefined || view.hopeless === undefined) return undefined
    const start = view.text.length - delta.length
    // What came alone has nothing behind it, and goes on from what was shown.
    const cut = ends.length === 1 ? view : view.cut(ends)
    this.#view = cut
    const { aside, channel } = this.#sharing
    if (!aside) channel.show(cut)
    return cut.text.length - start
  }

  /** What the whole turn has of the answer. */
  answer(turn: Turn): {
    readonly indices: readonly number[]
    readonly view: ArgumentsView | undefined
    readonly notes: readonly Issue[]
  } {
    const content = this.#content
    if (content !== undefined) {
      this.#feed(content.finish())
      return { indices: [], view: this.#view, notes: content.notes }
    }
    this.#text?.finish()
    this.#composer?.finish()
    const indices = this.#composer?.indices ?? (this.#index === undefined ? [] : [this.#index])
    const mayIgnore = mayIgnoreFunction(this.#sharing.plan) && turn.calls.length === 0
    const unasked = mayIgnore ? Content.whole(turn.text) : undefined
    this.#feed(unasked?.json ?? '')
    return { indices, view: this.#view, notes: unasked?.content.notes ?? [] }
  }

  get hopeless(): Hopeless | undefined {
    return (this.#view ?? this.#text)?.hopeless
  }

  /** Whether something of it is to be seen; of an answer that comes whole nobody is made to look. */
  get shown(): boolean {
    const seen = this.#view ?? this.#text
    return seen !== undefined && (this.#sharing.streamed ? seen.value !== undefined : seen.text !== '')
  }

  #feed(piece: string): void {
    if (piece !== '') (this.#view ?? this.#open()).feed(piece)
  }

  #open(): ArgumentsView {
    const { plan, channel, aside } = this.#sharing
    const view = new ArgumentsView(plan.declaration, aside ? {} : this.#listener, plan.options)
    this.#view = view
    if (!aside) channel.show(view)
    return view
  }

  get #listener(): CheckListener {
    const { channel } = this.#sharing
    const isCutOff = (): boolean => this.#together && this.#view?.hopeless !== undefined
    return {
      onIssue(issue) {
        if (!isCutOff()) channel.emit({ type: 'issue', attempt: channel.attempt, issue })
      },
      onComplete(path, value, valid) {
        if (valid && !isCutOff()) channel.complete(path, value)
      },
    }
  }

  #compose(
    composer: Composer,
    of: number,
    delta: string,
    ends: readonly number[] = [delta.length],
  ): number | undefined {
    let from = 0
    for (const end of ends) {
      composer.arguments(of, delta.slice(from, end))
      if (end < delta.length && this.#view?.hopeless !== undefined) return end
      from = end
    }
    return undefined
  }
}
