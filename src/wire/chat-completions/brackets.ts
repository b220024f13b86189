/** Counts the brackets of JSON text that comes in pieces. */
export class Brackets {
  #depth = 0
  #inString = false
  #escaped = false

  feed(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const char = text.charCodeAt(at)
      if (this.#escaped) this.#escaped = false
      else if (char === 0x22) this.#inString = !this.#inString
      else if (this.#inString) this.#escaped = char === 0x5c
      // Brackets and braces differ in one bit: 5b and 7b open, 5d and 7d close.
      else if ((char | 0x20) === 0x7b) this.#depth++
      else if ((char | 0x20) === 0x7d) this.#depth--
    }
  }

  get closed(): boolean {
    return this.#depth === 0 && !this.#inString
  }
}
