/** Hex digits of a hash: 128 bits. */
const digits = 32

/** A hash of the text: the beginning of its SHA-256, in hexadecimal. */
export const hashOf = async (text: string): Promise<string> => {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  let hex = ''
  for (let i = 0; i < digits / 2; i++) hex += bytes[i]!.toString(16).padStart(2, '0')
  return hex
}

/**
 * The text that a record is known by where there is no key.
 *
 * @throws TypeError for a record that JSON cannot tell from another.
 */
export const textOf = (record: unknown, index: number): string => {
  try {
    const text = JSON.stringify(record, onlyData)
    if (text !== undefined) return text
  } catch (cause) {
    throw unknown(index, (cause as Error).message.split('\n')[0]!, cause)
  }
  throw unknown(index, `it is ${typeof record}`)
}

const onlyData = (_: string, value: unknown): unknown => {
  if (typeof value === 'function') throw new TypeError('it holds a function')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const proto = Object.getPrototypeOf(value)
  if (proto === null || Object.getPrototypeOf(proto) === null) return value
  throw new TypeError(`it holds a ${value.constructor?.name || 'class instance'}`)
}

const unknown = (index: number, why: string, cause?: unknown): TypeError =>
  new TypeError(`Cannot tell record ${index} from others by its JSON (${why}): give the key option`, { cause })
