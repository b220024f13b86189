/**
 * The promise, or the signal's reason as soon as it aborts: what ignores its signal must not keep an aborted run alive.
 * Leaves no listener behind.
 */
export const orAbort = <T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> =>
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
