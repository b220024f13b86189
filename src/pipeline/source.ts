import type { Source } from './types.ts'

type Step<A> = IteratorResult<A, unknown>

/** Records, one at a time: `next` is asked again only when it has answered. */
export interface OpenSource<A> {
  next(): Step<A> | Promise<Step<A>>
  /** No more are wanted. Never throws, and does not wait for a source that is stuck. */
  close(): Promise<void>
}

/** @throws TypeError for what cannot be iterated. */
export const openSource = <A>(records: Source<A>): (() => OpenSource<A>) => {
  const source = records as Partial<Iterable<A> & AsyncIterable<A> & ReadableStream<A>> | null | undefined
  if (typeof source?.[Symbol.asyncIterator] === 'function') return () => opened(source[Symbol.asyncIterator]!())
  // Some runtimes' streams cannot be iterated.
  if (typeof source?.getReader === 'function') return () => opened(streamed(source.getReader!()))
  // A string is iterable, and nobody wants its characters as records.
  if (typeof source?.[Symbol.iterator] === 'function' && typeof source !== 'string') {
    return () => opened(source[Symbol.iterator]!())
  }
  throw new TypeError(
    `Cannot extract from records that are ${source === null ? 'null' : `of type ${typeof source}`}: they must be iterable, such as a list, a generator or a stream`,
  )
}

const opened = <A>(iterator: Iterator<A> | AsyncIterator<A>): OpenSource<A> => {
  let pending = false
  let over = false
  const seen = (step: Step<A>): Step<A> => {
    pending = false
    over = step.done === true
    return step
  }
  const broken = (error: unknown): never => {
    over = true
    throw error
  }
  return {
    next() {
      pending = true
      try {
        const step = iterator.next()
        return step instanceof Promise
          ? step.then(seen, broken)
          : 'then' in step
            ? Promise.resolve(step).then(seen, broken)
            : seen(step)
      } catch (error) {
        return broken(error)
      }
    },
    async close() {
      if (over) return
      over = true
      try {
        const closed = iterator.return?.()
        // A generator that waits for something returns when that has come, if ever.
        if (!pending) await closed
        else if (closed instanceof Promise) closed.catch(() => {})
      } catch {}
    },
  }
}

const streamed = <A>(reader: ReadableStreamDefaultReader<A>): AsyncIterator<A> => ({
  next: () => reader.read() as Promise<Step<A>> as Promise<IteratorResult<A>>,
  async return() {
    await reader.cancel()
    return { done: true, value: undefined }
  },
})
