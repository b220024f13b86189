import { isComposite } from '../composite.ts'
import { type Members, put } from '../json/copy.ts'
import { JsonError, type JsonValue } from '../json/index.ts'
import type { Issue } from '../types.ts'
import { type Reading, readJson } from './read.ts'
import { isObject, type Shape } from './shape.ts'

/** Keys that models put around the arguments by mistake. */
const wrapperKeys: ReadonlySet<string> = new Set(['arguments', 'parameters', 'properties', 'input', 'args'])

/** Whether models put this key around the arguments, and the schema itself has no place for it. */
export const isWrapper = (key: string, shape: () => Shape, name: string | undefined): boolean =>
  (wrapperKeys.has(key) || key === name) && !shape().owns(key)

/** Takes off one key around the whole value, where the schema itself has no place for it. */
export const unwrapKey = (reading: Reading, shape: Shape, name: string): Reading => {
  const { value, notes } = reading
  if (!isObject(value)) return reading
  const [key, ...others] = Object.keys(value)
  if (key === undefined || others.length > 0 || !isWrapper(key, () => shape, name)) return reading
  const inner = decoded(value[key]!, shape) ?? { value: value[key]!, notes: [] }
  if (!isObject(inner.value)) return reading
  const wrapped: Issue = {
    path: [],
    code: 'wrapped',
    message: `the answer was wrapped in '${key}', which was taken off`,
  }
  return {
    value: inner.value,
    notes: [...notes.map(note => ({ ...note, path: note.path.slice(1) })), wrapped, ...inner.notes],
  }
}

/** Decodes JSON that was encoded twice, wherever the schema wants an object or a list and no string. */
export const unwrapEncoded = ({ value, notes }: Reading, shape: Shape): Reading => {
  const found: Issue[] = []
  const path: (string | number)[] = []
  const visit = (each: JsonValue, at: Shape): JsonValue => {
    const inner = decoded(each, at)
    for (const note of inner?.notes ?? []) found.push({ ...note, path: [...path, ...note.path] })
    const plain = inner?.value ?? each
    if (!isComposite(plain)) return plain
    for (const key of Array.isArray(plain) ? plain.keys() : Object.keys(plain)) {
      path.push(key)
      const members = plain as Members
      const child = members[key]!
      const now = visit(child, at.child(key))
      if (now !== child) put(members, key, now)
      path.pop()
    }
    return plain
  }
  return { value: visit(value, shape), notes: [...notes, ...found] }
}

/** What the string holds, when it is the JSON of an object or a list that should have stood here itself. */
export const decoded = (value: JsonValue, shape: Shape): Reading | undefined => {
  if (typeof value !== 'string' || shape.takes('string')) return undefined
  const first = value.trimStart()[0]
  if (!((first === '{' && shape.takes('object')) || (first === '[' && shape.takes('array')))) return undefined
  const read = readJson(value)
  if (read instanceof JsonError) return undefined
  const twice: Issue = { path: [], code: 'encoded_twice', message: 'JSON was encoded twice and has been decoded' }
  return { value: read.value, notes: [twice, ...read.notes] }
}
