import { isComposite } from '../composite.ts'
import { SchemaError } from '../errors.ts'
import type { JsonSchema } from '../types.ts'
import { mapSchemas, without } from './walk.ts'

const ROOT = '#'

/**
 * Rewrites a document so that a reference remains only where it must or saves tokens: to a schema that holds itself, or to
 * a definition that is used more than once. All others are written out in place. What remains is `#` for the root and
 * `#/$defs/name`; names that a converter made up, and names that a URI would have to encode, become `def`, `def2`, in
 * order of appearance.
 *
 * Throws `SchemaError` (`not_expressible`) for a reference that leads nowhere: nothing in a schema is ever fetched.
 */
export function resolveReferences(document: JsonSchema): JsonSchema {
  const bodies = new Map<string, JsonSchema>()
  for (const holder of [document.definitions, document.$defs]) {
    for (const [name, body] of Object.entries((holder ?? {}) as Record<string, JsonSchema>)) bodies.set(name, body)
  }
  const { $ref, ...rest } = without(document, '$defs', 'definitions')
  // A root with an id of its own is only a reference; its body moves to the root, and what meant it means the root.
  const self = $ref === undefined ? undefined : nameIn($ref, bodies)
  const target = (ref: unknown) => {
    const name = nameIn(ref, bodies)
    return name === self ? ROOT : name
  }
  bodies.set(ROOT, self === undefined ? rest : { ...bodies.get(self), ...rest })

  const uses = countUses(bodies, target)
  const stays = (name: string) => name === ROOT || uses.get(name)! > 1 || reaches(bodies, target, name)

  const names = new Map<string, string>()
  const definitions = new Map<string, JsonSchema>()
  const rewrite = (schema: JsonSchema): JsonSchema => {
    if (schema.$ref === undefined) return mapSchemas(schema, rewrite)
    const name = target(schema.$ref)
    const siblings = mapSchemas(without(schema, '$ref'), rewrite)
    if (name === ROOT) return { $ref: ROOT, ...siblings }
    if (!stays(name)) return { ...rewrite(bodies.get(name)!), ...siblings }
    if (!names.has(name)) {
      names.set(name, /^__schema\d+$|[^\w.-]/.test(name) ? unused(bodies, names) : name)
      definitions.set(names.get(name)!, rewrite(bodies.get(name)!))
    }
    return { $ref: `#/$defs/${names.get(name)}`, ...siblings }
  }
  const root = rewrite(bodies.get(ROOT)!)
  return definitions.size === 0 ? root : { ...root, $defs: Object.fromEntries(definitions) }
}

/** Points every reference to the root at `pointer` instead. */
export const repoint = (schema: JsonSchema, pointer: string): JsonSchema => {
  const moved = mapSchemas(schema, child => repoint(child, pointer))
  return moved.$ref === ROOT ? { ...moved, $ref: pointer } : moved
}

export const refersToRoot = (schema: JsonSchema): boolean => referencesOf(schema, nameIn).includes(ROOT)

/** What a local reference points at; nothing is known of any other. */
export const resolve = (ref: unknown, document: JsonSchema): unknown => {
  if (typeof ref !== 'string' || !/^#(\/|$)/.test(ref)) return undefined
  let at: unknown = document
  for (const step of ref.split('/').slice(1)) {
    const holder = (isComposite(at) ? at : {}) as Record<string, unknown>
    const key = keyIn(step, name => Object.hasOwn(holder, name))
    at = Object.hasOwn(holder, key) ? holder[key] : undefined
  }
  return at
}

/** The name of the definition that a local reference points at. */
export const nameIn = (ref: unknown, bodies?: ReadonlyMap<string, unknown>): string => {
  if (ref === ROOT) return ROOT
  const [, token] = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(String(ref)) ?? []
  if (token === undefined) {
    throw new SchemaError(
      `Cannot send a schema with the reference '${ref}': only #/$defs/name can be followed`,
      'not_expressible',
    )
  }
  return keyIn(token, name => bodies?.has(name) === true)
}

/** The key that a step of a reference means. Zod writes an id as it is, others encode it for a URI. */
const keyIn = (step: string, isKey: (name: string) => boolean): string => {
  const key = plain(step)
  if (isKey(key)) return key
  try {
    return plain(decodeURIComponent(step))
  } catch {
    return key
  }
}

const plain = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')

type Target = (ref: unknown) => string

const referencesOf = (schema: JsonSchema, target: Target): string[] => {
  const found = schema.$ref === undefined ? [] : [target(schema.$ref)]
  mapSchemas(schema, child => found.push(...referencesOf(child, target)))
  return found
}

/** How often each definition is referred to, by the root and by what the root leads to. */
function countUses(bodies: ReadonlyMap<string, JsonSchema>, target: Target): Map<string, number> {
  const uses = new Map<string, number>([[ROOT, 0]])
  for (const from of uses.keys()) {
    const body = bodies.get(from)
    if (body === undefined) {
      throw new SchemaError(
        `Cannot send a schema with a reference to '${from}': it is not among its $defs`,
        'not_expressible',
      )
    }
    for (const name of referencesOf(body, target)) uses.set(name, (uses.get(name) ?? 0) + 1)
  }
  return uses
}

/** Whether a definition holds itself, at any depth. */
function reaches(bodies: ReadonlyMap<string, JsonSchema>, target: Target, name: string): boolean {
  const seen = new Set(referencesOf(bodies.get(name)!, target))
  for (const next of seen) for (const further of referencesOf(bodies.get(next)!, target)) seen.add(further)
  return seen.has(name)
}

const unused = (bodies: ReadonlyMap<string, unknown>, names: ReadonlyMap<string, string>): string => {
  const taken = new Set([...bodies.keys(), ...names.values()])
  let number = 1
  while (taken.has(numbered(number))) number++
  return numbered(number)
}

/** The first costs one token instead of two, at each reference. */
const numbered = (number: number): string => (number === 1 ? 'def' : `def${number}`)
