import { isComposite } from '../composite.ts'
import type { JsonSchema } from '../types.ts'
import type { RawIssue } from './issues.ts'
import { same } from './walk.ts'

/** A schema library, as much of it as we use. */
export interface Language {
  /** Whether the value is a schema of this library, of whatever copy or version: by structure, never `instanceof`. */
  readonly speaks: (schema: unknown) => boolean
  /** The input side as raw JSON Schema, with `inexpressible` where JSON has no word and `title` on a root that has a name. */
  readonly describe: (schema: any) => JsonSchema
  /** The user's own check, transforms and refinements included, each run once. May throw what user code throws. */
  readonly check: (schema: any, value: unknown) => Promise<Checked>
}

type Checked = { readonly value: unknown } | { readonly issues: readonly RawIssue[] }

/** A schema library's schema may be an object or, as ArkType's, a function. */
export const isObjectLike = (value: unknown): value is Record<string, unknown> =>
  isComposite(value) || typeof value === 'function'

/**
 * Whether two readings of a default gave the same JSON. An id or a date made anew each time would make every request
 * another, so that none is found in a cache or a recording.
 */
export const isSteady = (first: unknown, second: unknown): boolean => !(second instanceof Date) && same(first, second)
