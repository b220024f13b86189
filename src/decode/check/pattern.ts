/**
 * A schema's pattern, or nothing for one that is not to be run: it is no expression in the flag `u` that JSON Schema
 * means, or it may take exponential time, as a repeated group does that holds a repetition or a choice.
 * What is not run here is still run by the user's own schema, at the end.
 */
export const regularExpression = (source: unknown): RegExp | undefined => {
  const text = String(source)
  if (repeatsRepetition.test(text)) return undefined
  try {
    return new RegExp(text, 'u')
  } catch {
    return undefined
  }
}

/** Errs on the safe side: it does not look which bracket closes which. */
const repeatsRepetition = /\(.*(?:[*+|]|\{\d+,).*\)(?:[*+]|\{\d+,)/s
