/** The parts of a number: RFC 8259, section 6. */
type Part = 'begin' | 'minus' | 'zero' | 'whole' | 'point' | 'fraction' | 'e' | 'sign' | 'power'

/**
 * From a number's text, cut anywhere, to the whole of it. One step of the grammar per character, so that a wrong number
 * is known at its first wrong character.
 */
export class NumberReader {
  #text = ''
  #part: Part = 'begin'

  begin(): void {
    this.#text = ''
    this.#part = 'begin'
  }

  /** Returns where it stopped: at the end of the text, or at a character with which the number cannot go on. */
  read(text: string, from: number): number {
    let at = from
    for (; at < text.length; at++) {
      const next = after(this.#part, text.charCodeAt(at))
      if (next === undefined) break
      this.#part = next
    }
    this.#text += text.slice(from, at)
    return at
  }

  /** The number's text so far. */
  get text(): string {
    return this.#text
  }

  /** Whether the number may end here. */
  get ends(): boolean {
    return this.#part === 'whole' || this.#part === 'zero' || this.#part === 'fraction' || this.#part === 'power'
  }
}

export const beginsNumber = (char: number): boolean => after('begin', char) !== undefined

const after = (part: Part, char: number): Part | undefined => {
  if (char >= 0x30 && char <= 0x39) {
    switch (part) {
      case 'begin':
      case 'minus':
        return char === 0x30 ? 'zero' : 'whole'
      case 'zero':
        return undefined
      case 'whole':
        return 'whole'
      case 'point':
      case 'fraction':
        return 'fraction'
      default:
        return 'power'
    }
  }
  switch (char) {
    case 0x2d: // -
      return part === 'begin' ? 'minus' : part === 'e' ? 'sign' : undefined
    case 0x2b: // +
      return part === 'e' ? 'sign' : undefined
    case 0x2e: // .
      return part === 'whole' || part === 'zero' ? 'point' : undefined
    case 0x65: // e
    case 0x45: // E
      return part === 'whole' || part === 'zero' || part === 'fraction' ? 'e' : undefined
    default:
      return undefined
  }
}
