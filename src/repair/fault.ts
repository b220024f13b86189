import type { OutputError } from '../errors.ts'
import type { Issue } from '../types.ts'

/** An answer that came whole and is not what was asked for. */
export interface Fault {
  readonly code: OutputError['code']
  readonly issues: readonly Issue[]
  /** The value that was refused, where the text held one. */
  readonly input?: unknown
  /** What the model wrote, where it is part of no turn. */
  readonly generation?: string
  /** What the user's own schema threw: no fault of the model's, so it is not shown to it. */
  readonly cause?: unknown
}
