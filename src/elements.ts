import { identityOf } from './decode/check/identity.ts'
import { match, type Step, valueAt } from './decode/path.ts'
import type { JsonValue } from './json/index.ts'
import { QueueReader, type Source } from './reader.ts'
import type { Issue } from './types.ts'

type Path = Issue['path']

/** Decodes one element; the issues are those of the element, from its own root. */
export type DecodeItem = (
  value: unknown,
) => PromiseLike<{ readonly value: unknown } | { readonly issues: readonly Issue[]; readonly cause?: unknown }>

export interface ElementSource extends Source {
  readonly attempt: number
  /** Whether what an element before that place is shows only in the end. */
  unsettledBefore(path: Path): boolean
  /** Tells what has closed so far in this attempt, in order. */
  replay(visit: (path: Path, value: unknown) => void): void
  /** An element cannot be decoded. */
  rejected(attempt: number, issue: Issue): void
}

/**
 * The elements at one path as they close, each once.
 *
 * A yielded element is final. Elements are known by their positions, across attempts: those that were handed out have to
 * come again as they were. Until they have, new ones wait: an answer that leaves one out has others in its place.
 */
export class ElementReader<T> extends QueueReader<T, ElementSource> {
  readonly #steps: readonly Step[]
  readonly #decode: DecodeItem | undefined
  /** What tells them from others, as the schema of the whole has them, by their positions: whoever has one may change it. */
  readonly #handedOut = new Map<string, string>()
  #attempt = 1
  /** Those of them that have not come again in this attempt, and what waits for them. */
  #missing = new Map<string, string>()
  #waiting: (readonly [position: string, path: Path, value: unknown])[] = []
  /** The elements that are being decoded, one after the other. */
  #decoding: Promise<void> | undefined
  #failure: Source['end']

  constructor(
    source: ElementSource,
    room: Set<any>,
    onTouch: () => void,
    steps: readonly Step[],
    decode: DecodeItem | undefined,
  ) {
    super(source, room, onTouch)
    this.#steps = steps
    this.#decode = decode
  }

  /** A valid value has closed. */
  offer(path: Path, value: unknown): void {
    const position = match(this.#steps, path)?.join()
    if (position === undefined) return
    const { attempt } = this.source
    if (attempt !== this.#attempt) {
      this.#attempt = attempt
      this.#missing = new Map(this.#handedOut)
      this.#waiting = []
    }
    if (!this.#handedOut.has(position)) this.#waiting.push([position, path, value])
    else if (!this.#missing.has(position) || !isSame(value, this.#missing.get(position))) return
    this.#missing.delete(position)
    if (this.#missing.size > 0) return
    let ready = 0
    // They come in order.
    while (ready < this.#waiting.length && !this.source.unsettledBefore(this.#waiting[ready]![1])) ready++
    for (const each of this.#waiting.splice(0, ready)) this.#give(...each)
  }

  #give(position: string, path: Path, value: unknown): void {
    const identity = identityOf(value as JsonValue)
    if (this.#decode !== undefined) {
      const { attempt } = this.source
      const decoding = (this.#decoding ?? Promise.resolve())
        .then(() => this.#decoded(position, path, value, identity, attempt))
        .then(() => {
          if (this.#decoding === decoding) this.#decoding = undefined
          this.pump()
          this.source.took()
        })
      this.#decoding = decoding
      return
    }
    this.#handedOut.set(position, identity)
    this.push(value as T)
  }

  /** Where the elements stand that were handed out. */
  get handedOut(): Path[] {
    return [...this.#handedOut.keys()].map(position => this.#pathOf(position))
  }

  /** Where other values stand in an answer than those that were handed out. */
  lostIn(input: unknown): Path[] {
    return [...this.#handedOut].flatMap(([position, identity]) => {
      const path = this.#pathOf(position)
      return isSame(valueAt(input, path), identity) ? [] : [path]
    })
  }

  #pathOf(position: string): Path {
    const indices = position.split(',')
    return this.#steps.map(step => step ?? Number(indices.shift()))
  }

  /** Resolves when all that came is decoded. */
  get settled(): Promise<void> | undefined {
    return this.#decoding
  }

  override get behind(): boolean {
    return super.behind || this.busy
  }

  protected override joined(): void {
    this.source.replay((path, value) => this.offer(path, value))
  }

  protected override get busy(): boolean {
    return this.#decoding !== undefined
  }

  protected override get failure(): Source['end'] {
    return this.#failure
  }

  async #decoded(position: string, path: Path, value: unknown, identity: string, attempt: number): Promise<void> {
    // Meanwhile another attempt may have come to the same position.
    if (this.#failure !== undefined || this.#handedOut.has(position)) return
    let decoded: Awaited<ReturnType<DecodeItem>>
    try {
      decoded = await this.#decode!(value)
    } catch (error) {
      // An abort.
      this.#failure = { failed: true, error }
      return
    }
    if ('value' in decoded) {
      this.#handedOut.set(position, identity)
      this.push(decoded.value as T)
    } else if ('cause' in decoded) this.#failure = { failed: true, error: decoded.cause }
    else for (const issue of decoded.issues) this.source.rejected(attempt, { ...issue, path: [...path, ...issue.path] })
  }
}

const isSame = (value: unknown, identity: string | undefined): boolean =>
  value !== undefined && identityOf(value as JsonValue) === identity
