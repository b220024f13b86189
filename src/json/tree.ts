import { Frame } from './frame.ts'
import type { Sink } from './scan.ts'
import type { JsonFollower, JsonKind, JsonPath, JsonValue, JsonWarning } from './types.ts'

/** From tokens to one growing value, of which any number of unchanging snapshots can be taken. */
export class Tree<N> implements Sink {
  readonly warnings: JsonWarning[] = []
  readonly #follower: JsonFollower<N> | undefined
  /** A list around the document, so that the root value has a place as every other has. Nobody ever sees it. */
  readonly #root: Frame<N> = new Frame<N>(undefined, 'array', undefined)
  #top: Frame<N> = this.#root
  /** Of the open string, number or literal. */
  #node: N | undefined
  /** The open string so far. No character of it is read before it closes: each time the engine would first copy it whole. */
  #text = ''
  #textShows = false
  #textGrew = false
  #changed = false
  #snapshot: JsonValue | undefined

  constructor(follower: JsonFollower<N> | undefined) {
    this.#follower = follower
  }

  /**
   * Partials 2. *Immutable, shared*: a snapshot never changes after it is seen, and every branch that did not change is
   * the same object (`===`) as in the one before.
   *
   * Partials 4. *Progress*: it shows every closed atom and every decoded character of the open string.
   *
   * It costs a shallow copy of each open container in which something happened since the last one was taken. A snapshot
   * that nobody takes costs nothing.
   */
  get snapshot(): JsonValue | undefined {
    if (!this.#changed) return this.#snapshot
    this.#changed = false
    if (this.#textGrew) this.#top.replace(this.#text)
    this.#textGrew = false
    let frame = this.#top
    while (frame.above !== undefined && frame.show()) frame = frame.above
    this.#snapshot = this.#root.first
    return this.#snapshot
  }

  open(kind: JsonKind): void {
    const top = this.#top
    const node = this.#follower?.open(top.node, top === this.#root ? undefined : top.next, kind)
    top.hidesNext = this.#hides(node)
    if (kind === 'object' || kind === 'array') {
      this.#top = new Frame<N>(top, kind, node)
      this.#changed = true
      return
    }
    this.#node = node
    if (kind !== 'string') return
    this.#text = ''
    this.#textShows = this.#follower === undefined || this.#follower.grows(node as N)
    if (this.#textShows) this.#add('')
  }

  key(key: string, position: number): void {
    this.#top.key = key
    const { repeats } = this.#top
    if (repeats) this.warnings.push({ code: 'duplicate_key', path: this.#path(), position })
    this.#follower?.key?.(this.#top.node as N, key, repeats)
  }

  grow(piece: string): void {
    this.#text += piece
    if (this.#textShows) this.#changed = this.#textGrew = true
    this.#follower?.grow?.(this.#node as N, piece)
  }

  closeString(): void {
    const text = flat(this.#text)
    if (!this.#textShows) {
      // What was read of it since it opened may have made it one to hide.
      this.#top.hidesNext = this.#hides(this.#node)
      this.#add(text)
    } else if (this.#textGrew) this.#top.replace(text)
    this.#textGrew = false
    this.#closed(this.#node, text)
  }

  closeNumber(text: string, position: number): void {
    const value = Number(text)
    this.#add(value)
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) this.#warn(value, text, position)
    this.#closed(this.#node, value)
  }

  closeLiteral(value: boolean | null): void {
    this.#add(value)
    this.#closed(this.#node, value)
  }

  closeContainer(): void {
    const frame = this.#top
    this.#top = frame.above as Frame<N>
    this.#closed(frame.node, frame.close())
  }

  #add(child: JsonValue): void {
    this.#top.add(child)
    this.#changed = true
  }

  #hides(node: N | undefined): boolean {
    return this.#follower?.shows?.(node as N) === false
  }

  #closed(node: N | undefined, value: JsonValue): void {
    this.#follower?.close(node as N, value, this.#path)
  }

  /** A fraction or an exponent says that no exact integer was meant. */
  #warn(value: number, text: string, position: number): void {
    const code = Number.isFinite(value) ? 'unsafe_integer' : 'non_finite'
    if (code === 'unsafe_integer' && /[.eE]/.test(text)) return
    this.warnings.push({ code, path: this.#path(), position })
  }

  readonly #path = (): JsonPath => {
    const path: JsonPath = []
    for (let frame = this.#top; frame.above !== undefined; frame = frame.above) path.push(frame.place)
    return path.reverse()
  }
}

/**
 * V8 joins strings of 13 units and more only when somebody reads them. Until then every piece is kept: at four
 * characters a piece, fourteen bytes for each character, for as long as the value lives. Reading one joins them all.
 */
const flat = (text: string): string => (text.length < 13 || !Number.isNaN(text.charCodeAt(0)) ? text : '')
