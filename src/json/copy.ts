import type { JsonValue } from './types.ts'

export type Members = { [key: string]: JsonValue }

/** Parser 5. Assignment to `__proto__` would run the setter of `Object.prototype`. */
export const put = <V>(members: { [key: string]: V }, key: string | number, child: V): void => {
  if (key !== '__proto__') members[key] = child
  else Object.defineProperty(members, key, { value: child, enumerable: true, configurable: true, writable: true })
}

/**
 * A shallow copy of an object, own `__proto__` included. `shape` is a small number that objects of one shape have in
 * common: how many keys they have.
 *
 * V8 remembers what shapes a place in the code has copied, four at most, and copies any other at a quarter of the speed.
 * An object that grows goes through a shape per key, so each number of keys has a place of its own.
 */
export const copyMembers = (members: Members, shape: number): Members => {
  switch (shape & 15) {
    case 0:
      return { ...members }
    case 1:
      return { ...members }
    case 2:
      return { ...members }
    case 3:
      return { ...members }
    case 4:
      return { ...members }
    case 5:
      return { ...members }
    case 6:
      return { ...members }
    case 7:
      return { ...members }
    case 8:
      return { ...members }
    case 9:
      return { ...members }
    case 10:
      return { ...members }
    case 11:
      return { ...members }
    case 12:
      return { ...members }
    case 13:
      return { ...members }
    case 14:
      return { ...members }
    default:
      return { ...members }
  }
}
