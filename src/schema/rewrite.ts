import { SchemaError } from '../errors.ts'
import type { Issue, JsonSchema } from '../types.ts'
import { type Dialect, type DialectRules, dialects } from './dialects.ts'
import { pathText } from './inexpressible.ts'
import { isSchema, mapEntries, mapSchemas, pathOf, without } from './walk.ts'

/** One thing that a schema could not say to a provider as it was. */
export interface Rewrite {
  /** In the user's shape; `[]` stands for any element or key. */
  readonly path: Issue['path']
  readonly rule: Rule
  /** Of a rule that several keywords break, which one; nothing of it is left but words. */
  readonly keyword?: string
}

/** What is done about it; `explain` says why. */
type Rule =
  | 'optional as null'
  | 'records as pairs'
  | 'no tuples'
  | 'one type a place'
  | 'reference alone'
  | 'told in words'

/** The wire form of a schema in a dialect, with what had to be rewritten. */
export interface Rewritten {
  readonly wire: JsonSchema
  readonly rewrites: readonly Rewrite[]
}

/**
 * A compact schema as a dialect takes it. Values of what comes out are read back by `decode/inverse.ts`.
 *
 * Throws `SchemaError` (`not_expressible`) with path and rule for what a dialect has no words for; its issues are all of it.
 */
