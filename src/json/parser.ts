import { Scanner } from './scan.ts'
import { Tree } from './tree.ts'
import type { JsonOptions, JsonParser, JsonValue, JsonWarning } from './types.ts'

/**
 * Reads JSON text in pieces into values that grow.
 *
 * 1. *Any split is the same stream.* However the text is cut, completions, warnings, errors and the final value are the
 *    same.
 * 2. *The end is `JSON.parse`.* Within the limits it accepts and rejects exactly what `JSON.parse` does, with the same
 *    value; a rejection has a code and a position.
 * 3. *Linear.* Work per character is constant; nothing is ever re-parsed, re-joined or stringified to compare.
 * 4. *Values only grow.* A value never changes type; strings and containers only extend; numbers, booleans and null
 *    appear once, whole. (A repeated key replaces, as in `JSON.parse`, and warns.)
 * 5. *Hostile text is only text.* `__proto__` is an own key; depth, size and runs of white space meet a limit with an
 *    error, never a stack overflow or a hang.
 *
 * @throws {RangeError} for a limit that is negative or not a number.
 */
export const createJsonParser = <N = undefined>(options: JsonOptions<N> = {}): JsonParser => new Parser(options)

class Parser<N> implements JsonParser {
  readonly #tree: Tree<N>
  readonly #scanner: Scanner
  #failure: { readonly error: unknown } | undefined

  constructor(options: JsonOptions<N>) {
    this.#tree = new Tree(options.follower)
    this.#scanner = new Scanner(this.#tree, options)
  }

  get value(): JsonValue | undefined {
    return this.#tree.snapshot
  }

  get complete(): boolean {
    return this.#failure === undefined && this.#scanner.complete
  }

  get length(): number {
    return this.#scanner.length
  }

  get warnings(): readonly JsonWarning[] {
    return this.#tree.warnings
  }

  stateOf(path: readonly (string | number)[]): 'absent' | 'open' | 'complete' {
    return this.#tree.stateOf(path)
  }

  feed(text: string): void {
    if (typeof text !== 'string') throw new TypeError(`Cannot parse JSON with '${typeof text}': text is a string`)
    if (this.#failure !== undefined) throw this.#failure.error
    try {
      this.#scanner.feed(text)
    } catch (error) {
      throw this.#failed(error)
    }
  }

  finish(): JsonValue {
    if (this.#failure !== undefined) throw this.#failure.error
    try {
      this.#scanner.finish()
    } catch (error) {
      throw this.#failed(error)
    }
    return this.#tree.snapshot as JsonValue
  }

  #failed(error: unknown): unknown {
    this.#failure = { error }
    return error
  }
}
