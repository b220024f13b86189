import { copyMembers, type Members, put } from './copy.ts'
import type { Seen } from './keys.ts'
import type { JsonValue } from './types.ts'

/** An open container: what grows, and the copy of it that snapshots show. */
export class Frame<N> {
  readonly above: Frame<N> | undefined
  readonly node: N | undefined
  /** Nobody outside sees the growing container before it is closed. */
  readonly #live: JsonValue[] | Members
  /** The same, by its kind. */
  readonly #list: JsonValue[] | undefined
  readonly #members: Members | undefined
  /** Undefined once there is a change that it does not show. */
  #shown: JsonValue | undefined
  /** How many children were added; for an object a repeated key counts again. */
  #count = 0
  /** The key that is being filled, in an object. */
  key = ''
  /** Whether the next child is one that snapshots do not show. */
  hidesNext = false
  /** The frame above does not have it yet. */
  held: boolean
  /** The child that was added last is not shown; in a list, nor are those behind it. */
  #hides = false
  /** The highest order of a key of the object. */
  #latest = -1
  /** Keys of an object that came with a value that is not shown. */
  #hidden: Set<string> | undefined

  /** Opens a container in the frame above. */
  constructor(above: Frame<N> | undefined, kind: 'object' | 'array', node: N | undefined, held: boolean) {
    this.above = above
    this.node = node
    this.held = held
    this.#list = kind === 'array' ? [] : undefined
    this.#members = kind === 'array' ? undefined : {}
    this.#live = this.#list ?? (this.#members as Members)
    above?.add(this.#live, held)
  }

  /** The key of the child that was added last, or its index. */
  get place(): string | number {
    return this.#list === undefined ? this.key : this.#count - 1
  }

  /** The key or index that the next child will have. */
  get next(): string | number {
    return this.#list === undefined ? this.key : this.#count
  }

  /** The first element of a list. */
  get first(): JsonValue | undefined {
    return this.#list?.[0]
  }

  /** The next child of an object has this key. Whether the object has had it before. */
  enter({ key, order }: Seen): boolean {
    this.key = key
    // Like objects have their keys in the order in which the document had them first: none of them needs to be looked for.
    if (order > this.#latest) {
      this.#latest = order
      return false
    }
    return Object.hasOwn(this.#members as Members, key) || this.#hidden?.has(key) === true
  }

  /** What is shown under a key or index, as it stands; an open container may have grown since. */
  at(place: string | number): JsonValue | undefined {
    return childOf(this.#live, place)
  }

  /** Adds a child: at the end of a list, under the present key of an object. */
  add(child: JsonValue, held = false): void {
    this.#count++
    this.#hides &&= this.#list !== undefined
    if (this.hidesNext) this.hide()
    else if (held || this.#hides) return
    else if (this.#list === undefined) this.replace(child)
    else {
      // Not `replace`: a store that never has to grow a list is compiled to less, and is what every snapshot makes.
      this.#shown = undefined
      this.#list.push(child)
    }
  }

  /** The child that was added last is never shown. */
  hide(): void {
    this.#hides = true
    if (this.#list !== undefined) return
    this.#hidden ??= new Set()
    this.#hidden.add(this.key)
  }

  /** Puts a newer version in the place of the child that was added last. */
  replace(child: JsonValue): void {
    if (this.#hides) return
    this.#shown = undefined
    if (this.#list !== undefined) this.#list[this.#count - 1] = child
    else put(this.#members as Members, this.key, child)
  }

  /** Hands the frame above a copy as things stand; false if it has one, and then so have all the frames above it. */
  show(): boolean {
    if (this.#shown !== undefined) return false
    this.#shown = this.#list?.slice() ?? copyMembers(this.#members as Members, this.#count)
    if (!this.held) this.above?.replace(this.#shown)
    return true
  }

  /** Hands the frame above the finished container: the one that was shown, if nothing has happened since. */
  close(): JsonValue {
    if (this.#shown !== undefined) return this.#shown
    if (!this.held) this.above?.replace(this.#live)
    return this.#live
  }

  /** Hands the frame above what was held back: the growing container, the finished one that `close` gave, or what it stands for. */
  reveal(closed?: JsonValue): void {
    this.held = false
    this.#shown = undefined
    this.above?.replace(closed ?? this.#live)
  }
}

/** The child of a value under a key, or at the index of a list. */
export const childOf = (value: JsonValue | undefined, place: string | number): JsonValue | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== (typeof place === 'number'))
    return undefined
  return Object.hasOwn(value, place) ? (value as Members)[place] : undefined
}
