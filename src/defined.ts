/** The object without the keys under which nothing stands: what is not said is left out, of a request as of a result. */
export const defined = <T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } => {
  const said: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(object)) if (value !== undefined) said[key] = value
  return said as any
}
