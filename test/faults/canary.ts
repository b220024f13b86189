import { inspect } from 'node:util'

/** A key of no known shape, so that it is found by value or not at all. */
export const canary = 'c4n4ry+Kanarienvogel/7d1f0b9e5a'

/** As it was given, and as it may have been written on the way. */
const forms: readonly string[] = [
  canary,
  encodeURIComponent(canary),
  Buffer.from(canary).toString('base64').replace(/=+$/, ''),
  Buffer.from(canary).toString('base64url'),
  Buffer.from(canary).toString('hex'),
]

/** Every place in these values where the canary shows, by whatever a program may do to print them. */
export const leaks = (values: readonly unknown[]): string[] => {
  const found = new Set<string>()
  const look = (where: string, text: string): void => {
    if (forms.some(form => text.includes(form))) found.add(`${where}: ${excerpt(text)}`)
  }
  const seen = new Set<object>()
  const visit = (value: unknown, where: string, depth: number): void => {
    if (typeof value === 'string') look(where, value)
    if (typeof value !== 'object' || value === null || seen.has(value) || depth > 12) return
    seen.add(value)
    if (value instanceof Headers) for (const [name, text] of value) look(`${where}.${name}`, text)
    // Everything, enumerable or not: a debugger and a crash reporter read it all.
    for (const key of Reflect.ownKeys(value)) {
      look(where, String(key))
      visit(Object.getOwnPropertyDescriptor(value, key)?.value, `${where}.${String(key)}`, depth + 1)
    }
  }
  for (const [i, value] of values.entries()) {
    visit(value, `${i}`, 0)
    look(`inspect ${i}`, inspect(value, { depth: 12, showHidden: true }))
    look(`json ${i}`, jsonOf(value))
  }
  return [...found]
}

const jsonOf = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    // Too deep: `visit` has been there.
    return ''
  }
}

const excerpt = (text: string): string => {
  const at = Math.max(0, ...forms.map(form => text.indexOf(form)))
  return text.slice(Math.max(0, at - 60), at + 60)
}
