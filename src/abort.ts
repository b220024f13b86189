/** What can be aborted listens to either. */
export type Stop = AbortSignal | Abort

/**
 * A controller with its signal, for our own use. An `AbortSignal` is an event target that the platform can also send to other
 * threads: making one and listening to it costs more than all that a call does with it, so the platform's is made only when
 * somebody else is to have it.
 */
export class Abort {
  aborted = false
  reason: unknown
  #listeners: Set<() => void> | undefined
  #controller: AbortController | undefined

  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    this.#controller?.abort(reason)
    const listeners = this.#listeners ?? []
    this.#listeners = undefined
    for (const listener of listeners) listener()
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners ??= new Set()
    this.#listeners.add(listener)
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener)
  }

  /** The platform's own, for those who know no other. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.aborted) this.#controller.abort(this.reason)
    }
    return this.#controller.signal
  }
}

export const platformSignal = (stop: Stop): AbortSignal => (stop instanceof Abort ? stop.signal : stop)

/** Those who follow a signal of the caller's. */
class Followers extends Set<() => void> {
  readonly tell = (): void => {
    for (const listener of this) listener()
  }
}

const followers = new WeakMap<AbortSignal, Followers>()

/**
 * Calls back when a signal of the caller's aborts, until what it returns is called. However many follow it, the signal has
 * one listener of ours: Node takes more than ten for a leak and warns.
 */
export const follow = (signal: AbortSignal, listener: () => void): (() => void) => {
  const all = followers.get(signal) ?? new Followers()
  followers.set(signal, all)
  if (all.size === 0) signal.addEventListener('abort', all.tell)
  all.add(listener)
  return () => {
    all.delete(listener)
    if (all.size === 0) signal.removeEventListener('abort', all.tell)
  }
}

/**
 * The promise, or the signal's reason as soon as it aborts: what ignores its signal must not keep an aborted run alive.
 * Leaves no listener behind.
 */
export const orAbort = <T>(promise: PromiseLike<T>, signal: Stop): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      signal.removeEventListener('abort', stop)
      reject(signal.reason)
    }
    signal.addEventListener('abort', stop)
    promise.then(
      value => {
        signal.removeEventListener('abort', stop)
        resolve(value)
      },
      error => {
        signal.removeEventListener('abort', stop)
        reject(error)
      },
    )
    if (signal.aborted) stop()
  })
