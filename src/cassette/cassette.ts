import { isRecorded, readCassette } from './file.ts'
import type { Interaction } from './interaction.ts'
import { Recorder } from './recorder.ts'
import { recutStream } from './recut.ts'
import { replayedResponse } from './replay.ts'
import { readRequest } from './request.ts'
import { Secrets } from './secrets.ts'
import { Tape } from './tape.ts'

/**
 * - `auto`: replay where the file exists, record where it does not; decided at the first request.
 * - `record`: start a new file from empty; an old one stays until the first body is complete.
 * - `replay`: never the network.
 * - `bypass`: the plain fetch, no file.
 */
export type CassetteMode = 'auto' | 'record' | 'replay' | 'bypass'

export interface CassetteOptions {
  /** Default `auto`. */
  readonly mode?: CassetteMode
  /** What `record` and `bypass` send through; default the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /**
   * For demonstrations: plays recorded chat-completion streams in pieces of this many characters (`true`: 4) where the
   * recording has longer ones. The data is the recorded data, its timing and cuts are not.
   */
  readonly recut?: boolean | number
  /** For demonstrations and for building user interfaces: milliseconds before each piece of a replayed body. Default 0. */
  readonly pace?: number
  /**
   * Further values that must not stand in a file. Known already: credentials in the headers and URLs of the requests,
   * and environment variables whose names end in `_API_KEY`, `_TOKEN` or `_SECRET` (8 characters or more).
   */
  readonly secrets?: readonly string[]
}

/** A `fetch` with a recording behind it. */
export interface Cassette {
  (input: Parameters<typeof globalThis.fetch>[0], init?: RequestInit): Promise<Response>
  /** What the file holds in replay; what is recorded so far while recording; nothing in bypass. */
  readonly interactions: readonly Interaction[]
  /** The interactions that no request has taken yet: a test asks that it is empty. Nothing but in replay. */
  readonly unused: readonly Interaction[]
  /** How many interactions were played recut so far. */
  readonly recut: number
}

const names: readonly string[] = ['mode', 'fetch', 'recut', 'pace', 'secrets'] satisfies (keyof CassetteOptions)[]
const modes: readonly string[] = ['auto', 'record', 'replay', 'bypass'] satisfies CassetteMode[]

/**
 * A `fetch` that records to a file and replays from it, in the format of go-vcr version 2 (YAML).
 *
 * In replay a request takes the first unused interaction with the same method, URL and body (a JSON body with its keys
 * in any order). While recording, responses stream through, and the whole file is replaced after each complete body.
 * Files never hold headers but a few harmless ones, user or key in a URL, or a body in which a secret is found.
 *
 * The returned function rejects with `CassetteError`: `no_match` when no unused recording is equal to the request,
 * `unreadable` when the file cannot serve, `secret_found` from the last read of a body that must not be written; and
 * with `TypeError` for a body that is no string, `Uint8Array` or `URLSearchParams`.
 *
 * @param path where the file is or shall be; messages quote it as given
 * @throws TypeError for an unknown mode or option
 * @throws RangeError for a `recut` below 1, a negative `pace` or an empty secret
 */
export function cassette(path: string | URL, options: CassetteOptions = {}): Cassette {
  if (typeof path !== 'string' && !(path instanceof URL)) {
    throw new TypeError(`Cannot use a cassette without its path: it must be a string or a URL`)
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new TypeError(`Cannot use cassette '${path}' with option '${name}': there are ${names.join(', ')}`)
    }
  }
  const { mode = 'auto', recut = false, pace = 0 } = options
  if (!modes.includes(mode)) {
    throw new TypeError(`Cannot use cassette '${path}' with mode '${mode}': it must be one of ${modes.join(', ')}`)
  }
  const size = typeof recut === 'number' ? recut : recut ? 4 : Infinity
  if (!(size >= 1) || (typeof recut === 'number' && !Number.isInteger(recut))) {
    throw new RangeError(`Cannot use cassette '${path}' with recut '${recut}': it must be a whole number from 1`)
  }
  if (!(pace >= 0)) throw new RangeError(`Cannot use cassette '${path}' with pace '${pace}': it must be 0 or more`)
  const secrets = new Secrets(options.secrets ?? [])
  const send: typeof globalThis.fetch = (input, init) => (options.fetch ?? globalThis.fetch)(input, init)

  const recording = () => mode === 'record' || (mode === 'auto' && !isRecorded(path))
  let opened: Tape | Recorder | undefined
  const open = (): Tape | Recorder => {
    opened ??= recording() ? new Recorder(path, secrets) : new Tape(String(path), readCassette(path).interactions)
    return opened
  }

  let recuts = 0
  const play = async (input: Parameters<typeof globalThis.fetch>[0], init?: RequestInit): Promise<Response> => {
    if (mode === 'bypass') return send(input, init)
    const sent = await readRequest(input, init)
    sent.signal?.throwIfAborted()
    secrets.learn(sent.url, sent.headers)
    const deck = open()
    if (deck instanceof Recorder) return deck.record(sent, () => send(input, init))

    const interaction = deck.claim(sent, text => secrets.redact(text))
    const { body = '' } = interaction.response
    const played = size === Infinity ? body : recutStream(body, size)
    if (played === body) return replayedResponse(interaction, sent.signal, pace)
    recuts++
    return replayedResponse(interaction, sent.signal, pace, played)
  }

  return Object.defineProperties(play, {
    interactions: { get: () => (mode === 'bypass' ? [] : open().interactions) },
    unused: { get: () => (mode === 'bypass' ? [] : unusedOf(open())) },
    recut: { get: () => recuts },
  }) as Cassette
}

const unusedOf = (deck: Tape | Recorder): readonly Interaction[] => (deck instanceof Tape ? deck.unused : [])
