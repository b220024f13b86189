import { createJsonParser, type JsonFollower, type JsonParser } from '../json/index.ts'
import type { Declaration } from '../schema/index.ts'
import type { Issue } from '../types.ts'
import { isObject, Shape } from './shape.ts'

/** What is to be seen of one growing answer. */
export interface View {
  /** The present snapshot; undefined while there is nothing to show. The same object while nothing has changed. */
  readonly value: unknown
  /** The answer as it was written so far. */
  readonly text: string
}

/** Told once for every value that closes, root included, innermost first. */
export type OnComplete = (path: () => Issue['path'], value: unknown) => void

/**
 * The typed partial of a function's arguments. Speaks the user's shape: where the root is wrapped for the wire, the
 * wrapper is never seen.
 *
 * 1. Atoms arrive whole.  2. Immutable, shared.  3. Monotonic within an attempt.  4. Progress.
 * (The parser keeps 2 to 4; the shape says which strings are atoms.)
 */
export class ArgumentsView implements View {
  readonly #parser: JsonParser
  readonly #wrapper: string | undefined
  #text = ''
  #mended: { value: unknown } | undefined
  #broken = false

  constructor(declaration: Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper'>, onComplete?: OnComplete) {
    this.#wrapper = declaration.wrapper
    this.#parser = createJsonParser({ follower: followerOf(declaration, onComplete) })
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

const followerOf = (
  { canonical, wrapper }: Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper'>,
  onComplete: OnComplete | undefined,
): JsonFollower<Shape> => {
  const root = wrapper === undefined ? Shape.of(canonical) : Shape.wrapped(canonical, wrapper)
  return {
    open: (parent, key) => (parent === undefined || key === undefined ? root : parent.child(key)),
    grows: shape => !shape.whole && shape.takes('string'),
    close(shape, value, path) {
      if (onComplete === undefined) return
      if (wrapper === undefined) onComplete(path, value)
      else if (shape !== root) onComplete(() => path().slice(1), value)
    },
  }
}
