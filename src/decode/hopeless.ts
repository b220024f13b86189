import { JsonError } from '../json/index.ts'
import type { Issue } from '../types.ts'
import { mayBeFenced } from './content.ts'
import { Repetition } from './repetition.ts'
import { codeOf } from './strict.ts'

/** Why an answer that has not ended is not worth waiting for. */
export interface Hopeless {
  readonly code: 'invalid_json' | 'schema_mismatch' | 'degenerate' | 'limit'
  readonly issues: readonly Issue[]
}

export type OnInvalid = 'auto' | 'stop' | 'finish'

/** What a judgement of growing arguments needs to know of them. */
export interface Growing {
  readonly issues: readonly Issue[]
  readonly hopelessAtRoot: boolean
  /** The document is read to its end. */
  readonly ended: boolean
}

/**
 * Decides when arguments that are still growing are to be given up: see `onInvalid` and `limits` in the options.
 *
 * Never for what the strict end mends without loss: the check raises no issue for it, and a code fence is waited for.
 */
export class Watch {
  /** Set once, and then for good. */
  hopeless: Hopeless | undefined
  readonly #mode: OnInvalid
  readonly #repetition = new Repetition()

  constructor(mode: OnInvalid) {
    this.#mode = mode
  }

  /** The check has raised an issue. One that shows at the end saves nothing, and the usage comes behind it. */
  issue({ issues, hopelessAtRoot, ended }: Growing): void {
    if (ended) return
    if (this.#mode === 'stop' || (this.#mode === 'auto' && hopelessAtRoot))
      this.#give({ code: 'schema_mismatch', issues })
  }

  /** The parser has refused the text. */
  refused(error: unknown, text: string): void {
    if (!(error instanceof JsonError)) throw error
    const { message } = error
    const code = codeOf(error)
    if (code === 'invalid_json' && (this.#mode === 'finish' || mayBeFenced(text))) return
    this.#give({ code, issues: [{ path: [], code: error.code, message }] })
  }

  /** More has come. */
  grew(delta: string): void {
    if (this.#mode === 'finish') return
    const period = this.#repetition.feed(delta)
    if (period !== undefined)
      this.#give({ code: 'degenerate', issues: [{ path: [], code: 'repetition', message: repeated(period) }] })
  }

  #give(hopeless: Hopeless): void {
    this.hopeless ??= hopeless
  }
}

const repeated = (period: number): string =>
  `the same ${period === 1 ? 'character' : `${period} characters`} came over and over`

/** What is longer than its limit, parsed or not. */
export const tooLong = (length: number): Hopeless => ({
  code: 'limit',
  issues: [{ path: [], code: 'length', message: `the answer is longer than the limit of ${length} characters` }],
})
