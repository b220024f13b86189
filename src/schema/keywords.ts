import type { Issue, JsonSchema } from '../types.ts'
import type { DialectRules, Rule } from './dialects.ts'
import { isSchema, mapEntries, typesOf, without } from './walk.ts'

type Path = Issue['path']

/** What the keywords of one place become under the rules of a dialect. */
interface Keywords {
  /** Whether an object of other keys is sent as a list of pairs. */
  readonly isRecord: (schema: JsonSchema) => boolean
  /** Before what it holds is looked at: tuples, records and what their objects must say. */
  readonly opened: (schema: JsonSchema, path: Path) => JsonSchema
  /** After that: what is left and refused is told in words. */
  readonly worded: (schema: JsonSchema, path: Path) => JsonSchema
  /** What has been sent so far. */
  readonly count: { readonly properties: number; readonly choices: number }
}

/**
 * @param note what was rewritten.
 * @param refuse what cannot be.
 */
export function keywordsUnder(
  rules: DialectRules,
  note: (path: Path, rule: Rule, keyword?: string) => void,
  refuse: (path: Path, rule: string, what: string) => void,
): Keywords {
  const told = new Set(rules.told?.split(' '))
  const formats = rules.formats?.split(' ')
  const count = { properties: 0, choices: 0 }

  const isRecord = ({ additionalProperties: rest, patternProperties }: JsonSchema): boolean =>
    (isSchema(rest) || rest === true || patternProperties !== undefined) && (rules.closed || rules.noRest) === true

  const tupleOf = (schema: JsonSchema, path: Path): JsonSchema => {
    const { prefixItems, items, ...list } = schema
    if (!rules.noTuples || !Array.isArray(prefixItems)) return schema
    note(path, 'no tuples')
    const kinds = [
      ...new Map(
        [...prefixItems, ...(isSchema(items) ? [items] : [])].map(each => [JSON.stringify(each), each]),
      ).values(),
    ]
    const order = 'in this order: '.concat(
      prefixItems.map((each: JsonSchema) => each.description ?? typesOf(each).join(' or ')).join(', '),
    )
    return say({ ...list, items: kinds.length === 1 ? kinds[0] : { anyOf: kinds } }, order, '; ')
  }

  const objectOf = (schema: JsonSchema, path: Path): JsonSchema => {
    if (!(rules.closed || rules.noRest) || !typesOf(schema).includes('object')) return schema
    const { properties = {}, additionalProperties: rest, patternProperties, required = [], ...object } = schema as any
    const keys = Object.keys(properties)
    if (isRecord(schema)) {
      if (keys.length > 0 || patternProperties !== undefined || path.length === 0) {
        refuse(path, 'no keys but those that are named', 'an object of other keys')
        return schema
      }
      note(path, 'records as pairs')
      const value = rest === true ? {} : rest
      const type = typesOf(object).map(each => (each === 'object' ? 'array' : each))
      const items = { type: 'object', properties: { key: { type: 'string' }, value }, required: ['key', 'value'] }
      return {
        ...without(object, 'type'),
        type: type.length === 1 ? type[0] : type,
        items: objectOf(items, [...path, '[]']),
      }
    }
    count.properties += keys.length
    const optional = keys.filter(key => !required.includes(key))
    if (rules.allRequired) {
      for (const key of optional) note([...path, key], 'optional as null')
    }
    const sent = rules.allRequired
      ? mapEntries(properties, (key, each) => (optional.includes(key) ? nullable(each as JsonSchema) : each))
      : properties
    const wanted = rules.allRequired ? keys : required
    return {
      ...object,
      properties: sent,
      ...(wanted.length > 0 || rules.allRequired ? { required: wanted } : {}),
      ...(rules.closed ? { additionalProperties: false } : {}),
    }
  }

  const intersectionOf = (schema: JsonSchema, path: Path): JsonSchema => {
    const { allOf, ...rest } = schema
    if (!rules.noAllOf || !Array.isArray(allOf)) return schema
    // Several patterns of one string: each is told.
    if (!allOf.every(each => Object.keys(each).every(keyword => keyword === 'pattern' || keyword === 'description'))) {
      refuse(path, 'no allOf', 'an intersection')
      return rest
    }
    const patterns = allOf.map(each => each.description ?? `pattern: ${each.pattern}`)
    note(path, 'told in words', 'allOf')
    return say(rest, `(${patterns.join(', ')})`)
  }

  /** Constraints that are refused become words. */
  const describe = (schema: JsonSchema, path: Path): JsonSchema => {
    const gone = Object.entries(schema).filter(
      ([keyword, value]) =>
        told.has(keyword) ||
        (keyword === 'minItems' && told.has('maxItems') && Number(value) > 1) ||
        (keyword === 'format' && formats !== undefined && !formats.includes(String(value))),
    )
    if (gone.length === 0) return schema
    const words = gone.flatMap(([keyword, value]) => {
      note(path, 'told in words', keyword === 'format' ? `format ${value}` : keyword)
      return silent.has(keyword) ? [] : [`${keyword}: ${typeof value === 'string' ? value : JSON.stringify(value)}`]
    })
    const rest = without(schema, ...gone.map(([keyword]) => keyword))
    return words.length > 0 ? say(rest, `(${words.join(', ')})`) : rest
  }

  const singleOf = (schema: JsonSchema, path: Path): JsonSchema => {
    const { type, description, enum: choices, ...rest } = schema
    if (!rules.noTypeLists || !Array.isArray(type)) return schema
    note(path, 'one type a place')
    const branches = type.map(each => ({
      type: each,
      ...(each === 'null' ? {} : rest),
      ...(Array.isArray(choices) && each !== 'null' ? { enum: choices.filter(choice => typeof choice === each) } : {}),
    }))
    return {
      ...(description === undefined ? {} : { description }),
      anyOf: branches.map(branch => choiceOf(branch, path)),
    }
  }

  const choiceOf = (schema: JsonSchema, path: Path): JsonSchema => {
    const { enum: choices, ...rest } = schema
    if (!Array.isArray(choices)) return schema
    count.choices += choices.length
    if (!rules.textChoices || choices.every(choice => typeof choice === 'string')) return schema
    note(path, 'told in words', 'enum')
    return say(rest, `(one of ${JSON.stringify(choices)})`)
  }

  return {
    isRecord,
    opened: (schema, path) => objectOf(tupleOf(schema, path), path),
    worded: (schema, path) => choiceOf(singleOf(describe(intersectionOf(schema, path), path), path), path),
    count,
  }
}

/** With more words in its description. */
const say = (schema: JsonSchema, words: string, between = ' '): JsonSchema => ({
  ...schema,
  description: [schema.description, words].filter(Boolean).join(between),
})

/** Said of a value, not asked of it. */
const silent = new Set(['title', 'examples', 'deprecated'])

const nullable = (schema: JsonSchema): JsonSchema => {
  const { type, enum: choices } = schema
  if (type === undefined || '$ref' in schema || 'anyOf' in schema) {
    const { description, ...rest } = schema
    const branches = Array.isArray(rest.anyOf) && Object.keys(rest).length === 1 ? rest.anyOf : [rest]
    const takesNull = branches.some(branch => typesOf(branch).includes('null'))
    return {
      ...(description === undefined ? {} : { description }),
      anyOf: takesNull ? branches : [...branches, { type: 'null' }],
    }
  }
  const types = typesOf(schema)
  if (types.includes('null')) return schema
  return { ...schema, type: [...types, 'null'], ...(Array.isArray(choices) ? { enum: [...choices, null] } : {}) }
}
