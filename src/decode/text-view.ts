import { GrowingText } from '../text.ts'
import { type Hopeless, tooLong } from './hopeless.ts'
import { mostCharacters, type View, type ViewOptions } from './view.ts'

/** The partial of a text answer is the text. */
export class TextView implements View {
  readonly #text = new GrowingText()
  readonly #length: number

  constructor({ limits }: ViewOptions = {}) {
    this.#length = limits?.length ?? mostCharacters
  }

  feed(delta: string): void {
    this.#text.append(delta)
  }

  get hopeless(): Hopeless | undefined {
    return this.#text.length > this.#length ? tooLong(this.#length) : undefined
  }

  get value(): unknown {
    return this.text === '' ? undefined : this.text
  }

  get text(): string {
    return this.#text.value
  }
}
