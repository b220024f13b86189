/** The object without the keys under which nothing stands: what is not said is left out, of a request as of a result. */
export const defined = <T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } => {
  const said: Record<string, unknown> = {}
  for (const key in object) if (object[key] !== undefined) said[key] = object[key]
  return said as any
}
