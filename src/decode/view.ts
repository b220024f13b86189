import { createJsonParser, type JsonParser } from '../json/index.ts'
import type { Declaration } from '../schema/index.ts'
import type { Issue } from '../types.ts'
import { type Checker, type CheckListener, type CompiledCheck, compileCheck } from './check/index.ts'
import { isObject } from './shape.ts'

/** What is to be seen of one growing answer. */
export interface View {
  /** The present snapshot; undefined while there is nothing to show. The same object while nothing has changed. */
  readonly value: unknown
  /** The answer as it was written so far. */
  readonly text: string
}

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
  readonly #parser: JsonParser
  readonly #checker: Checker
  readonly #wrapper: string | undefined
  #text = ''
  #mended: { value: unknown } | undefined
  #broken = false

  constructor(declaration: Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper'>, listener?: CheckListener) {
    this.#wrapper = declaration.wrapper
    this.#checker = checkOf(declaration).start(listener)
    this.#parser = createJsonParser({ follower: this.#checker })
  }

  /** Text that is no JSON stops the growth and nothing else: the strict end decides what it was. */
  feed(delta: string): void {
    this.#text += delta
    if (this.#broken) return
    try {
      this.#parser.feed(delta)
    } catch {
      this.#broken = true
    }
  }

  get value(): unknown {
    if (this.#mended !== undefined) return this.#mended.value
    const value = this.#parser.value
    // Arguments are an object; anything else is a mistake of the model that must not be shown as the user's type.
    if (!isObject(value)) return undefined
    if (this.#wrapper === undefined) return value
    return Object.hasOwn(value, this.#wrapper) ? value[this.#wrapper] : undefined
  }

  get text(): string {
    return this.#text
  }

  /** What was seen to be wrong on the way. */
  get issues(): readonly Issue[] {
    return this.#checker.issues
  }

  /** The parser that has read the text, for the strict end to finish. */
  get parser(): JsonParser {
    return this.#parser
  }

  /** The last partial is the final input, also where that had to be unwrapped first. */
  mend(value: unknown): void {
    this.#mended = { value }
  }
}

/** The partial of a text answer is the text. */
export class TextView implements View {
  text = ''

  feed(delta: string): void {
    this.text += delta
  }

  get value(): unknown {
    return this.text === '' ? undefined : this.text
  }
}

/** A declaration is compiled once, however often it is asked for. */
const checks = new WeakMap<object, CompiledCheck>()

const checkOf = ({
  canonical,
  wrapper,
}: Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper'>): CompiledCheck => {
  let check = checks.get(canonical)
  if (check === undefined) {
    check = compileCheck(canonical, wrapper)
    checks.set(canonical, check)
  }
  return check
}
