/** So much has to be the same, in characters as they are written. */
const span = 8192
/** The longest piece that may come over and over, in characters. */
const longestPeriod = 512

/**
 * Finds a string that repeats itself without end in JSON text that comes in pieces: 8,192 characters without a quote that
 * are one piece of at most 512 over and over. It is found within two spans of its beginning. Lists of numbers may be all
 * the same, and lists of strings have quotes in them.
 *
 * Work per character is constant.
 */
export class Repetition {
  /** What came since the last quote, or since the last look. */
  #run = ''
  /** A backslash at the end of what came escapes what comes next. */
  #escapes = false

  /** The length of the piece that comes over and over; undefined as long as none does. */
  feed(delta: string): number | undefined {
    const quote = this.#lastQuote(delta)
    if (quote >= 0) this.#run = delta.slice(quote + 1)
    else this.#run += delta
    this.#escapes = this.#isEscaped(delta, delta.length)
    while (this.#run.length >= span) {
      const period = periodOf(this.#run)
      if (period <= longestPeriod && !values.test(this.#run.slice(0, period))) return period
      this.#run = this.#run.slice(span)
    }
    return undefined
  }

  /** Where the last quote stands that ends or begins a string. */
  #lastQuote(text: string): number {
    let at = text.lastIndexOf('"')
    while (at > 0 && this.#isEscaped(text, at)) at = text.lastIndexOf('"', at - 1)
    return at === 0 && this.#escapes ? -1 : at
  }

  #isEscaped(text: string, at: number): boolean {
    let from = at
    while (from > 0 && text.charCodeAt(from - 1) === 0x5c) from--
    return ((at - from) % 2 === 1) !== (from === 0 && this.#escapes)
  }
}

/** What may stand outside strings, cut anywhere, and be a list of the same values. */
const values = /^(?=.*[,[\]])[-+.\deE,[\]{}:\struefalsn]*$/s

/** The shortest period of the first span, by the failure function of Knuth, Morris and Pratt. */
const periodOf = (text: string): number => {
  const border = new Uint16Array(span)
  let length = 0
  for (let at = 1; at < span; at++) {
    const char = text.charCodeAt(at)
    while (length > 0 && char !== text.charCodeAt(length)) length = border[length - 1]!
    if (char === text.charCodeAt(length)) length++
    border[at] = length
  }
  return span - length
}
