import type { JsonValue } from '../json/index.ts'
import { compileParts, type Declaration } from '../schema/index.ts'
import type { JsonSchema } from '../types.ts'
import type { Fault } from './fault.ts'
import { type Path, type Place, placesOf, sizeOf, startsWith, valueAt } from './places.ts'
import { formatPath, issueLines, wellFormed } from './words.ts'

/** A function that asks for what is wrong in a document and for nothing else. */
export interface Patch {
  readonly declaration: Declaration<unknown, unknown>
  /** By the name of the property that changes it. */
  readonly places: ReadonlyMap<string, Place>
  /** What the model is told. */
  readonly message: string
  /** Characters of the answer, about. */
  readonly size: number
}

type Declared = Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper'>

/** Characters for what does not stand there yet. */
const unknownSize = 40

/**
 * The patch that may mend a document, or undefined where its issues do not say what is to be changed.
 *
 * @param kept what must stay as it is.
 */
export const patchOf = (
  fault: Pick<Fault, 'code' | 'issues'>,
  document: JsonValue,
  { canonical, wrapper }: Declared,
  kept?: readonly Path[],
): Patch | undefined => {
  const found = placesOf(fault.issues, document, canonical, kept)
  if (found === undefined) return undefined
  const places = new Map(found.map((place, i) => [`p${i + 1}`, place]))
  const where = ({ path }: Place): string => formatPath(wrapper === undefined ? path : [wrapper, ...path])
  const entries = [...places]
  const settable = entries.filter(([, { edit }]) => edit !== 'drop')
  const removable = entries.filter(([, { removable }]) => removable)
  const properties: Record<string, JsonSchema> = Object.fromEntries(
    settable.map(([name, place]) => [name, described(place, where(place))]),
  )
  if (removable.length > 0) {
    const dropped = removable.flatMap(([name, place]) =>
      place.edit === 'drop' ? [`${name} is ${where(place)}, which has no place`] : [],
    )
    properties.remove = {
      type: 'array',
      description: ['what is to be left out', ...dropped].join('; '),
      items: { type: 'string', enum: removable.map(([name]) => name) },
    }
  }
  const required = settable.filter(([, { faulty, removable }]) => faulty && !removable).map(([name]) => name)
  const lines = [
    'The arguments do not fit the schema:',
    ...issueLines({ ...fault, input: document }, wrapper),
    ...found.flatMap(place => (isContainer(place) ? [`${where(place)} is ${quoted(place)}`] : [])),
    "Call 'repair' with values for what is wrong; all else stays as it is.",
  ]
  return {
    places,
    message: lines.join('\n'),
    declaration: compileParts(
      canonical,
      { type: 'object', properties, ...(required.length > 0 && { required }) },
      { name: 'repair', description: 'Puts values in the place of wrong ones.' },
    ),
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

const quoted = ({ value }: Place): string => wellFormed(JSON.stringify(value))

/**
 * The document with the patch put in. What stands at no place of the patch stays the same object.
 *
 * @param answer the arguments of the patch's function, whatever the model has made of them.
 */
export const applyPatch = (document: JsonValue, { places }: Patch, answer: unknown): JsonValue => {
  const given = valuesOf(answer)
  const removed = listOf(given.get('remove'))
  const chosen = [...places].map(([name, place]) => ({ ...place, gone: removed.includes(name), now: given.get(name) }))
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

/** Whether two failures are the same in all that the model is told of them. */
export const sameFault = (a: Fault | undefined, b: Fault): boolean =>
  a !== undefined && a.code === b.code && said(a) === said(b)

const said = (fault: Fault): string => issueLines(fault).join('\n')

/** What was kept and is wrong all the same. */
export const wrongIn = (kept: readonly Path[], { issues }: Pick<Fault, 'issues'>): readonly Path[] =>
  kept.filter(path => issues.some(issue => startsWith(issue.path, path)))
