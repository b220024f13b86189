/** Edge runtimes have no setImmediate. Taken once: a caller's fake timers are not to hold a run up. */
const later: (callback: () => void) => unknown = globalThis.setImmediate ?? (callback => setTimeout(callback, 0))

/**
 * Lets those who wait go on together in the next turn of the event loop. Records that settle in one turn then come out, and
 * their successors are sent, side by side, while the code for it is in the processor's cache: measurably less CPU
 * than one after the other. And answers that come without a turn, as from a cache, leave timers and signals their turn.
 */
export class Turns {
  #next: Promise<void> | undefined

  next(): Promise<void> {
    this.#next ??= new Promise(resolve => {
      later(() => {
        this.#next = undefined
        resolve()
      })
    })
    return this.#next
  }
}
