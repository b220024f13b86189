import type { JsonValue } from './types.ts'

export type Members = { [key: string]: JsonValue }

/**
 * A shallow copy of an object, own `__proto__` included. `shape` is any small number that objects of one shape have in
 * common: how many keys they have.
 *
 * V8 remembers the shapes it has copied per place in the code, four at most, and copies any other shape at a fifth of
 * the speed. An object that grows goes through a shape per key, so each number of keys gets a place of its own.
 */
export const copyMembers = (members: Members, shape: number): Members => places[shape & 15]!(members)

const places: ((members: Members) => Members)[] = [
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
  members => ({ ...members }),
]
