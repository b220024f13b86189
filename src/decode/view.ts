import { isComposite } from '../composite.ts'
import { createJsonParser, JsonError, type JsonParser, type JsonValue } from '../json/index.ts'
import { copyOf, type Declaration } from '../schema/index.ts'
import { GrowingText } from '../text.ts'
import type { Issue, Limits } from '../types.ts'
import type { Checker, CheckListener } from './check/index.ts'
import { graft } from './graft.ts'
import type { WellFormed } from './halves.ts'
import { type Hopeless, type OnInvalid, tooLong, Watch } from './hopeless.ts'
import { checkOf, reviveInput } from './input.ts'
import { createInverse, isInverted } from './inverse.ts'
import { valueAt } from './path.ts'
import { readWhole, type TextReading } from './read.ts'
import { isObject } from './shape.ts'
import { readDocument } from './strict.ts'

/** What is to be seen of one growing answer. */
export interface View {
  /** The present snapshot; undefined while there is nothing to show. The same object while nothing has changed. */
  readonly value: unknown
  /** The answer as it was written so far. */
  readonly text: string
  /** Why reading on is of no use, when it is. */
  readonly hopeless: Hopeless | undefined
  /** How far the value at a path has come, where that shows before the end. */
  stateOf?(path: readonly (string | number)[]): PathState
  /** Whether what an element before that place is shows only in the end, of a list or of one around it. */
  unsettledBefore?(path: readonly (string | number)[]): boolean
  /** Tells every valid value that has closed so far, in order. */
  replay?(visit: Visit): void
}

export type PathState = ReturnType<JsonParser['stateOf']> | 'invalid'

type Visit = (path: Issue['path'], value: unknown) => void

/** UTF-16 units of an answer, where the options do not say less. */
export const mostCharacters = 16 * 1024 * 1024

export interface ViewOptions {
  readonly limits?: Limits | undefined
  readonly onInvalid?: OnInvalid | undefined
  readonly wellFormed?: WellFormed
}

/** The parser of a growing text and those who follow it. */
interface Parsed {
  readonly parser: JsonParser
  readonly checker: Checker
  readonly watch: Watch
  /** From the dialect's text to the user's, where they differ. */
  readonly inverse: ((piece: string) => string) | undefined
  broken: boolean
}

type Declared = Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper' | 'name' | 'rewrites' | 'normalizer'>

/**
 * The typed partial of a function's arguments. Speaks the user's shape: where the root is wrapped for the wire, the
 * wrapper is never seen.
 *
 * 1. Atoms arrive whole.  2. Immutable, shared.  3. Monotonic within an attempt.  4. Progress.
 * 5. Checked as they close. What cannot be of its type is not shown at all, so that a partial never belies its type: of
 *    an object the key is absent, a list ends before it.
 * (The parser keeps 2 to 4, the checker 1 and 5.)
 */
export class ArgumentsView implements View {
  readonly #declaration: Declared
  readonly #listener: CheckListener
  readonly #options: ViewOptions
  readonly #limits: Limits
  readonly #text = new GrowingText()
  /** What of it has not been parsed: that waits until somebody wants to see something. */
  #unread = ''
  #parsed: Parsed | undefined
  #whole: TextReading | undefined
  #mended: { value: unknown } | undefined
  /** The text as a whole is what is to be seen. */
  #settled = false

  constructor(declaration: Declared, listener: CheckListener = {}, options: ViewOptions = {}) {
    this.#declaration = declaration
    this.#listener = listener
    this.#options = options
    this.#limits = options.limits ?? {}
  }

