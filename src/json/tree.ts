import { flat } from '../text.ts'
import { childOf, Frame } from './frame.ts'
import type { Seen } from './keys.ts'
import type { Sink } from './scan.ts'
import type { JsonFollower, JsonKind, JsonPath, JsonValue, JsonWarning } from './types.ts'

/** From tokens to one growing value, of which any number of unchanging snapshots can be taken. */
export class Tree<N> implements Sink {
  readonly warnings: JsonWarning[] = []
  readonly #follower: JsonFollower<N> | undefined
  /** A list around the document, so that the root value has a place as every other has. Nobody ever sees it. */
  readonly #root: Frame<N> = new Frame<N>(undefined, 'array', undefined, false)
  #top: Frame<N> = this.#root
  /** Of the open string, number or literal. */
  #node: N | undefined
  /** The open string so far. No character of it is read before it closes: each time the engine would first copy it whole. */
  #text = ''
  #textShows = false
  /** A string, number or literal is open. */
  #inScalar = false
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
   * Partials 4. *Progress*: it shows every closed atom and every decoded character of the open string, but for what the
   * follower hides or holds.
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
      this.#top = new Frame<N>(top, kind, node, !top.hidesNext && this.#holds(node))
      this.#changed = true
      return
    }
    this.#node = node
    this.#inScalar = true
    this.#textShows = kind === 'string' && (this.#follower === undefined || this.#follower.grows(node as N))
    if (kind !== 'string') return
    this.#text = ''
    if (this.#textShows) this.#add('')
  }

  key(seen: Seen, position: number): void {
    const { key } = seen
    const repeats = this.#top.enter(seen)
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
    if (!this.#textShows) this.#addWhole(text)
    else if (this.#textGrew) this.#top.replace(text)
    this.#textGrew = this.#inScalar = false
    this.#closed(this.#node, text)
  }

  closeNumber(text: string, position: number): void {
    const value = Number(text)
    this.#addWhole(value)
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) this.#warn(value, text, position)
    this.#closed(this.#node, value)
  }

  closeLiteral(value: boolean | null): void {
    this.#addWhole(value)
    this.#closed(this.#node, value)
  }

  closeContainer(): void {
    const frame = this.#top
    const above = frame.above as Frame<N>
    const value = frame.close()
    this.#top = above
    const revived = this.#follower?.revive?.(frame.node as N, value) as JsonValue | undefined
    this.#closed(frame.node, value)
    if (frame.held && this.#holds(frame.node)) above.hide()
    else if (frame.held || revived !== undefined) {
      frame.reveal(revived ?? value)
      this.#changed = true
    }
  }

  /** How far the value at a path has come. */
  stateOf(path: readonly (string | number)[]): 'absent' | 'open' | 'complete' {
    const frames: Frame<N>[] = []
    for (let frame = this.#top; frame.above !== undefined; frame = frame.above) frames.unshift(frame)
    /** How many steps lead to the innermost open value; -1 if nothing is open. */
    const steps = frames.length - (this.#inScalar ? 0 : 1)
    let at = 0
    while (at < path.length && at < steps && path[at] === this.#openIn(frames[at]!)) {
      if (frames[at]!.held) return 'absent'
      at++
    }
    if (at === path.length && steps >= 0) return 'open'
    if (frames[at]?.held) return 'absent'
    let value = steps < 0 ? this.#root.first : frames[at]?.at(path[at++]!)
    while (at < path.length) value = childOf(value, path[at++]!)
    return value === undefined ? 'absent' : 'complete'
  }

  /** The key or index of the open child. */
  #openIn(frame: Frame<N>): string | number {
    return frame === this.#top && !this.#textShows ? frame.next : frame.place
  }

  #add(child: JsonValue): void {
    this.#top.add(child)
    this.#changed = true
  }

  /** An atom, of which nothing was shown before. */
  #addWhole(value: JsonValue): void {
    if (this.#follower?.judge !== undefined) this.#top.hidesNext = !this.#follower.judge(this.#node as N, value)
    const revived = typeof value === 'string' ? this.#follower?.revive?.(this.#node as N, value) : undefined
    this.#inScalar = false
    this.#add((revived ?? value) as JsonValue)
  }

  #hides(node: N | undefined): boolean {
    return this.#follower?.shows?.(node as N) === false
  }

  #holds(node: N | undefined): boolean {
    return this.#follower?.holds?.(node as N) === true
  }

  #closed(node: N | undefined, value: JsonValue): void {
    this.#follower?.close(node as N, value, this.#path)
    const top = this.#top
    if (!top.held || this.#holds(top.node)) return
    top.reveal()
    this.#changed = true
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
