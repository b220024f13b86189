import { isComposite } from '../../composite.ts'
import type { JsonKind } from '../../json/index.ts'
import { isNothing } from '../../schema/inexpressible.ts'
import { resolve } from '../../schema/references.ts'
import { isSchema, listOf, typesOf } from '../../schema/walk.ts'
import type { JsonSchema } from '../../types.ts'
import { anyKind, bitOf, bits } from './kinds.ts'
import { limitsOf } from './limits.ts'
import { type Pattern, patternOf } from './pattern.ts'
import { revivalOf } from './revival.ts'
import { type Branches, Rule } from './rule.ts'

const anything = new Rule()
anything.checked = 0
const nothing = new Rule()
nothing.kinds = 0

export interface CompiledRule {
  readonly rule: Rule
  /** Some place holds a value that JSON has no word for. */
  readonly revives: boolean
}

/** A schema of any depth as rules; each is made once, so a schema that holds itself becomes a rule that does. */
export const compileRule = (document: JsonSchema, wrapper?: string, exact = false): CompiledRule => {
  const made = new Map<object, Rule>()
  const revives = JSON.stringify(document).includes('"~as":')

  const ruleOf = (schema: unknown): Rule => {
    // What must not be there, as the canonical form says it. Of any other `not` nothing is known.
    if (schema === false || isNothing(schema)) return nothing
    if (!isSchema(schema)) return anything
    let rule = made.get(schema)
    if (rule === undefined) {
      rule = new Rule()
      made.set(schema, rule)
      if (isLenient(schema)) fillLenient(rule, schema)
      else fill(rule, schema)
    }
    return rule
  }

  const entriesOf = (schemas: unknown): [string, Rule][] =>
    Object.entries(isSchema(schemas) ? schemas : {}).map(([key, schema]) => [key, ruleOf(schema)])
  const something = (schema: unknown): Rule | undefined => {
    const rule = ruleOf(schema)
    return isFree(rule) ? undefined : rule
  }

  /** Anything may stand there; a string that is asked for as a date or a choice is shown whole all the same. */
  const fillLenient = (rule: Rule, schema: JsonSchema): void => {
    rule.whole = isAtomic(schema)
    if (revives) {
      // What is as it is asked for becomes a Date or a Map here, too.
      const asked = new Rule()
      fill(asked, schema)
      rule.unions = [{ rules: [asked, anything], exactlyOne: false }]
    }
    rule.checked = checkedBy(rule)
  }

  const fill = (rule: Rule, schema: JsonSchema): void => {
    if (schema.type !== undefined) {
      const types = typesOf(schema)
      rule.kinds = union(types.map(type => (type === 'integer' ? bits.number : (bits[type as JsonKind] ?? 0))))
      rule.integer = types.includes('integer') && !types.includes('number')
    }
    rule.limits = limitsOf(schema, rule.integer, exact)
    rule.maxLength = numberOf(schema.maxLength)
    rule.maxProperties = numberOf(schema.maxProperties)
    rule.uniqueItems = schema.uniqueItems === true
    rule.prefix = listOf(schema.prefixItems).map(ruleOf)
    rule.items = something(schema.items)
    rule.maxItems = Math.min(numberOf(schema.maxItems), rule.items === nothing ? rule.prefix.length : Infinity)
    const properties = isSchema(schema.properties) ? schema.properties : {}
    rule.required = new Set((listOf(schema.required) as string[]).filter(key => !isLenient(properties[key])))
    rule.properties = new Map(entriesOf(schema.properties))
    rule.first = Object.keys(properties).filter(key => comesFirst(properties[key], document))
    const patterns = entriesOf(schema.patternProperties).map(
      ([source, each]) => [patternOf(source, exact), each] as const,
    )
    rule.patterns = patterns.filter((entry): entry is [Pattern, Rule] => entry[0] !== undefined)
    // Behind a pattern that is not run stands a key of which nothing is known.
    if (rule.patterns.length === patterns.length) rule.rest = something(schema.additionalProperties)
    rule.names = something(schema.propertyNames)
    rule.whole = isAtomic(schema)
    rule.revival = revivalOf(schema)
    rule.parts = [...listOf(schema.allOf), resolve(schema.$ref, document)].map(ruleOf).filter(part => !isFree(part))
    const unions = [unionOf(schema.anyOf, false), unionOf(schema.oneOf, true)]
    if ('const' in schema) unions.push(...choose(rule, [schema.const]))
    if (Array.isArray(schema.enum)) unions.push(...choose(rule, schema.enum))
    const matters = ({ rules, exactlyOne }: Branches): boolean => exactlyOne || revives || !rules.some(isFree)
    rule.unions = unions.filter(each => each.rules.length > 0 && matters(each))
    rule.checked = checkedBy(rule)
  }

  const unionOf = (schemas: unknown, exactlyOne: boolean): Branches => ({
    rules: listOf(schemas).map(ruleOf),
    exactlyOne,
  })

  /** A choice of scalars is a list to look in; one that holds lists or objects is a union of what describes each. */
  const choose = (rule: Rule, choices: readonly unknown[]): Branches[] => {
    if (choices.some(isComposite)) {
      const scalars = choices.filter(choice => !isComposite(choice))
      return [
        unionOf(
          [...choices.filter(isComposite).map(exactly), ...(scalars.length > 0 ? [{ enum: scalars }] : [])],
          false,
        ),
      ]
    }
    const before = rule.strings && [...rule.strings, ...rule.others!]
    const possible = [...new Set(choices)].filter(choice => rule.allows(choice) && before?.includes(choice) !== false)
    // The order of code units, by which the growing string is followed.
    rule.strings = possible.filter(choice => typeof choice === 'string').sort()
    rule.others = new Set(possible.filter(choice => typeof choice !== 'string'))
    rule.kinds = union(possible.map(bitOf))
    // What is chosen has passed them.
    rule.limits = []
    return []
  }

  const inner = ruleOf(document)
  if (wrapper === undefined) return { rule: inner, revives }
  const outer = new Rule()
  outer.kinds = bits.object
  outer.named = `an object with the key '${wrapper}'`
  outer.properties = new Map([[wrapper, inner]])
  outer.checked = bits.object
  return { rule: outer, revives }
}

