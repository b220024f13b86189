import { isComposite } from '../composite.ts'
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
  if (!isComposite(value) || Array.isArray(value)) return value
  const proto = Object.getPrototypeOf(value)
  if (proto === null || Object.getPrototypeOf(proto) === null) return value
  throw new TypeError(`it holds a ${value.constructor?.name || 'class instance'}`)
}

const unknown = (index: number, why: string, cause?: unknown): TypeError =>
  new TypeError(`Cannot tell record ${index} from others by its JSON (${why}): give the key option`, { cause })
