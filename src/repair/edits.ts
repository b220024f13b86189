import type { JsonValue } from '../json/index.ts'
import type { Issue, JsonSchema } from '../types.ts'
import { type Path, type Place, placesOf, type Schemas, sizeOf, valueAt } from './places.ts'

// Few answers need a patch, so this is loaded when one does. It imports nothing but `places`: a bundler that makes one file
// of all would otherwise have to wrap whatever else is imported here.

/** What may be changed in a document, as the parameters of a function. */
export interface Edits {
  /** By the name of the property that changes it. */
  readonly places: ReadonlyMap<string, Place>
  readonly parameters: JsonSchema
  /** What stands where an object or a list is to be replaced. */
  readonly quotes: readonly string[]
  /** Characters of the answer, about. */
  readonly size: number
}

/** Characters for what does not stand there yet. */
const unknownSize = 40

/**
 * The edits that may mend a document, or undefined where its issues do not say what is to be changed.
 *
 * @param where a path in the words of the model.
 * @param kept what must stay as it is.
 */
export const editsOf = (
  issues: readonly Issue[],
  document: JsonValue,
  schemas: Schemas,
  where: (path: Path) => string,
  kept?: readonly Path[],
): Edits | undefined => {
  const found = placesOf(issues, document, schemas, kept)
  if (found === undefined) return undefined
  const places = new Map(found.map((place, i) => [`p${i + 1}`, place]))
  const entries = [...places]
  const settable = entries.filter(([, { edit }]) => edit !== 'drop')
  const removable = entries.filter(([, { removable }]) => removable)
  const properties: Record<string, JsonSchema> = Object.fromEntries(
    settable.map(([name, place]) => [name, described(place, where(place.path))]),
  )
  if (removable.length > 0) {
    const dropped = removable.flatMap(([name, { edit, path }]) =>
      edit === 'drop' ? [`${name} is ${where(path)}, which has no place`] : [],
    )
    properties.remove = {
      type: 'array',
      description: ['what is to be left out', ...dropped].join('; '),
      items: { type: 'string', enum: removable.map(([name]) => name) },
    }
  }
  const required = settable.filter(([, { faulty, removable }]) => faulty && !removable).map(([name]) => name)
  return {
    places,
    parameters: { type: 'object', properties, ...(required.length > 0 && { required }) },
    quotes: found.filter(isContainer).map(({ path, value }) => `${where(path)} is ${JSON.stringify(value)}`),
    size: entries.reduce((sum, [name, { value }]) => sum + name.length + 6 + (sizeOf(value) || unknownSize), 2),
  }
}

const described = ({ edit, schema, value, from }: Place, where: string): JsonSchema => {
  if (edit === 'set') {
    const { description } = schema
    return { ...schema, description: description === undefined ? where : `${where}: ${description}` }
  }
  const index = { type: 'integer', minimum: from }
  return {
    type: 'object',
    description: `${where}, a list of ${(value as JsonValue[]).length}: indices as they are now; insert puts a value before index 'at'`,
    properties: {
      remove: { type: 'array', items: index },
      insert: {
        type: 'array',
        items: { type: 'object', properties: { at: index, value: schema }, required: ['at', 'value'] },
      },
    },
  }
}

const isContainer = ({ edit, faulty, value }: Place): boolean =>
  edit === 'set' && faulty && typeof value === 'object' && value !== null

/**
 * The document with the patch put in. What stands at no place of the patch stays the same object.
 *
 * @param answer the arguments of the patch's function, whatever the model has made of them.
 */
export const applyPatch = (
  document: JsonValue,
  { places, allRequired = false }: Pick<Edits, 'places'> & { readonly allRequired?: boolean },
  answer: unknown,
): JsonValue => {
  const given = valuesOf(answer)
  const removed = listOf(given.get('remove'))
  const isLeftOut = (name: string, { edit, faulty }: Place): boolean =>
    allRequired && edit === 'set' && faulty && !given.has(name)
  const chosen = [...places].map(([name, place]) => ({
    ...place,
    gone: removed.includes(name) || isLeftOut(name, place),
    now: given.get(name),
  }))
  let patched = document
  for (const { edit, path, now, gone } of chosen) {
    if (edit === 'set' && now !== undefined && !gone) patched = change(patched, path, () => now)
  }
  for (const { path, removable, gone } of chosen) {
    if (removable && gone) patched = change(patched, path, () => undefined)
  }
  // Last, since it moves what stands in the list.
  for (const { edit, path, from, now } of chosen) {
    if (edit === 'list' && now !== undefined)
      patched = change(patched, path, list => edited(list as JsonValue[], from, valuesOf(now)))
  }
  return patched
}

/** A copy of the containers on the path, with another value at its end; undefined leaves the key out. */
const change = (
  at: JsonValue,
  [key, ...rest]: Path,
  edit: (value: JsonValue | undefined) => JsonValue | undefined,
): JsonValue => {
  if (key === undefined) return edit(at) as JsonValue
  const before = valueAt(at, [key])
  const after = rest.length === 0 ? edit(before) : change(before!, rest, edit)
  if (Array.isArray(at)) return at.map((each, i) => (i === key ? after : each)) as JsonValue
  const entries = new Map<string, JsonValue>(Object.entries(at as object))
  if (after === undefined) entries.delete(String(key))
  else entries.set(String(key), after)
  return Object.fromEntries(entries)
}

const edited = (list: readonly JsonValue[], from: number, given: ReadonlyMap<string, JsonValue>): JsonValue => {
  const removed = new Set(listOf(given.get('remove')).filter(index => Number(index) >= from))
  const inserted = listOf(given.get('insert')).map(valuesOf)
  const before = (index: number, last: boolean): JsonValue[] =>
    inserted.flatMap(each => {
      const at = Math.max(Number(each.get('at')), from)
      return each.has('value') && (at === index || (last && at > index)) ? [each.get('value')!] : []
    })
  return [
    ...list.flatMap((each, i) => [...before(i, false), ...(removed.has(i) ? [] : [each])]),
    ...before(list.length, true),
  ]
}

const valuesOf = (value: unknown): ReadonlyMap<string, JsonValue> =>
  new Map(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [])

const listOf = (value: unknown): readonly JsonValue[] => (Array.isArray(value) ? value : [])