export function rewrite(document: JsonSchema, dialect: Dialect, wrapper?: string): Rewritten {
  const rules: DialectRules = dialects[dialect]
  if (Object.keys(rules).length === 0) return { wire: document, rewrites: [] }
  const rewrites: Rewrite[] = []
  const { $defs = {}, ...root } = document
  const bodies = $defs as Readonly<Record<string, JsonSchema>>
  const told = new Set((rules.told ?? '').split(' '))
  const formats = rules.formats?.split(' ')
  const count = { properties: 0, choices: 0 }

  const at = (path: Issue['path']): Issue['path'] => (wrapper === undefined ? path : path.slice(1))
  const note = (path: Issue['path'], rule: Rule, keyword?: string): void => {
    rewrites.push({ path: at(path), rule, ...(keyword !== undefined && { keyword }) })
  }
  const refusals: Issue[] = []
  const refuse = (path: Issue['path'], rule: string, what: string): void => {
    const message = `Cannot send a schema with ${what} at '${pathText(at(path))}': the dialect '${dialect}' refuses it (${rule})`
    if (!refusals.some(known => known.message === message))
      refusals.push({ path: at(path), code: 'not_expressible', message })
  }
  /** Where each definition is used first. */
  const places = new Map<unknown, Issue['path']>()

  const bodyOf = ($ref: unknown): JsonSchema => ($ref === '#' ? root : bodies[String($ref).slice('#/$defs/'.length)]!)
  const isRecord = ({ additionalProperties: rest, patternProperties }: JsonSchema): boolean =>
    (isSchema(rest) || rest === true || patternProperties !== undefined) && (rules.closed || rules.noRest) === true
  /** The branches of unions, also of those behind references. */
  const branchesOf = (schema: JsonSchema, seen = new Set<unknown>()): JsonSchema[] => {
    if (seen.has(schema)) return []
    seen.add(schema)
    const inner = [schema.anyOf ?? schema.oneOf ?? (schema.$ref === undefined ? [] : bodyOf(schema.$ref))].flat()
    return [schema, ...inner.flatMap(each => branchesOf(each as JsonSchema, seen))]
  }

  /** `open` holds the references that are being followed, `level` the objects around the place. */
  const visit = (schema: JsonSchema, path: Issue['path'], open: ReadonlySet<unknown>, level: number): JsonSchema => {
    const { $ref, ...siblings } = schema
    if ($ref !== undefined) {
      if (rules.noRecursion && open.has($ref)) {
        refuse(path, 'no recursion', 'a schema that holds itself')
        return schema
      }
      if (!places.has($ref)) places.set($ref, path)
      const body = bodyOf($ref)
      if (rules.noReferences) return visit({ ...body, ...siblings }, path, new Set([...open, $ref]), level)
      // Followed for what it holds, in the place where it is used.
      if (rules.noRecursion) visit(body, path, new Set([...open, $ref]), level)
      if (Object.keys(siblings).length > 0 && rules.closed) {
        note(path, 'reference alone')
        return { $ref }
      }
      return schema
    }
    const isObject = [schema.type].flat().includes('object')
    const branches = branchesOf(schema)
    if (branches.some(isRecord) && branches.some(({ type }) => [type].flat().includes('array'))) {
      refuse(path, 'no list beside a record', 'a list or an object of other keys')
      return schema
    }
    if (rules.limits !== undefined && isObject && level >= rules.limits[1]) {
      refuse(path, `at most ${rules.limits[1]} levels`, 'objects nested that deep')
      return schema
    }
    if (rules.typed && !['type', 'enum', 'const', 'anyOf', 'oneOf'].some(keyword => keyword in schema)) {
      refuse(path, 'every place has a type', 'any value')
    }
    const inner = mapSchemas(objectOf(tupleOf(schema, path), path), (child, step) =>
      visit(child, [...path, ...pathOf(step)], open, level + (isObject ? 1 : 0)),
    )
    return choiceOf(typesOf(describe(intersectionOf(inner, path), path), path), path)
  }

  const tupleOf = (schema: JsonSchema, path: Issue['path']): JsonSchema => {
    const { prefixItems, items, ...list } = schema
    if (!rules.noTuples || !Array.isArray(prefixItems)) return schema
    note(path, 'no tuples')
    const kinds = [
      ...new Map(
        [...prefixItems, ...(isSchema(items) ? [items] : [])].map(each => [JSON.stringify(each), each]),
      ).values(),
    ]
    const order = 'in this order: '.concat(
      prefixItems.map((each: JsonSchema) => each.description ?? [each.type].flat().join(' or ')).join(', '),
    )
    return {
      ...list,
      items: kinds.length === 1 ? kinds[0] : { anyOf: kinds },
      description: [list.description, order].filter(Boolean).join('; '),
    }
  }

  const objectOf = (schema: JsonSchema, path: Issue['path']): JsonSchema => {
    if (!(rules.closed || rules.noRest) || ![schema.type].flat().includes('object')) return schema
    const { properties = {}, additionalProperties: rest, patternProperties, required = [], ...object } = schema as any
    const keys = Object.keys(properties)
    if (isRecord(schema)) {
      if (keys.length > 0 || patternProperties !== undefined || path.length === 0) {
        refuse(path, 'no keys but those that are named', 'an object of other keys')
        return schema
      }
      note(path, 'records as pairs')
      const value = rest === true ? {} : rest
      const type = [object.type].flat().map((each: string) => (each === 'object' ? 'array' : each))
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

  const intersectionOf = (schema: JsonSchema, path: Issue['path']): JsonSchema => {
    const { allOf, ...rest } = schema
    if (!rules.noAllOf || !Array.isArray(allOf)) return schema
    // Several patterns of one string: each is told.
    if (!allOf.every(each => Object.keys(each).every(keyword => keyword === 'pattern' || keyword === 'description'))) {
      refuse(path, 'no allOf', 'an intersection')
      return rest
    }
    const patterns = allOf.map(each => each.description ?? `pattern: ${each.pattern}`)
    note(path, 'told in words', 'allOf')
    return { ...rest, description: [rest.description, `(${patterns.join(', ')})`].filter(Boolean).join(' ') }
  }

  /** Constraints that are refused become words. */
  const describe = (schema: JsonSchema, path: Issue['path']): JsonSchema => {
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
    const { description, ...rest } = without(schema, ...gone.map(([keyword]) => keyword))
    const text = [description, ...(words.length > 0 ? [`(${words.join(', ')})`] : [])].filter(Boolean).join(' ')
    return text === '' ? rest : { ...rest, description: text }
  }

  const typesOf = (schema: JsonSchema, path: Issue['path']): JsonSchema => {
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

  const choiceOf = (schema: JsonSchema, path: Issue['path']): JsonSchema => {
    const { enum: choices, ...rest } = schema
    if (!Array.isArray(choices)) return schema
    count.choices += choices.length
    if (!rules.textChoices || choices.every(choice => typeof choice === 'string')) return schema
    note(path, 'told in words', 'enum')
    return { ...rest, description: [rest.description, `(one of ${JSON.stringify(choices)})`].filter(Boolean).join(' ') }
  }

  const whole = visit(root, [], new Set(['#']), 0)
  const kept = rules.noReferences
    ? {}
    : mapEntries(bodies, (name, body) =>
        visit(
          body as JsonSchema,
          places.get(`#/$defs/${name}`) ?? [],
          new Set(rules.noRecursion ? [`#/$defs/${name}`] : []),
          0,
        ),
      )
  const [properties = Infinity, , choices = Infinity] = rules.limits ?? []
  if (count.properties > properties) refuse([], `at most ${properties} properties`, `${count.properties} properties`)
  if (count.choices > choices) refuse([], `at most ${choices} choices`, `${count.choices} choices`)
  const [first] = refusals
  if (first !== undefined)
    throw new SchemaError(first.message, 'not_expressible', { path: first.path, issues: refusals })
  return { wire: Object.keys(kept).length > 0 ? { ...whole, $defs: kept } : whole, rewrites }
}

/** Said of a value, not asked of it. */
const silent = new Set(['title', 'examples', 'deprecated'])

const nullable = (schema: JsonSchema): JsonSchema => {
  const { type, enum: choices } = schema
  if (type === undefined || '$ref' in schema || 'anyOf' in schema) {
    const { description, ...rest } = schema
    const branches = Array.isArray(rest.anyOf) && Object.keys(rest).length === 1 ? rest.anyOf : [rest]
    const takesNull = branches.some(branch => [branch.type].flat().includes('null'))
    return {
      ...(description === undefined ? {} : { description }),
      anyOf: takesNull ? branches : [...branches, { type: 'null' }],
    }
  }
  const types = [type].flat()
  if (types.includes('null')) return schema
  return { ...schema, type: [...types, 'null'], ...(Array.isArray(choices) ? { enum: [...choices, null] } : {}) }
}
