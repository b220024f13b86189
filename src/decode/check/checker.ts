import type { JsonFollower, JsonKind, JsonValue } from '../../json/index.ts'
import type { Issue } from '../../types.ts'
import { Encoded, wantsEncoded } from './encoded.ts'
import { Failure, type Up } from './failure.ts'
import { release, waits } from './hold.ts'
import { bitOf, bits } from './kinds.ts'
import { Place } from './place.ts'
import { Report } from './report.ts'
import { revived } from './revival.ts'
import { quoted, type Rule } from './rule.ts'
import { after, living, Trial } from './trial.ts'
import { Union } from './union.ts'

/**
 * Checks one document while it is parsed: `createJsonParser({ follower: checker })`.
 *
 * 1. *Never a false alarm.* No beginning of a text that validates raises an issue, nor of one that validates once it is
 *    unwrapped.
 * 2. *Sharp.* A value that no continuation can mend is told at its first hopeless character.
 * 3. *Agrees with Ajv.* A finished document has raised an issue if and only if Ajv, with ajv-formats, refuses it.
 * 4. *Linear.* Work per character is constant, and per value in proportion to the rules that may still hold there; what
 *    stands in a list of unique elements is read once more for each such list around it.
 * 5. *Any split is the same.* Issues, their order and the character at which they are raised do not depend on the cuts.
 *
 * Checked are `type`, `enum`, `const`, the limits of numbers, strings, lists and objects, `pattern`, `format`, `items`,
 * `prefixItems`, `uniqueItems`, `properties`, `required`, `additionalProperties`, `patternProperties`, `propertyNames`,
 * `anyOf`, `oneOf`, `allOf` and local `$ref`. All else - `not` (but for `{ not: {} }`), `if`, `contains`, `dependent…`,
 * `unevaluated…`, content keywords, unknown formats, patterns that are not safe to run - is for the user's own schema.
 *
 * Sharp has these bounds. A number is judged when it closes: `1.5` can become `15` by `1.5e1`. So is `true` where only
 * `false` is left, and `oneOf`, since a branch holds for certain only at the end. A key is judged at its closing quote; a
 * character spelled with an escape or as a surrogate pair, at the last unit of it. Rules are held against the text one by
 * one: that two of them, each of which could be kept, cannot be kept both shows when the first of them fails. What the
 * strict end may unwrap waits: a string where only an object or a list may stand, until it cannot be the JSON of one; a
 * key around the whole, until a second one comes or its value is no object. What stands in them is left to the strict end.
 * 3 has the same and some more: rounding - 0.3 is a multiple of 0.1 -, a key that comes twice, of which both values are checked, and text
 * beyond the basic plane, where a schema library counts and matches UTF-16 units and JSON Schema code points: what either
 * takes is taken.
 *
 * An invalid value is told once and nothing in it is looked at any more; what stands beside it is. A union fails with its
 * last branch and tells what the most helpful one failed: the one that a discriminator meant, else the one that held
 * deepest. When kind and discriminators leave a single branch, all that is wrong in it is told.
 */
export class Checker implements JsonFollower<Place<Trial>>, Up {
  readonly #rule: Rule
  /** The youngest trial of the value that is being opened. */
  #last: Trial | undefined
  readonly #report: Report
  #root: Place<Trial> | undefined
  #hopeless = false
  #ended = false
  /** The trials of rules that several branches may share, of the value that is being opened. */
  #shared: Map<Rule, Trial> | undefined
  /** The open string, where it may be JSON encoded twice. */
  #encoded: Encoded | undefined
  /** The document is what everything leads to. */
  readonly sure = true
  readonly #above: Trial | undefined

  /** @param above of which the document is a part: it holds for certain only if the document does. */
  constructor(rule: Rule, report: Report, above?: Trial) {
    this.#rule = rule
    this.#report = report
    this.#above = above
  }

  get issues(): readonly Issue[] {
    return this.#report.issues
  }

  /** The document is wrong as a whole, of the wrong kind for instance, rather than in some of its parts. */
  get hopelessAtRoot(): boolean {
    return this.#hopeless
  }

  /** The document has closed: what is told of it now is told at its end. */
  get ended(): boolean {
    return this.#ended
  }

