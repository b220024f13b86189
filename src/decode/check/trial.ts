import type { JsonValue } from '../../json/index.ts'
import { isObject } from '../shape.ts'
import { Failure, type Up } from './failure.ts'
import { identityOf } from './identity.ts'
import type { Place } from './place.ts'
import { quoted, type Rule } from './rule.ts'

/** One value against one rule. */
export class Trial implements Up {
  readonly rule: Rule
  readonly place: Place<Trial>
  /** The next trial of the same value. */
  next: Trial | undefined
  /** What made it impossible; undefined while it may still hold. */
  failure: Failure | undefined
  /** The rule for the value under the key that was read last. */
  child: Rule | undefined
  readonly #up: Up
  /** The others that wait for the same trial: a rule that several branches share is tried once. */
  #more: Up[] | undefined
  #sure = false
  #doubted = false
  /** Code points, or code units of a choice, or keys. */
  #count = 0
  /** Of the choice's strings, those that begin as the value does: from `#low` up to, not including, `#high`. */
  #low = 0
  #high: number
  /** Required keys that have not come. */
  #missing: number
  #seen: Set<string> | undefined

  constructor(rule: Rule, place: Place<Trial>, up: Up) {
    this.rule = rule
    this.place = place
    this.#up = up
    this.#high = rule.strings?.length ?? 0
    this.#missing = rule.required.size
  }

  /** One more that waits for this trial. */
  join(up: Up): void {
    if (this.failure !== undefined) up.fail(this.failure)
    else if (this.#more === undefined) this.#more = [up]
    else this.#more.push(up)
  }

  get sure(): boolean {
    if (!this.#sure && this.failure === undefined)
      this.#sure = this.#up.sure || (this.#more?.some(up => up.sure) ?? false)
    return this.#sure
  }

  fail(failure: Failure, spoilt?: Place): void {
    if (this.failure !== undefined) return
    if (this.sure) {
      // It goes on, so that what else is wrong is told as well.
      const up = this.#up.sure ? this.#up : this.#more?.find(({ sure }) => sure)
      up?.fail(failure, spoilt)
      return
    }
    this.failure = failure
    this.#up.fail(failure, spoilt)
    if (this.#more !== undefined) for (const up of this.#more) up.fail(failure, spoilt)
  }

  doubt(): void {
    if (this.#doubted) return
    this.#doubted = true
    this.#up.doubt(this)
    if (this.#more !== undefined) for (const up of this.#more) up.doubt(this)
  }

  /** A key, read to its end. */
  key(key: string, repeated: boolean): void {
    const { rule } = this
    this.child = rule.under(key, this)
    if (this.child?.kinds === 0) {
      this.child = undefined
      this.#fail('unrecognized_keys', 'no such key', quoted(key), key, 'next')
    }
    if (rule.maxProperties === Infinity || repeated) return
    if (rule.required.has(key)) this.#missing--
    // A key that must still come needs room as well.
    if (++this.#count + this.#missing <= rule.maxProperties) return
    this.#fail('too_big', `at most ${rule.maxProperties} keys`, '', undefined, 'next')
    this.#missing = -Infinity
  }

  /** The rule for the next element. */
  element(index: number): Rule | undefined {
    const { maxItems } = this.rule
    if (index < maxItems) return this.rule.at(index)
    if (index === maxItems) this.#fail('too_big', `at most ${maxItems} elements`, '', undefined, 'next')
    return undefined
  }

  /** A piece of an open string. */
  grow(piece: string): void {
    if (this.rule.strings !== undefined) this.#narrow(this.rule.strings, piece)
    else if (this.rule.maxLength < Infinity) this.#lengthen(piece)
  }

  /**
   * Keeps the choices that go on as the string does. They are sorted, so those that begin alike stand side by side, and
   * each is passed once: the cost is that of the string and the choices, not of their product.
   */
  #narrow(strings: readonly string[], piece: string): void {
    for (let at = 0; at < piece.length && this.#low < this.#high; at++) {
      const unit = piece.charCodeAt(at)
      const like = strings[this.#low]!
      // A choice that is already used up has NaN here, and goes as well.
      while (this.#low < this.#high && !(strings[this.#low]!.charCodeAt(this.#count) >= unit)) this.#low++
      while (this.#low < this.#high && strings[this.#high - 1]!.charCodeAt(this.#count) > unit) this.#high--
      if (this.#low === this.#high) {
        this.#fail('invalid_value', this.rule, quoted(`${like.slice(0, this.#count)}${piece.charAt(at)}…`))
      }
      this.#count++
    }
  }

  #lengthen(piece: string): void {
    for (let at = 0; at < piece.length; at++) {
      // The second half of a pair was counted with the first; a piece never ends between them.
      if (at > 0 && (piece.charCodeAt(at) & 0xfc00) === 0xdc00 && (piece.charCodeAt(at - 1) & 0xfc00) === 0xd800)
        continue
      if (++this.#count > this.rule.maxLength) {
        this.#fail('too_big', `at most ${this.rule.maxLength} characters`)
        return
      }
    }
  }

  /** The value has closed. */
  close(value: JsonValue): void {
    const { rule } = this
    if (rule.strings !== undefined) {
      if (!this.#isChosen(rule.strings, value)) this.#fail('invalid_value', rule, shown(value))
      return
    }
    // What is hidden counts in no limit, and has been told of.
    const { hidden } = this.place
    const limit = hidden === undefined ? rule.broken(value, this) : undefined
    if (limit !== undefined) this.#fail(limit.code, limit.want, shown(value))
    if (rule.required.size === 0 || !isObject(value)) return
    for (const key of rule.required) {
      if (!Object.hasOwn(value, key) && !hidden?.has(key)) {
        this.#fail('invalid_type', rule.properties.get(key) ?? 'a value', 'nothing', key, 'none')
      }
    }
  }

  #isChosen(strings: readonly string[], value: JsonValue): boolean {
    if (typeof value !== 'string') return this.rule.others!.has(value)
    return this.#low < this.#high && strings[this.#low]!.length === value.length
  }

  /** An element of a list without equals has closed. */
  unique(element: JsonValue, place: Place): void {
    const identity = identityOf(element)
    this.#seen ??= new Set()
    if (this.#seen.has(identity)) this.fail(new Failure(place, 'not_unique', 'no element twice'))
    this.#seen.add(identity)
  }

  #fail(...[code, want, got, key, harm]: Tail<ConstructorParameters<typeof Failure>>): void {
    this.fail(new Failure(this.place, code, want, got, key, harm))
  }
}

type Tail<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never

const shown = (value: JsonValue): string =>
  typeof value === 'string' ? quoted(value) : typeof value === 'object' && value !== null ? '' : String(value)

/** The first trial of a value that may still hold. Those that failed are taken out on the way. */
export const living = (place: Place<Trial>): Trial | undefined => {
  while (place.trials?.failure !== undefined) place.trials = place.trials.next
  return place.trials
}

export const after = (trial: Trial): Trial | undefined => {
  while (trial.next?.failure !== undefined) trial.next = trial.next.next
  return trial.next
}
