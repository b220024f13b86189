import type { JsonFollower, JsonKind, JsonValue } from '../../json/index.ts'
import type { Issue, JsonSchema } from '../../types.ts'
import { compileRule } from './compile.ts'
import { Failure, type Up } from './failure.ts'
import { bits } from './kinds.ts'
import { Place } from './place.ts'
import { quoted, type Rule } from './rule.ts'
import { Trial } from './trial.ts'
import { Union } from './union.ts'

/** What a checker tells, as it happens. */
export interface CheckListener {
  /** Something can no longer become valid, however the text goes on. `got` is what came, where the issue says it: a kind. */
  readonly onIssue?: ((issue: Issue, got: string) => void) | undefined
  /** A value has closed; `valid` unless an issue was raised in it. `path` is for use during the call only. */
  readonly onComplete?: ((path: () => Issue['path'], value: JsonValue, valid: boolean) => void) | undefined
}

/** A canonical schema, ready to check any number of documents. */
export interface CompiledCheck {
  start(listener?: CheckListener): Checker
}

/**
 * Compiles a schema - draft 2020-12 as plain JSON data, references local - into a check that runs while a text is parsed.
 *
 * Costs time in proportion to the schema, once.
 *
 * @param wrapper the key that holds the document on the wire; issues name places inside of it.
 */
export const compileCheck = (canonical: JsonSchema, wrapper?: string): CompiledCheck => {
  const rule = compileRule(canonical, wrapper)
  return { start: listener => new Checker(rule, listener, wrapper) }
}

