import { type Branch, Failure, type Up } from './failure.ts'
import type { Place } from './place.ts'
import type { Trial } from './trial.ts'

/** A value against alternatives. Branches drop out one by one; with the last one the value has failed. */
export class Union implements Up {
  readonly #owner: Trial
  readonly #place: Place
  /** Branches that may still hold. */
  #live: number
  /** The most helpful failures so far, all of one place. */
  #best: Failure[] = []
  #rank = -1
  /** Branches that came in doubt; some may have failed since. */
  #doubted: Branch[] | undefined

  constructor(owner: Trial, place: Place, branches: number) {
    this.#owner = owner
    this.#place = place
    this.#live = branches
  }

  /** One branch is left, and it is the one that was meant: what it fails, the value fails. */
  get sure(): boolean {
    return this.#live === 1 && this.#rank === 0 && this.#owner.sure
  }

  fail(failure: Failure, spoilt?: Place): void {
    const rank = this.#rankOf(failure)
    if (rank > 0 && this.sure) {
      this.#owner.fail(failure, spoilt)
      return
    }
    if (rank > this.#rank) {
      this.#rank = rank
      this.#best = [failure]
    } else if (rank === this.#rank && this.#best[0]!.place === failure.place) this.#best.push(failure)
    if (--this.#live === 0) this.#owner.fail(this.#joined, this.#place)
    else if (this.#certain === 0) this.#owner.doubt()
  }

  doubt(branch: Branch): void {
    this.#doubted ??= []
    this.#doubted.push(branch)
    if (this.#certain === 0) this.#owner.doubt()
  }

  /** The value has closed, and exactly one branch was to hold. */
  close(): void {
    const certain = this.#certain
    if (certain > 1) this.#owner.fail(new Failure(this.#place, 'invalid_union', 'what fits one alternative only'))
    else if (certain < this.#live) this.#owner.doubt()
  }

  /** How many of the branches that may still hold are not in doubt. */
  get #certain(): number {
    return this.#live - (this.#doubted?.filter(({ failure }) => failure === undefined).length ?? 0)
  }

  get #joined(): Failure {
    // The last one had seen most of the value.
    const { place, code, got, key } = this.#best.at(-1)!
    const alike = this.#best.filter(each => each.code === code && each.key === key)
    return new Failure(place, code, [...new Set(alike.map(({ words }) => words))].join(' or '), got, key)
  }

  /** 0 for a branch that was not meant, by the kind of the value or by a choice directly inside; else how deep it held. */
  #rankOf({ place, want, key, code }: Failure): number {
    const told =
      typeof want !== 'string' &&
      key === undefined &&
      (place === this.#place || (place.parent === this.#place && code === 'invalid_value'))
    return told ? 0 : 1 + place.depth
  }
}
