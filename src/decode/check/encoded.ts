import { JsonError } from '../../json/index.ts'
import { readJson } from '../read.ts'
import type { Up } from './failure.ts'
import { bits } from './kinds.ts'
import type { Rule } from './rule.ts'

/** A string where only an object or a list may stand. Nothing is wrong as long as it may be the JSON of one. */
export class Encoded {
  /** The rules that any other string breaks, and who is told then. */
  readonly rules: readonly (readonly [Rule, Up])[]
  readonly #kinds: number
  #begun = false

  constructor(rules: readonly (readonly [Rule, Up])[]) {
    this.rules = rules
    this.#kinds = rules.reduce((kinds, [rule]) => kinds | rule.possible, 0)
  }

  /** Whether it may be, now that it goes on with this piece. */
  grow(piece: string): boolean {
    const first = this.#begun ? undefined : /[^ \t\n\r]/.exec(piece)?.[0]
    if (first === undefined) return true
    this.#begun = true
    const kind = first === '{' ? bits.object : first === '[' ? bits.array : 0
    return (this.#kinds & kind) !== 0
  }

  /** Whether it is. */
  close(text: string): boolean {
    return this.#begun && !(readJson(text) instanceof JsonError)
  }
}

/** Whether a string that stands here can only be an object or a list that was encoded twice. */
export const wantsEncoded = ({ possible }: Rule): boolean =>
  (possible & bits.string) === 0 && (possible & (bits.object | bits.array)) !== 0
