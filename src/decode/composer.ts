import { GrowingText } from '../text.ts'

/**
 * Several calls as the one JSON text of a choice: `{"name":…,"value":…}` for the call that opens first, or a list of those for
 * all. The calls' own text is passed on as it arrives, one call after the other in the order of the turn; of calls that
 * interleave the later ones wait, and so do those behind a call that has not opened yet.
 *
 * Nothing is closed here that the model has not closed: where a call is cut, or goes on behind its end, so is the whole.
 */
export class Composer {
  readonly #many: boolean
  readonly #wrapper: string | undefined
  readonly #feed: (text: string) => void
  /** Those that have opened; undefined for one of something else. */
  readonly #calls = new Map<number, ComposedCall | undefined>()
  /** The index of the call that comes next. */
  #next = 0
  #active: ComposedCall | undefined
  #begun = false
  #spoilt = false

  /** @param wrapper the key that holds the whole, where the check expects one. */
  constructor(many: boolean, wrapper: string | undefined, feed: (text: string) => void) {
    this.#many = many
    this.#wrapper = wrapper
    this.#feed = feed
  }

  /** The calls that are part of it, in its order. */
  get indices(): number[] {
    return [...this.#calls].flatMap(([index, call]) => (call === undefined ? [] : [index])).sort((a, b) => a - b)
  }

  /** @param name undefined for a call that is no part of it: those behind it need not wait any longer. */
  open(index: number, name: string | undefined): void {
    if (!this.#many) {
      if (name === undefined || this.#begun) return
      this.#next = index
    }
    this.#calls.set(index, name === undefined ? undefined : { name, held: new GrowingText(), root: new Root() })
    this.#goOn()
  }

  arguments(index: number, delta: string): void {
    const call = this.#calls.get(index)
    if (call === undefined) return
    if (call === this.#active || call.root.closed) this.#give(call, delta)
    else call.held.append(delta)
  }

  /** The turn is over. */
  finish(): void {
    while (this.#active !== undefined) {
      const { root } = this.#active
      // A function without arguments may be called with nothing at all.
      if (!root.begun) this.#give(this.#active, '{}')
      else if (root.atRest) this.#close()
      else return
    }
    if (!this.#begun || this.#spoilt) return
    this.#feed(`${this.#many ? ']' : ''}${this.#wrapper === undefined ? '' : '}'}`)
  }

  #goOn(): void {
    while (this.#active === undefined && this.#calls.has(this.#next)) {
      const call = this.#calls.get(this.#next++)
      if (call !== undefined) this.#begin(call)
    }
  }

  #begin(call: ComposedCall): void {
    this.#active = call
    this.#feed(`${this.#begun ? ',' : this.#head}{"name":${JSON.stringify(call.name)},"value":`)
    this.#begun = true
    const held = call.held.value
    call.held = new GrowingText()
    this.#give(call, held)
  }

  get #head(): string {
    return `${this.#wrapper === undefined ? '' : `{${JSON.stringify(this.#wrapper)}:`}${this.#many ? '[' : ''}`
  }

  #give(call: ComposedCall, text: string): void {
    const end = call.root.closed ? 0 : call.root.feed(text)
    if (end > 0) this.#feed(text.slice(0, end))
    // What stands behind the end would be read as what we write there.
    if (text.slice(end).trim() !== '') this.#spoilt = true
    if (call === this.#active && call.root.closed) this.#close()
  }

  #close(): void {
    this.#feed('}')
    this.#active = undefined
    this.#goOn()
  }
}

interface ComposedCall {
  readonly name: string
  held: GrowingText
  readonly root: Root
}

/** Where the value at the root of a JSON text ends; each character is looked at once. */
class Root {
  begun = false
  /** An object, list or string has been closed. */
  closed = false
  #depth = 0
  #inString = false
  #escaped = false

  /** Nothing is open: of a number or a word only the end of the text tells that it has ended. */
  get atRest(): boolean {
    return this.#depth === 0 && !this.#inString
  }

  /** @returns how many characters belong to the value. */
  feed(text: string): number {
    for (let i = 0; i < text.length; i++) {
      const char = text[i]!
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (char === '\\') this.#escaped = true
        else if (char === '"') this.#inString = false
        if (this.#inString) continue
      } else if (char === '"') this.#inString = true
      else if (char === '{' || char === '[') this.#depth++
      else if (char === '}' || char === ']') this.#depth--
      else {
        this.begun ||= char.trim() !== ''
        continue
      }
      this.begun = true
      if (this.#depth > 0 || this.#inString) continue
      this.closed = true
      return i + 1
    }
    return text.length
  }
}
