/** One value of the document, as long as it is open; `T` is a trial. */
export class Place<T = unknown> {
  readonly parent: Place<T> | undefined
  readonly key: string | number | undefined
  readonly depth: number
  /** The rules that the value still has to keep, linked by `next`. */
  trials: T | undefined
  /** The value cannot be mended and is not looked at any more. */
  spoilt = false
  /** Something in it has raised an issue. */
  invalid = false
  /** Its atom was held against the rules before it was shown. */
  judged = false
  /** It is, or holds, JSON that was encoded twice, and is not shown as it stands. */
  unsettled = false
  /** The children in which something is wrong or unsettled. They alone outlive their closing. */
  odd: Map<string | number, Place<T>> | undefined
  /** Of a list: the first of its elements that is unsettled. */
  unsettledFrom = Infinity
  /** A string that is not held against the rules as long as it may be JSON encoded twice. */
  encoded = false
  /** Partials 1. What stands here is shown only whole. */
  whole = false
  /** Some trial makes a value of another type of what stands here. */
  typed = false
  /** What was made of it. */
  revived: unknown
  /** Some trial looks at a string while it grows. */
  watched = false
  /** Some trial wants no two elements the same. */
  unique = false
  /** Keys and indices of children that snapshots do not show, since they were spoilt before there was anything to show. */
  hidden: Set<string | number> | undefined
  /** Not to be shown before what stands first in it has come. */
  held = false
  /** While it is held: the keys that have closed with a valid value. */
  came: Set<string | number> | undefined
  /** The next child is one too many, or has a key that cannot be there. */
  surplus = false
  /** Open values in here that have no place of their own, since nothing is to be checked about them. */
  guests = 0
  /** Unions of which one branch alone may hold, inner ones first. */
  exclusive: { close(): void }[] | undefined

  constructor(parent: Place<T> | undefined, key: string | number | undefined) {
    this.parent = parent
    this.key = key
    this.depth = parent === undefined ? 0 : parent.depth + 1
  }

  spoil(): void {
    this.spoilt = true
    this.trials = undefined
    this.encoded = false
    this.blame()
  }

  /** Snapshots never show it. */
  hide(): void {
    const { parent } = this
    if (parent === undefined) return
    parent.hidden ??= new Set()
    parent.hidden.add(this.key!)
  }

  /** From here up to the root, something is wrong. */
  blame(): void {
    this.#mark('invalid')
  }

  /** From here up to the root, something is to be decoded in the end. */
  unsettle(): void {
    this.#mark('unsettled')
  }

  #mark(mark: 'invalid' | 'unsettled'): void {
    for (let at: Place<T> = this; !at[mark]; at = at.parent) {
      at[mark] = true
      if (at.parent === undefined) return
      if (mark === 'unsettled' && typeof at.key === 'number')
        at.parent.unsettledFrom = Math.min(at.key, at.parent.unsettledFrom)
      at.parent.odd ??= new Map()
      at.parent.odd.set(at.key!, at)
    }
  }

  get path(): (string | number)[] {
    const path: (string | number)[] = []
    for (let place: Place<T> = this; place.parent !== undefined; place = place.parent) path.push(place.key!)
    return path.reverse()
  }
}
