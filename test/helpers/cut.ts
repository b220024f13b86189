import { cassette } from 'decant/cassette'

/** Where the network may cut a body. */
export type Cut = 'whole' | 'event' | 'byte' | 'random'
export const cuts: readonly Cut[] = ['whole', 'event', 'byte', 'random']

/** A fetch that replays a recording with its bodies cut in the given way, and the requests it was asked. */
export const replay = (path: string, cut: Cut, seed = 1): { fetch: typeof globalThis.fetch; bodies: unknown[] } => {
  const play = cassette(path, { mode: 'replay' })
  const bodies: unknown[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    bodies.push(JSON.parse(String(init?.body)))
    const response = await play(input, init)
    const bytes = new Uint8Array(await response.arrayBuffer())
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces(bytes, cut, seed)) controller.enqueue(piece)
        controller.close()
      },
    })
    return new Response(stream, { status: response.status, headers: response.headers })
  }
  return { fetch, bodies }
}

const pieces = function* (bytes: Uint8Array, cut: Cut, seed: number): Generator<Uint8Array> {
  let random = seed
  let start = 0
  while (start < bytes.length) {
    // A small linear congruential generator: the same cuts every run.
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648
    const size = {
      whole: () => bytes.length,
      byte: () => 1,
      event: () => eventEnd(bytes, start) - start,
      random: () => 1 + (random % 97),
    }[cut]()
    yield bytes.subarray(start, start + size)
    start += size
  }
}

const eventEnd = (bytes: Uint8Array, start: number): number => {
  for (let i = start; i < bytes.length; i++) if (bytes[i] === 10 && bytes[i + 1] === 10) return i + 2
  return bytes.length
}
