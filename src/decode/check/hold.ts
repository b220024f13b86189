import type { Place } from './place.ts'
import { after, living, type Trial } from './trial.ts'

/** Whether a container is not to be shown yet. In what has closed nothing is waited for but what is wrong. */
export const waits = (place: Place<Trial>, closed = false): boolean => {
  if (closed ? place.typed && place.invalid : place.typed || place.whole) return true
  for (let trial = living(place); trial !== undefined; trial = after(trial)) {
    if (trial.rule.first.some(key => !place.came?.has(key) && (!closed || place.odd?.has(key)))) return true
  }
  return place.spoilt
}

/** A value has closed: what was held back until it has come need not wait any longer. */
export const release = (place: Place<Trial>): void => {
  const { parent, key, invalid, unsettled } = place
  if (place.held) {
    place.held = waits(place, true)
    if (place.held) place.hide()
  }
  if (!parent?.held || invalid || unsettled) return
  parent.came ??= new Set()
  parent.came.add(key!)
  parent.held = waits(parent)
}
