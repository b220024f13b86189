import { type Expected, type JsonError, jsonError } from './error.ts'
import { Keys, type Seen } from './keys.ts'
import { beginsNumber, NumberReader } from './number.ts'
import { type Pieces, StringReader } from './string.ts'
import type { JsonKind, JsonLimits, JsonOptions } from './types.ts'

/** What the scanner finds, in the order of the text. */
export interface Sink extends Pieces {
  /** A value begins. */
  open(kind: JsonKind): void
  /** A key of the open object was read; `position` is that of its opening quote. */
  key(seen: Seen, position: number): void
  /** The open string goes on, by whole characters. */
  grow(piece: string): void
  closeString(): void
  closeNumber(text: string, position: number): void
  closeLiteral(value: boolean | null): void
  closeContainer(): void
}

const literals = { true: true, false: false, null: null }

/** From text in pieces to tokens. What is undecided at the end of a piece waits; no character is looked at twice. */
export class Scanner {
  readonly #sink: Sink
  readonly #maxDepth: number
  readonly #maxBlankRun: number
  readonly #maxLength: number
  readonly #keys = new Keys()
  readonly #string: StringReader
  readonly #number = new NumberReader()

  #expected: Expected = 'value'
  #length = 0
  /** The bracket that closes the open container; undefined at the root. */
  #closer: number | undefined
  /** Those of the containers around it. */
  readonly #closers: (number | undefined)[] = []
  #blanks = 0
  #inKey = false
  /** Where the key or number that is being read began. */
  #start = 0
  #literal: keyof typeof literals = 'null'
  #matched = 0

  constructor(sink: Sink, limits: JsonLimits & Pick<JsonOptions<never>, 'wellFormed'>) {
    this.#sink = sink
    this.#string = new StringReader(sink, limits.wellFormed === true)
    this.#maxDepth = limit('maxDepth', limits.maxDepth ?? 128)
    this.#maxBlankRun = limit('maxBlankRun', limits.maxBlankRun ?? 4096)
    this.#maxLength = limit('maxLength', limits.maxLength ?? 16 * 1024 * 1024)
  }

  get length(): number {
    return this.#length
  }

  get complete(): boolean {
    return this.#expected === 'end'
  }

  feed(text: string): void {
    const room = this.#maxLength - this.#length
    this.#scan(text.length <= room ? text : text.slice(0, room))
    if (text.length > room) throw this.#error('length', 0, text.charCodeAt(room), `${this.#maxLength} UTF-16 units`)
  }

  finish(): void {
    if (this.#expected === 'number' && this.#number.ends) this.#closeNumber()
    if (this.#expected !== 'end') throw this.#error('unexpected_end', 0, undefined)
  }

  #scan(text: string): void {
    let at = 0
    while (at < text.length) {
      switch (this.#expected) {
        case 'string':
          at = this.#characters(text, at)
          break
        case 'number':
          at = this.#figures(text, at)
          break
        case 'literal':
          at = this.#letters(text, at)
          break
        default:
          at = this.#structure(text, at)
      }
    }
    this.#length += text.length
  }

  /** One character between the tokens. */
  #structure(text: string, at: number): number {
    const char = text.charCodeAt(at)
    if (isBlank(char)) {
      if (this.#blanks++ < this.#maxBlankRun) return at + 1
      throw this.#error('blank_run', at, char, `${this.#maxBlankRun} blanks in a row`)
    }
    this.#blanks = 0
    switch (this.#expected) {
      case 'comma':
        if (char === this.#closer) this.#closeContainer()
        else if (char === 0x2c) this.#expected = this.#closer === 0x7d ? 'key' : 'value'
        else throw this.#unexpected(at, char)
        return at + 1
      case 'colon':
        if (char !== 0x3a) throw this.#unexpected(at, char)
        this.#expected = 'value'
        return at + 1
      case 'key':
        if (char !== 0x22) throw this.#unexpected(at, char)
        this.#openKey(at)
        return at + 1
      case 'first key':
        if (char === 0x7d) this.#closeContainer()
        else if (char === 0x22) this.#openKey(at)
        else throw this.#unexpected(at, char)
        return at + 1
      case 'first element':
        if (char !== 0x5d) return this.#open(char, at)
        this.#closeContainer()
        return at + 1
      case 'value':
        return this.#open(char, at)
      default:
        throw this.#unexpected(at, char)
    }
  }

  /** The first character of a value. Those of numbers and literals are part of them, and so are left to be read. */
  #open(char: number, at: number): number {
    switch (char) {
      case 0x22: // "
        this.#sink.open('string')
        this.#string.begin(this.#sink)
        this.#inKey = false
        this.#expected = 'string'
        return at + 1
      case 0x7b: // {
        this.#openContainer('object', char, at)
        return at + 1
      case 0x5b: // [
        this.#openContainer('array', char, at)
        return at + 1
      case 0x74: // t
        return this.#openLiteral('boolean', 'true', at)
      case 0x66: // f
        return this.#openLiteral('boolean', 'false', at)
      case 0x6e: // n
        return this.#openLiteral('null', 'null', at)
    }
    if (!beginsNumber(char)) throw this.#unexpected(at, char)
    this.#sink.open('number')
    this.#number.begin()
    this.#start = this.#length + at
    this.#expected = 'number'
    return at
  }

  #openKey(at: number): void {
    this.#keys.begin()
    this.#string.begin(this.#keys)
    this.#inKey = true
    this.#start = this.#length + at
    this.#expected = 'string'
  }

