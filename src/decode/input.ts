import { createJsonParser, type JsonValue } from '../json/index.ts'
import type { Declaration } from '../schema/index.ts'
import type { Issue } from '../types.ts'
import { type CompiledCheck, compileCheck } from './check/index.ts'

type Declared = Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper'>

/** A declaration is compiled once, however often it is asked for. */
const checks = new WeakMap<object, CompiledCheck>()

export const checkOf = ({ canonical, wrapper }: Declared): CompiledCheck => {
  let check = checks.get(canonical)
  if (check === undefined) {
    check = compileCheck(canonical, wrapper)
    checks.set(canonical, check)
  }
  return check
}

/**
 * A whole answer as the user's schema takes it: with the dates, bigints, Maps, Sets and URLs for which strings and lists
 * stand in it. What is wrong stays the JSON that it is, and `issues` say so: the schema knows of no JSON there.
 *
 * @param json what stands under the wrapper, where there is one.
 */
export const reviveInput = (
  json: JsonValue | undefined,
  declaration: Declared,
): { input: unknown; issues: readonly Issue[] } => {
  const check = checkOf(declaration)
  if (!check.revives || json === undefined) return { input: json, issues: [] }
  const checker = check.start()
  const parser = createJsonParser({
    // The text was within the limits when it came.
    maxDepth: Infinity,
    maxLength: Infinity,
    follower: {
      open: (parent: ReturnType<typeof checker.open> | undefined, key, kind) => checker.open(parent, key, kind),
      grows: () => false,
      key: (place, key, repeated) => checker.key(place, key, repeated),
      grow: (place, piece) => checker.grow(place, piece),
      revive: (place, value) => checker.revive(place, value),
      close: (place, value, path) => checker.close(place, value, path),
    },
  })
  const { wrapper } = declaration
  parser.feed(JSON.stringify(wrapper === undefined ? json : { [wrapper]: json }))
  const value = parser.finish()
  return {
    input: wrapper === undefined ? value : (value as { [key: string]: JsonValue })[wrapper],
    issues: checker.issues,
  }
}

/** The user's own schema has the last word on a document. */
export const validateJson = async <O>(
  json: JsonValue | undefined,
  declaration: Declared & Pick<Declaration<unknown, O>, 'validate'>,
): Promise<{ value: O } | { issues: readonly Issue[]; cause?: unknown }> => {
  const { input, issues } = reviveInput(json, declaration)
  const validated = await declaration.validate(input)
  return 'issues' in validated ? { ...validated, issues: joined(issues, validated.issues) } : validated
}

/** What the check has seen in the place of what the schema says of the same value, or of one around it. */
const joined = (seen: readonly Issue[], said: readonly Issue[]): readonly Issue[] =>
  seen.length === 0
    ? said
    : [...seen, ...said.filter(({ path }) => !seen.some(each => path.every((step, at) => step === each.path[at])))]
