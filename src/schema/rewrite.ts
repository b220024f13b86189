import { SchemaError } from '../errors.ts'
import type { Issue, JsonSchema } from '../types.ts'
import { type Dialect, type DialectRules, dialects, type Rewrite, type Rule } from './dialects.ts'
import { pathText } from './inexpressible.ts'
import { keywordsUnder } from './keywords.ts'
import { mapEntries, mapSchemas, pathOf, typesOf } from './walk.ts'

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
  const { isRecord, opened, worded, count } = keywordsUnder(rules, note, refuse)
  /** Where each definition is used first. */
  const places = new Map<unknown, Issue['path']>()

  const bodyOf = ($ref: unknown): JsonSchema => ($ref === '#' ? root : bodies[String($ref).slice('#/$defs/'.length)]!)
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
    const isObject = typesOf(schema).includes('object')
    const branches = branchesOf(schema)
    if (branches.some(isRecord) && branches.some(each => typesOf(each).includes('array'))) {
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
    const inner = mapSchemas(opened(schema, path), (child, step) =>
      visit(child, [...path, ...pathOf(step)], open, level + (isObject ? 1 : 0)),
    )
    return worded(inner, path)
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
