import { parsed } from '../text.ts'
import type { Issue } from '../types.ts'

const thoughtsEnd = '</think>'
/** Longest opening of a code fence, and longest end of one, in characters: what may still become one is held back. */
const longestFence = 64

/** Whether a text begins with a code fence, or may yet: of arguments nothing else in front of the JSON is taken off. */
export const mayBeFenced = (text: string): boolean => '```'.startsWith(text.trimStart().slice(0, 3))

/**
 * Finds the JSON object in a message's text while that arrives: behind thoughts that end with `</think>`, and in a code fence
 * around all that is left. Any other words around it are not looked past. Each character is looked at a fixed number of times.
 */
export class Content {
  #state: 'before' | 'thoughts' | 'bare' | 'fenced' = 'before'
  #held = ''
  #thought = false

  /** What is to be read on as JSON. */
  feed(delta: string): string {
    if (this.#state === 'bare') return delta
    this.#held += delta
    if (this.#state === 'fenced') return this.#inFence()
    return this.#begin()
  }

  /** The last of it, at the end of the text. */
  finish(): string {
    const rest = this.#state === 'fenced' && this.#held.trim() !== '```' ? this.#held : ''
    this.#held = ''
    return rest
  }

  /** What was taken off. */
  get notes(): readonly Issue[] {
    const begun = this.#state === 'bare' || this.#state === 'fenced'
    return [
      ...(begun && this.#thought
        ? [{ path: [], code: 'thoughts', message: `the answer stood behind '${thoughtsEnd}'` }]
        : []),
      ...(this.#state === 'fenced'
        ? [{ path: [], code: 'fenced', message: 'the answer stood in a code fence, which was taken off' }]
        : []),
    ]
  }

  /** The JSON of a text that is all there; undefined where it holds no whole JSON object. */
  static whole(text: string): { readonly json: string; readonly content: Content } | undefined {
    const content = new Content()
    const json = content.feed(text) + content.finish()
    return parsed(json) === undefined ? undefined : { json, content }
  }

  #begin(): string {
    for (;;) {
      if (this.#state === 'thoughts') {
        const end = this.#held.indexOf(thoughtsEnd)
        if (end < 0) {
          this.#held = this.#held.slice(1 - thoughtsEnd.length)
          return ''
        }
        this.#held = this.#held.slice(end + thoughtsEnd.length)
        this.#thought = true
      }
      this.#held = this.#held.trimStart()
      const fence = /^```\w*\s*/.exec(this.#held)?.[0] ?? ''
      if (this.#held[fence.length] === '{') {
        this.#held = this.#held.slice(fence.length)
        this.#state = fence === '' ? 'bare' : 'fenced'
        return fence === '' ? this.#take() : this.#inFence()
      }
      if (this.#held.length < longestFence && /^(?:`{0,2}|```\w*\s*)$/.test(this.#held)) {
        this.#state = 'before'
        return ''
      }
      // Words: thoughts whose beginning may have stood in the prompt, or no answer.
      this.#state = 'thoughts'
    }
  }

  /** Blanks and backticks at the end may be the end of the fence. */
  #inFence(): string {
    let end = this.#held.length
    while (end > 0 && ' \t\r\n`'.includes(this.#held[end - 1]!)) end--
    if (this.#held.length - end > longestFence) return this.#take()
    const json = this.#held.slice(0, end)
    this.#held = this.#held.slice(end)
    return json
  }

  #take(): string {
    const json = this.#held
    this.#held = ''
    return json
  }
}