  open(parent: Place<Trial> | undefined, key: string | number | undefined, kind: JsonKind): Place<Trial> {
    if (parent === undefined) {
      const place = new Place<Trial>(undefined, undefined)
      this.#root = place
      if (kind === 'string' && this.#report.unwraps && wantsEncoded(this.#rule))
        this.#mayBeEncoded(place, [[this.#rule, this]])
      else this.#try(this.#rule, place, this, kind)
      this.#shared = undefined
      place.held = mayWait(kind) && waits(place)
      return place
    }
    if (parent === this.#root && parent.guests === 0) this.#report.open(kind)
    if (parent.spoilt || (parent.trials === undefined && !parent.invalid)) {
      parent.guests++
      return parent
    }
    const place = new Place(parent, key)
    let plain = false
    let encoded: [Rule, Up][] | undefined
    for (let trial = living(parent); trial !== undefined; trial = after(trial)) {
      const rule = typeof key === 'number' ? trial.element(key) : trial.child
      if (rule === undefined) continue
      if (kind === 'string' && this.#report.unwraps && wantsEncoded(rule)) {
        encoded ??= []
        encoded.push([rule, trial])
      } else {
        this.#try(rule, place, trial, kind)
        plain ||= (rule.possible & bits.string) !== 0
      }
    }
    if (encoded !== undefined) {
      if (plain) for (const [rule, trial] of encoded) this.#try(rule, place, trial, kind)
      else this.#mayBeEncoded(place, encoded)
    }
    this.#shared = undefined
    if (parent.surplus || parent.spoilt) place.spoil()
    place.held = mayWait(kind) && waits(place)
    return place
  }

  #try(rule: Rule, place: Place<Trial>, up: Up, kind: JsonKind): void {
    const bit = bits[kind]
    if ((rule.kinds & bit) === 0) {
      up.fail(new Failure(place, rule.strings === undefined ? 'invalid_type' : 'invalid_value', rule, kind))
      return
    }
    if (rule.whole) place.whole = true
    if (rule.revival?.bit === bit) place.typed = true
    if ((rule.checked & bit) === 0) return
    if (place.trials !== undefined) {
      // Law 4. Without this, branches that share a rule which holds itself would double at every level.
      this.#shared ??= new Map([[place.trials.rule, place.trials]])
      const known = this.#shared.get(rule)
      if (known !== undefined) {
        known.join(up)
        return
      }
    }
    const trial = new Trial(rule, place, up)
    this.#shared?.set(rule, trial)
    if (place.trials === undefined) place.trials = trial
    else this.#last!.next = trial
    this.#last = trial
    if (rule.strings !== undefined || rule.maxLength < Infinity) place.watched = true
    if (rule.uniqueItems && kind === 'array') place.unique = true
    for (const part of rule.parts) this.#try(part, place, trial, kind)
    for (const { rules, exactlyOne } of rule.unions) {
      const union = new Union(trial, place, rules.length)
      for (const branch of rules) this.#try(branch, place, union, kind)
      if (exactlyOne) place.exclusive = [...(place.exclusive ?? []), union]
    }
  }

  #mayBeEncoded(place: Place<Trial>, rules: [Rule, Up][]): void {
    this.#encoded = new Encoded(rules)
    place.encoded = place.whole = place.watched = true
  }

  /** It is a string like any other. */
  #isPlain(place: Place<Trial>): void {
    place.encoded = false
    for (const [rule, up] of this.#encoded!.rules) this.#try(rule, place, up, 'string')
    this.#shared = undefined
  }

  /** A value that its type would belie is never shown. */
  shows(place: Place<Trial>): boolean {
    // Of what is wrong inside of a Set no Set can be made.
    if (!place.spoilt && !(place.typed && place.invalid && place.guests === 0)) return true
    place.hide()
    return false
  }

  /** Nor is an object shown before the fields that come first in it are, nor a list that is to become a Map or a Set. */
  holds(place: Place<Trial>): boolean {
    return place.held && place.guests === 0
  }

  grows(place: Place<Trial>): boolean {
    return !place.spoilt && (place.guests > 0 || !place.whole)
  }

  /** Partials 1. What is a Date or a Map to the user is shown only as one. */
  revive(place: Place<Trial>, value: JsonValue): unknown {
    if (!place.typed || place.invalid || place.guests > 0) return undefined
    const bit = bitOf(value)
    for (let trial = living(place); trial !== undefined; trial = after(trial)) {
      const { revival } = trial.rule
      // Of a union it is the first that may still hold of the branches that make something else of it, wherever they stand.
      if (revival?.bit === bit && (place.judged || trial.rule.broken(value) === undefined)) {
        place.revived = revived(revival, value)
        return place.revived
      }
    }
    return undefined
  }

