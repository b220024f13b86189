import type { JsonValue } from '../json/index.ts'
import type { Issue, JsonSchema } from '../types.ts'

export type Path = Issue['path']

/** What the schema of a document has to say of its places. */
export interface Schemas {
  readonly root: JsonSchema
  /** The schema itself and everything it stands for: the target of a local reference, the members of a union. */
  readonly open: (schema: JsonSchema) => readonly JsonSchema[]
  /** What an opened schema says of the value under a key. */
  readonly childrenOf: (schema: JsonSchema, key: string | number) => readonly JsonSchema[]
  /** Of schemas for an object, those that its literals leave. */
  readonly meantBy: (schemas: readonly JsonSchema[], value: unknown) => readonly JsonSchema[]
}

/** A place of a document at which a patch may change something. */
export interface Place {
  readonly path: Path
  /** `set`: another value is put there. `list`: elements are taken out and put in. `drop`: it should not be there. */
  readonly edit: 'set' | 'list' | 'drop'
  /** Of the value, or of the elements of the list. */
  readonly schema: JsonSchema
  /** It is at fault itself, so something must be done there. */
  readonly faulty: boolean
  /** The document may do without it. */
  readonly removable: boolean
  /** Of a list: the first index at which something may change. */
  readonly from: number
  /** What stands there now; undefined where nothing does. */
  readonly value: JsonValue | undefined
}

/** With more places the whole is as cheap, and easier to say. */
const mostPlaces = 16
/** Characters of JSON up to which an object or a list is replaced as one. */
const small = 200

/**
 * Where a document must be changed for its issues to go away, or undefined where that cannot be said.
 *
 * What an issue names is replaced. An issue of an object as a whole - a rule over several fields - offers each of its
 * fields; one of a list as a whole, its elements. What is large is never replaced as one.
 *
 * @param kept what must stay as it is.
 */
export const placesOf = (
  issues: readonly Issue[],
  document: JsonValue,
  schemas: Schemas,
  kept: readonly Path[] = [],
): readonly Place[] | undefined => {
  const places = new Map<string, Place>()
  const add = (place: Place): void => {
    const id = JSON.stringify(place.path)
    if (!places.get(id)?.faulty) places.set(id, place)
  }
  for (const { path } of issues) {
    const found = placesAt(reach(document, path), document, schemas, kept)
    if (found === undefined) return undefined
    found.forEach(add)
    if (places.size > mostPlaces) return undefined
  }
  const all = [...places.values()]
  // What stands in a place that is replaced anyway needs none of its own; what is only offered gives way.
  const faulty = all.filter(({ faulty }) => faulty)
  const chosen = all.filter(
    place =>
      !faulty.some(other => other !== place && other.edit === 'set' && startsWith(place.path, other.path)) &&
      (place.faulty || !faulty.some(({ path }) => startsWith(path, place.path))),
  )
  return chosen.length === 0 ? undefined : chosen
}

const placesAt = (
  path: Path,
  document: JsonValue,
  of: Schemas,
  kept: readonly Path[],
): readonly Place[] | undefined => {
  const { schemas, needed, known } = schemasAt(of, document, path)
  const value = valueAt(document, path)
  const place = (edit: Place['edit'], schema: JsonSchema, rest: Partial<Place> = {}): Place => ({
    path,
    edit,
    schema,
    faulty: true,
    removable: !needed,
    from: 0,
    value,
    ...rest,
  })
  const fixed = kept.filter(each => startsWith(each, path))
  if (kept.some(each => startsWith(path, each))) return undefined
  if (!known) return [place('drop', {}, { removable: true })]
  if (path.length > 0 && fixed.length === 0 && sizeOf(value) <= small) return [place('set', anyOf(schemas))]
  const opened = schemas.flatMap(of.open)
  if (Array.isArray(value)) {
    const items = opened.flatMap(schema => of.childrenOf(schema, value.length))
    if (items.length === 0) return undefined
    const from = Math.max(-1, ...fixed.map(each => each[path.length] as number)) + 1
    return [place('list', anyOf(items), { from })]
  }
  if (typeof value !== 'object' || value === null) return path.length === 0 ? undefined : [place('set', anyOf(schemas))]
  const fields = (names: Iterable<string>): Place[] =>
    [...names].flatMap(name => {
      const field = [...path, name]
      if (sizeOf(valueAt(value, [name])) > small) return []
      return placesAt(field, document, of, kept)?.slice(0, 1) ?? []
    })
  // Keys that are too much are wrong in themselves, a field is only one that may be.
  const dropped = fields(Object.keys(value)).filter(({ edit }) => edit === 'drop')
  if (dropped.length > 0) return dropped
  const named = opened.flatMap(({ properties }) => Object.keys(properties ?? {}))
  return fields(new Set([...named, ...Object.keys(value)])).map(found => ({ ...found, faulty: false }))
}

const isClosed = (schemas: readonly JsonSchema[]): boolean =>
  schemas.some(({ additionalProperties }) => additionalProperties === false)

/** As much of the path as the document has, and one step more. */
const reach = (document: JsonValue, path: Path): Path => {
  const missing = path.findIndex((_, i) => valueAt(document, path.slice(0, i + 1)) === undefined)
  if (missing < 0) return path
  const parent = valueAt(document, path.slice(0, missing))
  // An element that is missing is put in by its list.
  const holds = typeof path[missing] === 'string' && typeof parent === 'object' && !Array.isArray(parent)
  return path.slice(0, holds && parent !== null ? missing + 1 : missing)
}

/**
 * What may stand at a path: of a union, only what the branches say that its literals leave.
 */
const schemasAt = (
  { root, open, childrenOf, meantBy }: Schemas,
  document: JsonValue,
  path: Path,
): { schemas: readonly JsonSchema[]; needed: boolean; known: boolean } => {
  let schemas: readonly JsonSchema[] = [root]
  let needed = true
  for (const [i, key] of path.entries()) {
    const opened = schemas.flatMap(open)
    const meant = meantBy(opened, valueAt(document, path.slice(0, i)))
    const children = meant.flatMap(schema => childrenOf(schema, key))
    const holders = children.length > 0 ? meant : opened
    schemas = [...new Set(holders.flatMap(schema => childrenOf(schema, key)))]
    needed =
      typeof key === 'number' || holders.some(({ required }) => (required as string[] | undefined)?.includes(key))
    if (schemas.length === 0) return { schemas: [{}], needed: false, known: !isClosed(holders) }
  }
  return { schemas, needed, known: true }
}

const anyOf = (schemas: readonly JsonSchema[]): JsonSchema => {
  const distinct = [...new Map(schemas.map(schema => [JSON.stringify(schema), schema])).values()]
  return distinct.length === 1 ? distinct[0]! : { anyOf: distinct }
}

export const sizeOf = (value: JsonValue | undefined): number => (value === undefined ? 0 : JSON.stringify(value).length)

export const startsWith = (path: Path, start: Path): boolean =>
  path.length >= start.length && start.every((step, i) => step === path[i])

export const valueAt = (value: JsonValue | undefined, path: Path): JsonValue | undefined => {
  let here: any = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined
    here = here[step]
  }
  return here
}
