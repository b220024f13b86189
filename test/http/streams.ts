import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { BodyReader } from '../../src/http/body.ts'
import type { BodySink } from '../../src/http/framing.ts'

/** One seed for every law of these rooms, so that a failure comes back; fast-check prints it with the counterexample. */
export const law = { seed: 20_261_121 }

/** So many cases of a law that is cheap to try; `LAWS=50` multiplies them. */
export const manyRuns = { numRuns: 2000 * Number(process.env.LAWS ?? 1) }

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The bytes cut at the offsets, which rise; what lies beyond the end cuts nothing. */
export const cutAt = (bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] => {
  const ends = [...offsets.filter(offset => offset > 0 && offset < bytes.length), bytes.length]
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}

export const perByte = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))

type Chunks = readonly (string | Uint8Array)[]

/** A body of these chunks, one per read. What follows them is the end, an error, or nothing for ever. */
export const bodyOf = (chunks: Chunks, after: { error: unknown } | 'end' | 'silence' = 'end') => {
  const seen = { cancelled: false }
  let next = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[next++]
        if (chunk !== undefined) return controller.enqueue(typeof chunk === 'string' ? bytesOf(chunk) : chunk)
        if (after === 'silence') return new Promise<void>(() => {})
        if (after === 'end') return controller.close()
        controller.error(after.error)
      },
      // A cancel that never resolves is what some servers' connections come to.
      cancel() {
        seen.cancelled = true
        return new Promise<void>(() => {})
      },
    },
    { highWaterMark: 0 },
  )
  return { seen, stream }
}

/** A sink that reads no event in bytes. */
export const sinkOf = (payload: (text: string) => void = () => {}): BodySink & { stopped: boolean } => ({
  payload,
  repeats: (_, from) => from,
  pause: () => undefined,
  stopped: false,
})

/** What a reader makes of a body. */
export const read = async (
  chunks: Chunks,
  {
    after,
    signal = new AbortController().signal,
    init,
    secrets = [],
    stopAfter = Number.POSITIVE_INFINITY,
  }: {
    after?: Parameters<typeof bodyOf>[1]
    signal?: AbortSignal
    init?: ResponseInit
    secrets?: string[]
    stopAfter?: number
  } = {},
): Promise<{ payloads: string[]; whole: boolean; cancelled: boolean }> => {
  const { seen, stream } = bodyOf(chunks, after)
  const payloads: string[] = []
  const sink = sinkOf(text => {
    sink.stopped = payloads.push(text) >= stopAfter
  })
  const whole = await new BodyReader(new Response(stream, init), secrets).read(sink, signal)
  return { payloads, whole, cancelled: seen.cancelled }
}

/** The address of a server that is gone after the test. */
export const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