/** Takes everything. A rule that is not filled yet is taken to be none of these. */
const isFree = ({ kinds, checked, whole }: Rule): boolean => kinds === anyKind && checked === 0 && !whole

const union = (kinds: readonly number[]): number => kinds.reduce((all, kind) => all | kind, 0)

const checkedBy = (rule: Rule): number => {
  const { properties, patterns, required, prefix, limits, parts, unions, revival } = rule
  if (parts.length + unions.length > 0) return anyKind
  const object =
    properties.size + patterns.length + required.size > 0 ||
    (rule.rest ?? rule.names) !== undefined ||
    rule.maxProperties < Infinity
  const list = prefix.length > 0 || rule.items !== undefined || rule.uniqueItems || rule.maxItems < Infinity
  return union([
    ...limits.map(({ bit }) => bit),
    object ? bits.object : 0,
    list ? bits.array : 0,
    rule.maxLength < Infinity ? bits.string : 0,
    rule.strings === undefined ? 0 : anyKind,
    revival?.bit ?? 0,
  ])
}

const atomic = ['enum', 'const', 'format', 'pattern', 'contentEncoding']

/** Also by what the model alone is told (`~hint`): behind a `.trim()` an email is an email all the same. */
const isAtomic = (schema: JsonSchema): boolean =>
  schema.stream === 'whole' ||
  atomic.some(keyword => schema[keyword] !== undefined) ||
  [schema['~hint'], ...listOf(schema.allOf)].some(each => isSchema(each) && isAtomic(each))

/** Whether an object with such a field is shown only once the field has closed: `stream: 'first'` here, or where this leads. */
const comesFirst = (schema: unknown, document: JsonSchema, seen: Set<unknown> = new Set()): boolean => {
  if (!isSchema(schema) || seen.has(schema)) return false
  seen.add(schema)
  const { stream, '~hint': hint, $ref, allOf, anyOf } = schema
  const inner = [hint, resolve($ref, document), ...listOf(allOf), ...listOf(anyOf)]
  return stream === 'first' || inner.some(each => comesFirst(each, document, seen))
}

/** The schema room marks what the user's schema takes in more forms than it asks for. */
const isLenient = (schema: unknown): boolean => isSchema(schema) && schema['~lenient'] === true

const numberOf = (most: unknown): number => (typeof most === 'number' ? most : Infinity)

/** The schema that one value fits and no other. */
const exactly = (value: unknown): JsonSchema => {
  if (Array.isArray(value)) {
    return { type: 'array', prefixItems: value.map(exactly), items: false, minItems: value.length }
  }
  if (!isSchema(value)) return { const: value }
  const properties = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, exactly(each)]))
  return { type: 'object', properties, required: Object.keys(value), additionalProperties: false }
}