  /** Parser 5. The scanner keeps its own stack, so that depth is bounded by the limit and never by the engine's. */
  #openContainer(kind: 'object' | 'array', char: number, at: number): void {
    if (this.#closers.length >= this.#maxDepth) {
      throw this.#error('depth', at, char, `${this.#maxDepth} open containers`)
    }
    this.#sink.open(kind)
    this.#closers.push(this.#closer)
    this.#closer = kind === 'object' ? 0x7d : 0x5d
    this.#expected = kind === 'object' ? 'first key' : 'first element'
  }

  #openLiteral(kind: 'boolean' | 'null', literal: keyof typeof literals, at: number): number {
    this.#sink.open(kind)
    this.#literal = literal
    this.#matched = 0
    this.#expected = 'literal'
    return at
  }

  #characters(text: string, from: number): number {
    const start = this.#inKey && this.#string.isPlain ? this.#keys.follow(text, from) : from
    if (start === text.length) return start
    const at = this.#string.read(text, start)
    if (at === start) throw this.#unexpected(at, text.charCodeAt(at))
    if (this.#string.expected === 'end') this.#closeString()
    return at
  }

  #figures(text: string, from: number): number {
    const at = this.#number.read(text, from)
    if (at < text.length) {
      const char = text.charCodeAt(at)
      if (!this.#number.ends || !this.#endsNumber(char)) throw this.#unexpected(at, char)
      this.#closeNumber()
    }
    return at
  }

  /** Only what may follow a number ends it: none is shown that the very next character makes wrong. */
  #endsNumber(char: number): boolean {
    return isBlank(char) || (this.#closer !== undefined && (char === 0x2c || char === this.#closer))
  }

  #letters(text: string, from: number): number {
    const rest = Math.min(this.#literal.length - this.#matched, text.length - from)
    for (let at = from; at < from + rest; at++) {
      const char = text.charCodeAt(at)
      if (char !== this.#literal.charCodeAt(this.#matched)) throw this.#unexpected(at, char)
      this.#matched++
    }
    if (this.#matched === this.#literal.length) this.#closeLiteral()
    return from + rest
  }

  #closeString(): void {
    if (this.#inKey) {
      this.#expected = 'colon'
      this.#sink.key(this.#keys.end(), this.#start)
    } else {
      this.#closed()
      this.#sink.closeString()
    }
  }

  #closeNumber(): void {
    this.#closed()
    this.#sink.closeNumber(this.#number.text, this.#start)
  }

  #closeLiteral(): void {
    this.#closed()
    this.#sink.closeLiteral(literals[this.#literal])
  }

  #closeContainer(): void {
    this.#closer = this.#closers.pop()
    this.#closed()
    this.#sink.closeContainer()
  }

  #closed(): void {
    this.#expected = this.#closer === undefined ? 'end' : 'comma'
  }

  #unexpected(at: number, char: number): JsonError {
    return this.#error('unexpected_character', at, char)
  }

  /** All before `at` counts as read. */
  #error(code: JsonError['code'], at: number, char: number | undefined, limit?: string): JsonError {
    this.#length += at
    const expected = this.#expected === 'string' ? this.#string.expected : this.#expected
    return jsonError(code, this.#length, char, limit === undefined ? expected : { limit })
  }
}

const limit = (name: string, value: number): number => {
  if (!(value >= 0)) throw new RangeError(`Cannot parse JSON with ${name} '${value}': a limit is 0 or more`)
  return value
}

const isBlank = (char: number): boolean => char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09
