import { isComposite } from '../composite.ts'
import type { Issue } from '../types.ts'

/** An issue as a schema library reports it. */
export interface RawIssue {
  readonly code?: unknown
  readonly type?: unknown
  readonly message?: unknown
  readonly path?: readonly unknown[] | undefined
  /** Zod 4: one list of issues for each branch of a union, their paths relative to the union. */
  readonly errors?: readonly (readonly RawIssue[])[] | undefined
  /** Zod 3: the same, their paths absolute. */
  readonly unionErrors?: readonly { readonly issues: readonly RawIssue[] }[] | undefined
}

/** A library may name every key that it does not know, in characters. */
const longestMessage = 500

/** A library's issues as ours, those of unions narrowed to the branch that was meant. */
export const issuesOf = (raw: readonly RawIssue[]): Issue[] => raw.flatMap(issue => flatten(issue, []))

/** What a user's own code threw while it looked at the value. */
export function thrown(error: unknown): Issue {
  const { message } = Object(error) as { message?: unknown }
  const text = typeof message === 'string' ? message : typeof error === 'string' ? error : 'a value that is no error'
  return { path: [], code: 'threw', message: text.slice(0, 200) }
}

function flatten(raw: RawIssue, base: Issue['path']): Issue[] {
  // Array.from, since ArkType's path is an Array of its own kind whose `map` makes another of that kind, with a 0 in it.
  const path = [...base, ...Array.from(raw.path ?? [], segment)]
  const branches = [
    ...(raw.errors ?? []).map(issues => issues.flatMap(issue => flatten(issue, path))),
    ...(raw.unionErrors ?? []).map(({ issues }) => issues.flatMap(issue => flatten(issue, base))),
  ]
  const best = branches.filter(branch => reached(branch, path)).sort(byNearness(path))[0]
  if (best !== undefined) return best
  const messages = [...new Set(branches.flat().map(issue => issue.message))]
  const message = messages.length > 0 ? messages.join('; or ') : messageOf(raw)
  return [{ path, code: codeOf(raw), message: message.slice(0, longestMessage) }]
}

/** Whether the value was of the branch's kind at all: none of its issues is about the value itself. */
const reached = (branch: readonly Issue[], path: Issue['path']): boolean =>
  branch.length > 0 && branch.every(issue => issue.path.length > path.length)

/** Nearest first: no literal directly inside is wrong (it tells branches apart), then the deepest, then the fewest issues. */
const byNearness =
  (path: Issue['path']) =>
  (a: readonly Issue[], b: readonly Issue[]): number =>
    wrongLiterals(a, path) - wrongLiterals(b, path) || depth(b) - depth(a) || a.length - b.length

const literalCodes = new Set(['invalid_value', 'invalid_literal', 'invalid_enum_value'])

const wrongLiterals = (branch: readonly Issue[], path: Issue['path']): number =>
  branch.filter(issue => issue.path.length === path.length + 1 && literalCodes.has(issue.code)).length

const depth = (branch: readonly Issue[]): number => Math.max(...branch.map(issue => issue.path.length))

/** Standard Schema lets a path hold keys or `{ key }`; a symbol becomes its text. */
const segment = (raw: unknown): string | number => {
  const key = isComposite(raw) && 'key' in raw ? raw.key : raw
  return typeof key === 'number' ? key : String(key)
}

const codeOf = ({ code, type }: RawIssue): string =>
  typeof code === 'string' ? code : typeof type === 'string' ? type : 'invalid'

/** Zod 4 without a locale says `Invalid input` of everything; what it knows stands in the issue's other fields. */
function messageOf({ message, code: _, path: __, ...fields }: RawIssue): string {
  const text = typeof message === 'string' ? message : 'Invalid input'
  if (text !== 'Invalid input') return text
  const known = Object.entries(fields).flatMap(([field, value]) => {
    const shown = told.has(field) ? JSON.stringify(value) : undefined
    return shown === undefined ? [] : [`${field} ${shown}`]
  })
  return [text, ...(known.length > 0 ? [known.join(', ')] : [])].join(': ')
}

const told = new Set(['expected', 'values', 'minimum', 'maximum', 'format', 'divisor', 'keys', 'discriminator'])
