import { setImmediate, setTimeout } from 'node:timers/promises'

/** The text after each of its server-sent events; concatenated they are the text. */
export const splitEvents = (text: string): string[] => text.split(/(?<=\n\n|\r\r|\r\n\r\n)/)

/** The bytes cut at rising offsets. An offset beyond the end cuts nothing. */
export function cutBytes(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const ends = [...offsets.filter(offset => offset < bytes.length), bytes.length]
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

/**
 * A stream of the chunks, one per turn of the event loop: as from a socket, a reader sees each before the next exists.
 * When `signal` aborts, the stream fails with its reason.
 *
 * @param pace milliseconds before each chunk
 */
export function streamOf(
  chunks: readonly Uint8Array[],
  signal: AbortSignal | undefined,
  pace: number,
): ReadableStream<Uint8Array> {
  let next = 0
  let stop = () => {}
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const abort = () => controller.error(signal?.reason)
        signal?.addEventListener('abort', abort, { once: true })
        stop = () => signal?.removeEventListener('abort', abort)
      },
      async pull(controller) {
        await (pace > 0 ? setTimeout(pace) : setImmediate())
        if (signal?.aborted) return
        const chunk = chunks[next++]
        if (chunk) return controller.enqueue(chunk)
        stop()
        controller.close()
      },
      cancel: () => stop(),
    },
    { highWaterMark: 0 },
  )
}
