/**
 * The promise, or the signal's reason as soon as it aborts: what ignores its signal must not keep an aborted run alive.
 * Leaves no listener behind.
 */
export const orAbort = async <T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> => {
  let stop!: () => void
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  if (signal.aborted) stop()
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
