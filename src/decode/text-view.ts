import { GrowingText } from '../text.ts'
import { type Hopeless, tooLong } from './hopeless.ts'
import { mostCharacters, type View, type ViewOptions } from './view.ts'

/** The partial of a text answer is the text; half a surrogate pair at its end waits for the other half, or the end. */
export class TextView implements View {
  readonly #text = new GrowingText()
  readonly #length: number
  #finished = false

  constructor({ limits }: ViewOptions = {}) {
    this.#length = limits?.length ?? mostCharacters
  }

  feed(delta: string): void {
    this.#text.append(delta)
  }

  /** Nothing more comes. */
  finish(): void {
    this.#finished = true
  }

  get hopeless(): Hopeless | undefined {
    return this.#text.length > this.#length ? tooLong(this.#length) : undefined
  }

  get value(): unknown {
    const { text } = this
    const half = !this.#finished && (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800 ? 1 : 0
    return text.length === half ? undefined : text.slice(0, text.length - half)
  }

  get text(): string {
    return this.#text.value
  }
}
