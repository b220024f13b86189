import { anyKind, bitOf, bits } from './kinds.ts'
import { charactersIn, type Limit } from './limits.ts'
import type { Pattern } from './pattern.ts'
import type { Revival } from './revival.ts'

/** At least one of the branches holds, or exactly one. */
export interface Branches {
  readonly rules: readonly Rule[]
  readonly exactlyOne: boolean
}

/** Who is told that something cannot be judged. */
interface Asker {
  doubt(): void
}

/** One schema, compiled: its keywords as fields that are always there, so that every rule has the same shape. */
export class Rule {
  /** The kinds that may stand here; 0 where nothing may. */
  kinds = anyKind
  /** The kinds about which more than the kind is to be checked. */
  checked = anyKind
  integer = false
  /** Of a choice: its strings, sorted by code units. Those alone that all the other keywords let pass. */
  strings: readonly string[] | undefined
  /** Of a choice: all that is not a string. */
  others: ReadonlySet<unknown> | undefined
  /** What is decided when a value closes. */
  limits: readonly Limit[] = []
  maxLength = Infinity
  maxItems = Infinity
  maxProperties = Infinity
  uniqueItems = false
  prefix: readonly Rule[] = []
  items: Rule | undefined
  properties: ReadonlyMap<string, Rule> = new Map()
  patterns: readonly (readonly [Pattern, Rule])[] = []
  rest: Rule | undefined
  names: Rule | undefined
  required: ReadonlySet<string> = new Set()
  /** Keys without which the object is not shown. */
  first: readonly string[] = []
  /** What must hold besides: `allOf` and the target of `$ref`. */
  parts: readonly Rule[] = []
  unions: readonly Branches[] = []
  /** Partials 1. A string here stands for something and means nothing half-read. */
  whole = false

  /** Makes what the user's schema takes of the JSON that stands for it: of a date-time a Date. */
  revival: Revival | undefined

  /** What may stand here in words, where they say more than the kind. */
  named: string | undefined

  #possible: number | undefined

  /** The kinds that all of it together lets stand here. */
  get possible(): number {
    if (this.#possible === undefined) {
      // What leads back here has its own word on it alone.
      this.#possible = this.kinds
      const all = [this.kinds, ...this.parts.map(part => part.possible)]
      for (const { rules } of this.unions) all.push(rules.reduce((kinds, branch) => kinds | branch.possible, 0))
      this.#possible = all.reduce((kinds, each) => kinds & each)
    }
    return this.#possible
  }

  /** The rule for the value under a key, or none where anything may stand. */
  under(key: string, asker: Asker): Rule | undefined {
    const own = this.properties.get(key)
    if (this.patterns.length === 0) return own ?? this.rest
    const rules: Rule[] = []
    for (const [pattern, rule] of this.patterns) {
      const matches = pattern.test(key)
      if (matches === undefined) {
        asker.doubt()
        return undefined
      }
      if (matches) rules.push(rule)
    }
    if (own !== undefined) rules.push(own)
    return rules.length > 1 ? allOf(rules) : (rules[0] ?? this.rest)
  }

  /** The rule for the element at an index. */
  at(index: number): Rule | undefined {
    return index < this.prefix.length ? this.prefix[index] : this.items
  }

  /** The first limit that a closed value breaks. */
  broken(value: unknown, asker?: Asker): Limit | undefined {
    if (this.limits.length === 0) return undefined
    const bit = bitOf(value)
    return this.limits.find(limit => {
      const fails = limit.bit === bit && limit.fails(value)
      if (fails === undefined) asker?.doubt()
      return fails
    })
  }

  /** Whether a scalar keeps all but a choice. */
  allows(value: unknown): boolean {
    return (
      (this.kinds & bitOf(value)) !== 0 &&
      this.broken(value) === undefined &&
      (typeof value !== 'string' || charactersIn(value) <= this.maxLength)
    )
  }

  /** What may stand here, in the user's words. */
  get words(): string {
    if (this.named !== undefined) return this.named
    const { strings = [], others = [] } = this
    const choices = [...strings.map(quoted), ...[...others].map(String)]
    if (choices.length > 0) {
      return choices.length > mostShown ? `${choices.slice(0, mostShown).join(', ')} …` : choices.join(' or ')
    }
    const kinds = Object.entries(bits).filter(([, bit]) => (this.kinds & bit) !== 0)
    return kinds.map(([kind]) => (kind === 'number' && this.integer ? 'integer' : kind)).join(' or ') || 'nothing'
  }
}

const mostShown = 12

export const quoted = (text: string): string => `'${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`

const allOf = (parts: readonly Rule[]): Rule => {
  const rule = new Rule()
  rule.parts = parts
  rule.kinds = parts.reduce((kinds, part) => kinds & part.kinds, anyKind)
  return rule
}