  /** All that came, parsed. */
  get #grown(): Parsed {
    this.#parsed ??= this.#begin()
    const parsed = this.#parsed
    const delta = this.#unread
    if (delta === '') return parsed
    this.#unread = ''
    parsed.watch.grew(delta)
    if (parsed.broken) return parsed
    try {
      parsed.parser.feed(parsed.inverse?.(delta) ?? delta)
    } catch (error) {
      parsed.broken = true
      parsed.watch.refused(error, this.text)
    }
    return parsed
  }

  #begin(): Parsed {
    const watch = new Watch(this.#options.onInvalid ?? 'auto')
    const { onIssue, onComplete } = this.#listener
    const checker = checkOf(this.#declaration).start(
      {
        onIssue: issue => {
          onIssue?.(issue)
          watch.issue(checker)
        },
        onComplete,
      },
      this.#declaration.name,
    )
    return { checker, watch, parser: this.#parserFor(checker), inverse: this.#inverseFor(), broken: false }
  }

  #parserFor(follower: Checker): JsonParser {
    const { length: maxLength, blanks: maxBlankRun, depth: maxDepth } = this.#limits
    const wellFormed = this.#options.wellFormed === 'replace'
    return createJsonParser({ follower, maxLength, maxBlankRun, maxDepth, wellFormed })
  }

  #inverseFor(): ((piece: string) => string) | undefined {
    return isInverted(this.#declaration) ? createInverse(this.#declaration, this.#limits) : undefined
  }

  /** Text that is no JSON stops the growth: whether it can still be an answer, `hopeless` and the strict end decide. */
  feed(delta: string): void {
    this.#text.append(delta)
    this.#unread += delta
  }

  get hopeless(): Hopeless | undefined {
    const { length = mostCharacters } = this.#limits
    return this.#grown.watch.hopeless ?? (this.#text.length > length ? tooLong(length) : undefined)
  }

  /**
   * The view as it was when the delta came that left no hope; what is said of an answer that is given up must not depend on
   * what came together with it.
   *
   * @param ends where each of the deltas ends that were fed together at last.
   */
  cut(ends: readonly number[]): ArgumentsView {
    const { text } = this
    const start = text.length - ends.at(-1)!
    const view = new ArgumentsView(this.#declaration, {}, this.#options)
    let from = 0
    for (const end of [0, ...ends].map(each => start + each)) {
      view.feed(text.slice(from, end))
      if (view.hopeless !== undefined) break
      from = end
    }
    return view
  }

  /** What the text says, where nobody has looked at it as it grew and a parser has nothing to say of it. */
  get whole(): TextReading | undefined {
    const isPlain = !isInverted(this.#declaration) && !checkOf(this.#declaration).revives
    if (this.#parsed === undefined && isPlain) this.#whole ??= readWhole(this.text, this.#limits)
    return this.#whole
  }

  /** Somebody has looked at it. */
  get seen(): boolean {
    return this.#parsed !== undefined
  }

  /** The `whole` is the final input: whoever looks from now on sees that. */
  settle(): void {
    this.#settled = true
  }

  get #final(): { readonly value: unknown } | undefined {
    if (this.#settled && this.#mended === undefined) {
      // Read once more: what the first reading gave is the caller's to change.
      const document = readDocument(this.text, this.#declaration, this.#options)
      if (!(document instanceof JsonError)) this.#mended = { value: document.value }
    }
    return this.#mended
  }

  replay(visit: Visit): void {
    const final = this.#final
    if (final !== undefined) {
      visitAll(final.value, [], visit)
      return
    }
    const follower = checkOf(this.#declaration).start({
      onComplete: (path, value, valid) => {
        if (valid) visit(path(), value)
      },
    })
    try {
      this.#parserFor(follower).feed(this.#inverseFor()?.(this.text) ?? this.text)
    } catch {
      // As far as it went.
    }
  }

  get value(): unknown {
    const final = this.#final
    if (final !== undefined) return final.value
    const { value } = this.#grown.parser
    // Arguments are an object; anything else is a mistake of the model that must not be shown as the user's type.
    if (!isObject(value)) return undefined
    const { wrapper } = this.#declaration
    if (wrapper === undefined) return value
    return Object.hasOwn(value, wrapper) ? value[wrapper] : undefined
  }

  get text(): string {
    return this.#text.value
  }

  /**
   * How far the value at a path has come, in the shape of the user. `invalid` is one in which something is wrong; where it
   * was never shown, that may stand above it. Takes no snapshot.
   */
  stateOf(path: readonly (string | number)[]): PathState {
    const final = this.#final
    if (final !== undefined) return valueAt(final.value, path) === undefined ? 'absent' : 'complete'
    const { checker, parser } = this.#grown
    const whole = this.#sent(path)
    const fault = checker.faultAt(whole)
    const state = fault === 'here' ? 'invalid' : parser.stateOf(whole)
    if (fault === 'unsettled') return 'open'
    return state === 'absent' && fault === 'above' ? 'invalid' : state
  }

  unsettledBefore(path: readonly (string | number)[]): boolean {
    return this.#final === undefined && this.#grown.checker.unsettledBefore(this.#sent(path))
  }

  /** A path of the user's as it is on the wire. */
  #sent(path: readonly (string | number)[]): readonly (string | number)[] {
    const { wrapper } = this.#declaration
    return wrapper === undefined ? path : [wrapper, ...path]
  }

  /** What was seen to be wrong on the way. */
  get issues(): readonly Issue[] {
    return this.#grown.checker.issues
  }

  /** The parser that has read the text, for the strict end to finish; none where it has read another text. */
  get parser(): JsonParser | undefined {
    const { parser, inverse } = this.#grown
    return inverse === undefined ? parser : undefined
  }

  /**
   * Goes on with the document that stands in the end, where some places of it were mended or had to be unwrapped: all else
   * stays the same objects. Tells the values that have changed or were not valid before.
   *
   * @param anew nothing that was shown counts.
   */
  patch(document: JsonValue, visit: Visit, anew = false): void {
    const before = anew ? undefined : (this.value as JsonValue | undefined)
    // A copy: the document is the caller's to change.
    const value = graft(before, reviveInput(copyOf(document) as JsonValue, this.#declaration).input as JsonValue)
    const fresh: [Issue['path'], unknown][] = []
    visitAll(value, [], (path, each) => {
      if (anew || valueAt(before, path) !== each || this.stateOf(path) !== 'complete') fresh.push([path, each])
    })
    this.#mended = { value }
    for (const [path, each] of fresh) visit(path, each)
  }
}

/** Inner values first, as they close. */
const visitAll = (value: unknown, path: Issue['path'], visit: Visit): void => {
  if (isComposite(value))
    for (const key of Array.isArray(value) ? value.keys() : Object.keys(value))
      visitAll((value as Record<string | number, unknown>)[key], [...path, key], visit)
  visit(path, value)
}
