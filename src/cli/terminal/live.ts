import type { Output } from '../io.ts'
import { plain, widthOf } from './text.ts'

/** Milliseconds between two redraws. */
const interval = 100

/**
 * Lines at the bottom of a terminal that are drawn anew as they change, at most ten times a second; other text scrolls
 * above them. The cursor is never hidden, so that no way of ending can leave it so.
 */
export class Live {
  readonly #output: Output
  readonly #lines: () => readonly string[]
  #drawn: readonly string[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #last = -Infinity

  constructor(output: Output, lines: () => readonly string[]) {
    this.#output = output
    this.#lines = lines
  }

  /** Something of what the lines are made of is different now. */
  changed(): void {
    if (this.#timer !== undefined) return
    const wait = Math.max(0, this.#last + interval - performance.now())
    this.#timer = setTimeout(() => this.#draw(), wait)
  }

  /** Runs `print`, which may write to the terminal, above the lines. */
  above(print: () => void): void {
    this.#output.write(this.#erasure())
    this.#drawn = []
    print()
    this.#draw()
  }

  /** Takes the lines away for good. */
  end(): void {
    clearTimeout(this.#timer)
    this.#output.write(this.#erasure())
    this.#drawn = []
  }

  #draw(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#last = performance.now()
    const lines = this.#lines()
    this.#output.write(this.#erasure() + lines.map(line => `${line}\n`).join(''))
    this.#drawn = lines
  }

  /** Up to where the lines begin, and everything from there on away. A terminal made narrower has broken long lines. */
  #erasure(): string {
    if (this.#drawn.length === 0) return ''
    const columns = this.#output.columns || Infinity
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(plain(line)) / columns)), 0)
    return `\u001b[${rows}A\r\u001b[J`
  }
}
