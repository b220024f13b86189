import { isComposite } from '../composite.ts'
import { nearest } from '../nearest.ts'
import type { Shape } from './shape.ts'

/** A key, an index, or undefined for every element of a list. */
export type Step = string | number | undefined

/**
 * A path in words, `orders[].items[2]`, as steps that the schema has places for.
 *
 * @param verb what cannot be done with a path that is wrong: `read the elements at`.
 * @throws TypeError that names what is wrong, and what is there.
 */
export const stepsOf = (path: string, shape: Shape, verb: string): Step[] => {
  const refuse = (why: string): never => {
    throw new TypeError(`Cannot ${verb} '${path}': ${why}`)
  }
  if (typeof path !== 'string') return refuse("a path is a string such as 'orders[].items[]'")
  const steps: Step[] = []
  let here = shape
  for (let at = 0; at < path.length; ) {
    const [written, index, dot, key] = /^(?:\[(\d*)\]|(\.?)([^.[\]]+))/.exec(path.slice(at, at + longestKey)) ?? []
    if (written === undefined || (index === undefined && (dot === '.') !== at > 0))
      return refuse(`it goes wrong at '${path.slice(at, at + 20)}'; a path is like 'orders[].items[2].price'`)
    const before = at === 0 ? 'the root' : `'${path.slice(0, at)}'`
    if (index !== undefined) {
      if (!here.isList && !here.free) return refuse(`${before} is no list`)
      steps.push(index === '' ? undefined : Number(index))
      here = here.child(Number(index))
    } else {
      if (!here.owns(key!) && !here.free) {
        const { keys } = here
        const near = nearest(key!, keys)
        const there = keys.length > 0 ? `; there are ${keys.slice(0, 20).join(', ')}` : ''
        return refuse(`${before} has no '${key}'${near === undefined ? there : ` (did you mean '${near}'?)`}`)
      }
      steps.push(key)
      here = here.child(key!)
    }
    at += written.length
  }
  return steps
}

/** A key in a path is no longer than this. */
const longestKey = 1000

/** Whether the steps lead to the place; the indices that stand for every element, when they do. */
export const match = (steps: readonly Step[], path: readonly (string | number)[]): number[] | undefined => {
  if (steps.length !== path.length) return undefined
  const indices: number[] = []
  for (const [i, step] of steps.entries()) {
    const place = path[i]
    if (step === undefined && typeof place === 'number') indices.push(place)
    else if (step !== place) return undefined
  }
  return indices
}

/** What stands at a path of a value; undefined where the value does not reach so far. */
export const valueAt = (value: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce((at: any, key) => (isComposite(at) && Object.hasOwn(at, key) ? at[key] : undefined), value)
