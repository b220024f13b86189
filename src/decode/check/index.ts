import type { JsonSchema } from '../../types.ts'
import { Shape } from '../shape.ts'
import { Checker } from './checker.ts'
import { compileRule } from './compile.ts'
import { type CheckListener, Report } from './report.ts'

export type { Checker, CheckListener }

/** A canonical schema, ready to check any number of documents. */
export interface CompiledCheck {
  /** Whether a document may hold what JSON has no word for: a Date, a bigint, a Map, a Set, a URL. */
  readonly revives: boolean
  /** @param name of the function: models put it around the whole. */
  start(listener?: CheckListener, name?: string): Checker
}

/**
 * Compiles a schema - draft 2020-12 as plain JSON data, references local - into a check that runs while a text is parsed.
 *
 * Costs time in proportion to the schema, once.
 *
 * @param wrapper the key that holds the document on the wire; issues name places inside of it.
 */
export const compileCheck = (canonical: JsonSchema, wrapper?: string): CompiledCheck => {
  const { rule, revives } = compileRule(canonical, wrapper)
  let shape: Shape | undefined
  const sent = () => {
    shape ??= Shape.sent(canonical, wrapper)
    return shape
  }
  return {
    revives,
    start: (listener = {}, name) => new Checker(rule, new Report(listener, { wrapper, name, shape: sent })),
  }
}

/**
 * Compiles a schema that has the last word: nothing is left to a schema of the user's, nor to the strict end to unwrap.
 * Strings are counted and matched in code points, and matched at any length up to `longestMatched`.
 */
export const compileExact = (document: JsonSchema): (() => Checker) => {
  const { rule } = compileRule(document, undefined, true)
  return () => new Checker(rule, new Report())
}
