import type { JsonKind, JsonValue } from '../../json/index.ts'
import type { Issue } from '../../types.ts'
import { isObject, type Shape } from '../shape.ts'
import { decoded, isWrapper } from '../unwrap.ts'
import type { Failure } from './failure.ts'
import type { Place } from './place.ts'

/** What a checker tells, as it happens. */
export interface CheckListener {
  /** Something can no longer become valid, however the text goes on. */
  readonly onIssue?: ((issue: Issue) => void) | undefined
  /** A value has closed; `valid` unless an issue was raised in it. `path` is for use during the call only. */
  readonly onComplete?: ((path: () => Issue['path'], value: JsonValue, valid: boolean) => void) | undefined
}

/** How the document stands on the wire. */
export interface Sent {
  readonly wrapper?: string | undefined
  readonly name?: string | undefined
  readonly shape: () => Shape
}

/**
 * What is told of one document. Issues are told at once, but behind a key that may be a wrapper around the whole, which
 * the strict end takes off, only once it cannot be one.
 */
export class Report {
  readonly issues: Issue[] = []
  /** How many steps of a path on the wire are not the user's. */
  readonly outer: number
  readonly #listener: CheckListener
  readonly #sent: Sent | undefined
  /** What there is to tell if the first key is no wrapper. */
  #held: Issue[] | undefined
  /** The key of the root that came last. */
  #key: string | undefined

  /** @param sent unless the document is judged as it stands. */
  constructor(listener: CheckListener = {}, sent?: Sent) {
    this.#listener = listener
    this.#sent = sent
    this.outer = sent?.wrapper === undefined ? 0 : 1
  }

  /** The strict end may yet unwrap what was encoded twice, and what stands in a wrapper. */
  get unwraps(): boolean {
    return this.#sent !== undefined
  }

  /** Whether a place is the document that the user's schema speaks of. */
  isWhole({ depth }: Place): boolean {
    return depth === this.outer && (depth === 0 || this.#key === this.#sent!.wrapper)
  }

  /** Nothing is certain yet. */
  get holds(): boolean {
    return this.#held !== undefined
  }

  raise(failure: Failure): void {
    // A short text can be wrong in very many ways: a list of empty objects, each with all its keys missing.
    if (this.issues.length + (this.#held?.length ?? 0) >= mostIssues) return
    const issue = failure.issue(failure.place.path.slice(this.outer))
    if (this.#held !== undefined) this.#held.push(issue)
    else this.#told(issue)
  }

  /** A key of the root. */
  key(key: string): void {
    const sent = this.#sent
    if (this.#key !== undefined) this.#release()
    else if (sent !== undefined && isWrapper(key, sent.shape, sent.name)) this.#held = []
    this.#key = key
  }

  /** The value under a key of the root begins. */
  open(kind: JsonKind): void {
    if (kind !== 'object' && kind !== 'string') this.#release()
  }

  /** It has closed. */
  close(value: JsonValue): void {
    if (this.#held === undefined || typeof value !== 'string') return
    if (!isObject(decoded(value, this.#sent!.shape())?.value)) this.#release()
  }

  /** A value has closed. */
  complete(place: Place, value: JsonValue, path: () => Issue['path']): void {
    const { onComplete } = this.#listener
    if (onComplete === undefined) return
    const wrapper = this.#sent?.wrapper
    const valid = !place.invalid && !place.unsettled
    if (wrapper === undefined) onComplete(path, value, valid)
    // The wrapper, and what stands beside the document in it, are none of the user's.
    else if (place.depth > 0 && this.#key === wrapper) onComplete(() => path().slice(1), value, valid)
  }

  #release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const issue of held) this.#told(issue)
  }

  #told(issue: Issue): void {
    this.issues.push(issue)
    this.#listener.onIssue?.(issue)
  }
}

const mostIssues = 100
