import type { Channel } from './channel.ts'
import type { CheckListener } from './decode/check/index.ts'
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
export const sinkFor = <I, O>(
  { plan, channel, streamed, aside }: Sharing<I, O>,
  asking: Asking,
): {
  sink: DeltaSink
  /** What the whole turn has of the answer. */
  answer: (turn: Turn) => { indices: readonly number[]; view: ArgumentsView | undefined; notes: readonly Issue[] }
  hopeless: () => Hopeless | undefined
  /** Whether something of it is to be seen; of an answer that comes whole nobody is made to look. */
  shown: () => boolean
} => {
  const { declaration, options, choice } = plan
  const names = new Set(isInContent(asking) ? [] : plan.answers.map(({ name }) => name))
  let index: number | undefined
  let view: ArgumentsView | undefined
  const text = declaration.isText ? new TextView(options) : undefined
  const content = isInContent(asking) ? new Content() : undefined
  if (text !== undefined) channel.show(text)
  /** Deltas are read that came together: those behind the one that left no hope are as good as never sent. */
  let together = false
  const isCutOff = (): boolean => together && view?.hopeless !== undefined
  const open = (): ArgumentsView => {
    const listener: CheckListener = {
      onIssue(issue) {
        if (!isCutOff()) channel.emit({ type: 'issue', attempt: channel.attempt, issue })
      },
      onComplete(path, value, valid) {
        if (valid && !isCutOff()) channel.complete(path, value)
      },
    }
    const opened = new ArgumentsView(declaration, aside ? {} : listener, options)
    view = opened
    if (!aside) channel.show(opened)
    return opened
  }
  const feed = (piece: string): void => {
    if (piece !== '') (view ?? open()).feed(piece)
  }
  const composer = choice?.composer(declaration.wrapper, feed)
  const sink: DeltaSink = {
    text(delta) {
      if (content !== undefined) return feed(content.feed(delta))
      if (channel.watched) channel.emit({ type: 'text', attempt: channel.attempt, delta })
      text?.feed(delta)
    },
    reasoning(delta) {
      if (channel.watched) channel.emit({ type: 'reasoning', attempt: channel.attempt, delta })
    },
    call(opened, name) {
      if (!names.has(name)) return
      if (composer !== undefined) composer.open(opened, name)
      else if (index === undefined) {
        index = opened
        open()
      }
    },
    arguments(of, delta, ends) {
      if (composer !== undefined) {
        let from = 0
        for (const end of ends ?? [delta.length]) {
          composer.arguments(of, delta.slice(from, end))
          if (end < delta.length && view?.hopeless !== undefined) return end
          from = end
        }
        return undefined
      }
      if (of !== index || view === undefined) return undefined
      together = ends !== undefined
      const given = together ? view.hopeless : undefined
      view.feed(delta)
      if (ends === undefined || given !== undefined || view.hopeless === undefined) return undefined
      const start = view.text.length - delta.length
      view = view.cut(ends)
      if (!aside) channel.show(view)
      return view.text.length - start
    },
  }
  const answer = (turn: Turn): ReturnType<ReturnType<typeof sinkFor>['answer']> => {
    if (content !== undefined) {
      feed(content.finish())
      return { indices: [], view, notes: content.notes }
    }
    composer?.finish()
    const indices = composer?.indices ?? (index === undefined ? [] : [index])
    const unasked = mayIgnoreFunction(plan) && turn.calls.length === 0 ? Content.whole(turn.text) : undefined
    feed(unasked?.json ?? '')
    return { indices, view, notes: unasked?.content.notes ?? [] }
  }
  return {
    sink,
    answer,
    hopeless: () => (view ?? text)?.hopeless,
    shown: () => {
      const seen = view ?? text
      return seen !== undefined && (streamed ? seen.value !== undefined : seen.text !== '')
    },
  }
}
