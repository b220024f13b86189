import { argumentGrowth } from './argument-growth.ts'
import { argumentText } from './argument-text.ts'
import { argumentValues } from './argument-values.ts'
import { bodies } from './bodies.ts'
import { callContent } from './call-content.ts'
import { callIdentity } from './call-identity.ts'
import { chunks } from './chunks.ts'
import { framing } from './framing.ts'
import { refusals } from './refusals.ts'
import { statuses } from './statuses.ts'

/** Every row of the catalogue of faults that a single call can meet. */
export const scenarios = [
  framing,
  bodies,
  chunks,
  callIdentity,
  callContent,
  argumentText,
  argumentValues,
  argumentGrowth,
  statuses,
  refusals,
].flat()