/**
 * Checks one document while it is parsed: `createJsonParser({ follower: checker })`.
 *
 * 1. *Never a false alarm.* No beginning of a text that validates raises an issue.
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
 * one: that two of them, each of which could be kept, cannot be kept both shows when the first of them fails.
 * 3 has some: rounding - 0.3 is a multiple of 0.1 -, a key that comes twice, of which both values are checked, and text
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
  readonly #listener: CheckListener
  readonly #wrapper: string | undefined
  readonly #issues: Issue[] = []
  #root: Place<Trial> | undefined
  #hopeless = false
  /** The trials of rules that several branches may share, of the value that is being opened. */
  #shared: Map<Rule, Trial> | undefined
  /** The document is what everything leads to. */
  readonly sure = true

  constructor(rule: Rule, listener: CheckListener = {}, wrapper?: string) {
    this.#rule = rule
    this.#listener = listener
    this.#wrapper = wrapper
  }

  get #outer(): number {
    return this.#wrapper === undefined ? 0 : 1
  }

  get issues(): readonly Issue[] {
    return this.#issues
  }

  /** The document is wrong as a whole, of the wrong kind for instance, rather than in some of its parts. */
  get hopelessAtRoot(): boolean {
    return this.#hopeless
  }

  open(parent: Place<Trial> | undefined, key: string | number | undefined, kind: JsonKind): Place<Trial> {
    if (parent === undefined) {
      const place = new Place<Trial>(undefined, undefined)
      this.#root = place
      this.#try(this.#rule, place, this, kind)
      this.#shared = undefined
      place.held = kind === 'object' && this.#waits(place)
      return place
    }
    if (parent.spoilt || (parent.trials === undefined && !parent.invalid)) {
      parent.guests++
      return parent
    }
    const place = new Place(parent, key)
    for (let trial = living(parent); trial !== undefined; trial = after(trial)) {
      const rule = typeof key === 'number' ? trial.element(key) : trial.child
      if (rule !== undefined) this.#try(rule, place, trial, kind)
    }
    this.#shared = undefined
    if (parent.surplus || parent.spoilt) place.spoil()
    place.held = kind === 'object' && this.#waits(place)
    return place
  }

  #try(rule: Rule, place: Place<Trial>, up: Up, kind: JsonKind): void {
    const bit = bits[kind]
    if ((rule.kinds & bit) === 0) {
      up.fail(new Failure(place, rule.strings === undefined ? 'invalid_type' : 'invalid_value', rule, kind))
      return
    }
    if (kind === 'string' && rule.whole) place.whole = true
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
    if (rule.uniqueItems) place.unique = true
    for (const part of rule.parts) this.#try(part, place, trial, kind)
    for (const { rules, exactlyOne } of rule.unions) {
      const union = new Union(trial, place, rules.length)
      for (const branch of rules) this.#try(branch, place, union, kind)
      if (exactlyOne) place.exclusive = [...(place.exclusive ?? []), union]
    }
  }

  /** A value that its type would belie is never shown. */
  shows(place: Place<Trial>): boolean {
    if (place.spoilt) place.hide()
    return !place.spoilt
  }

  /** Nor is an object shown before the fields that come first in it are. */
  holds(place: Place<Trial>): boolean {
    return place.held && place.guests === 0
  }

  /** In what has closed nothing is waited for but what is wrong. */
  #waits(place: Place<Trial>, closed = false): boolean {
    for (let trial = living(place); trial !== undefined; trial = after(trial)) {
      if (trial.rule.first.some(key => !place.came?.has(key) && (!closed || place.wrong?.has(key)))) return true
    }
    return place.spoilt
  }

  grows(place: Place<Trial>): boolean {
    return !place.spoilt && (place.guests > 0 || !place.whole)
  }

  key(place: Place<Trial>, key: string, repeated: boolean): void {
    if (place.guests > 0) return
    place.surplus = false
    for (let trial = living(place); trial !== undefined; trial = after(trial)) {
      const { names } = trial.rule
      if (names !== undefined && !fits(names, key))
        trial.fail(new Failure(place, 'invalid_key', 'another key', quoted(key), key, 'next'))
      trial.key(key, repeated)
    }
  }

  grow(place: Place<Trial>, piece: string): void {
    if (!place.watched || place.spoilt) return
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
    }
    return this.shows(place)
  }

  close(place: Place<Trial>, value: JsonValue, path: () => (string | number)[]): void {
    if (place.guests > 0) place.guests--
    else {
      if (!place.judged) this.#close(place, value)
      this.#release(place)
    }
    if (this.#listener.onComplete === undefined) return
    if (this.#wrapper === undefined) this.#listener.onComplete(path, value, !place.invalid)
    // The wrapper, and what stands beside the document in it, are none of the user's.
    else if (place.depth > 0 && place.path[0] === this.#wrapper)
      this.#listener.onComplete(() => path().slice(1), value, !place.invalid)
  }

  /** What was held back until this has come need not wait any longer. */
  #release(place: Place<Trial>): void {
    const { parent, key, invalid } = place
    if (place.held) {
      place.held = this.#waits(place, true)
      if (place.held) place.hide()
    }
    if (!parent?.held || invalid) return
    parent.came ??= new Set()
    parent.came.add(key!)
    parent.held = this.#waits(parent)
  }

  #close(place: Place<Trial>, value: JsonValue): void {
    for (let trial = living(place); trial !== undefined; trial = after(trial)) trial.close(value)
    if (place.exclusive !== undefined) for (const union of place.exclusive) union.close()
    if (place.parent?.unique !== true || place.invalid) return
    for (let trial = living(place.parent); trial !== undefined; trial = after(trial)) {
      if (trial.rule.uniqueItems) trial.unique(value, place)
    }
  }

  /** Whether something is wrong at a place of the document, or it is not looked at for what is wrong `above` it. */
  faultAt(path: readonly (string | number)[]): 'here' | 'above' | undefined {
    let place = this.#root
    for (const key of path) {
      if (place?.spoilt) return 'above'
      place = place?.wrong?.get(key)
    }
    return place?.invalid ? 'here' : undefined
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
    this.#hopeless ||= spoilt !== undefined && spoilt.depth <= this.#outer
    // A short text can be wrong in very many ways: a list of empty objects, each with all its keys missing.
    if (this.#issues.length === mostIssues) return
    const issue = failure.issue(place.path.slice(this.#outer))
    this.#issues.push(issue)
    this.#listener.onIssue?.(issue, failure.got)
  }
}

const mostIssues = 100

/** The first trial of a value that may still hold. Those that failed are taken out on the way. */
const living = (place: Place<Trial>): Trial | undefined => {
  while (place.trials?.failure !== undefined) place.trials = place.trials.next
  return place.trials
}

const after = (trial: Trial): Trial | undefined => {
  while (trial.next?.failure !== undefined) trial.next = trial.next.next
  return trial.next
}

const fits = (rule: Rule, key: string): boolean => {
  const checker = new Checker(rule)
  const place = checker.open(undefined, undefined, 'string')
  checker.grow(place, key)
  checker.close(place, key, () => [])
  return checker.issues.length === 0
}