  key(place: Place<Trial>, key: string, repeated: boolean): void {
    if (place.guests > 0) return
    if (place === this.#root) this.#report.key(key)
    place.surplus = false
    for (let trial = living(place); trial !== undefined; trial = after(trial)) {
      const { names } = trial.rule
      if (names !== undefined && !fits(names, key, trial))
        trial.fail(new Failure(place, 'invalid_key', 'another key', quoted(key), key, 'next'))
      trial.key(key, repeated)
    }
  }

  grow(place: Place<Trial>, piece: string): void {
    if (!place.watched || place.spoilt) return
    if (place.encoded && !this.#encoded!.grow(piece)) this.#isPlain(place)
    const first = living(place)
    if (first?.next === undefined) first?.grow(piece)
    else {
      // Law 5. One character after the other, so that branches drop out in the order in which they do so in any other cut.
      for (const character of piece) {
        for (let trial = living(place); trial !== undefined; trial = after(trial)) trial.grow(character)
      }
    }
  }

  /** An atom is held against the rules before anything of it is shown. */
  judge(place: Place<Trial>, value: JsonValue): boolean {
    if (place.guests === 0) {
      place.judged = true
      this.#close(place, value)
      // What leaves a union around it without a branch is of the type of none.
      if (place.encoded || (this.#root!.invalid && isGivenUp(place))) {
        place.hide()
        return false
      }
    }
    return this.shows(place)
  }

  close(place: Place<Trial>, value: JsonValue, path: () => (string | number)[]): void {
    if (place.guests > 0) place.guests--
    else {
      if (!place.judged) this.#close(place, value)
      release(place)
      if (place.depth === 1) this.#report.close(value)
    }
    if (!place.encoded || place.guests > 0) this.#report.complete(place, (place.revived ?? value) as JsonValue, path)
  }

  #close(place: Place<Trial>, value: JsonValue): void {
    this.#ended ||= this.#report.isWhole(place)
    if (place.encoded) {
      if (this.#encoded!.close(value as string)) {
        place.unsettle()
        return
      }
      this.#isPlain(place)
    }
    for (let trial = living(place); trial !== undefined; trial = after(trial)) trial.close(value)
    if (place.exclusive !== undefined) for (const union of place.exclusive) union.close()
    if (place.parent?.unique !== true || place.invalid) return
    for (let trial = living(place.parent); trial !== undefined; trial = after(trial)) {
      if (trial.rule.uniqueItems) trial.unique(value, place)
    }
  }

  /**
   * Whether something is wrong at a place of the document, or it is not looked at for what is wrong `above` it; or whether
   * the strict end has yet to unwrap it.
   */
  faultAt(path: readonly (string | number)[]): 'here' | 'above' | 'unsettled' | undefined {
    if (this.#report.holds) return path.length === 0 ? 'unsettled' : undefined
    let place = this.#root
    for (const key of path) {
      const inner: Place<Trial> | undefined = place?.odd?.get(key)
      if (place?.spoilt && !inner?.invalid) return 'above'
      place = inner
    }
    if (place?.invalid) return 'here'
    return place?.unsettled ? 'unsettled' : undefined
  }

  /** Whether an element that stands before a place, in a list around it, is yet to be unwrapped in the end. */
  unsettledBefore(path: readonly (string | number)[]): boolean {
    let place = this.#root
    for (const key of path) {
      if (place === undefined) return false
      if (typeof key === 'number' && place.unsettledFrom < key) return true
      place = place.odd?.get(key)
    }
    return false
  }

  fail(failure: Failure, union?: Place): void {
    const { place, harm } = failure
    for (let above: Place | undefined = place; above !== undefined; above = above.parent) if (above.spoilt) return
    if (harm === 'next' && union === undefined) {
      // Two rules may refuse the same key.
      if (place.surplus) return
      place.surplus = true
    }
    place.blame()
    // What ought to be there and is not has a place of its own all the same.
    if (harm === 'none') new Place(place, failure.key).blame()
    const spoilt = union ?? (harm === 'whole' ? place : undefined)
    spoilt?.spoil()
    this.#hopeless ||= spoilt !== undefined && spoilt.depth <= this.#report.outer
    this.#report.raise(failure)
  }

  doubt(): void {
    this.#above?.doubt()
  }
}

const mayWait = (kind: JsonKind): boolean => kind === 'object' || kind === 'array'

/** Something around it is not looked at any more. */
const isGivenUp = ({ parent }: Place): boolean => parent !== undefined && (parent.spoilt || isGivenUp(parent))

const fits = (rule: Rule, key: string, trial: Trial): boolean => {
  const checker = new Checker(rule, new Report(), trial)
  const place = checker.open(undefined, undefined, 'string')
  checker.grow(place, key)
  checker.close(place, key, () => [])
  return checker.issues.length === 0
}
