import type { Issue } from '../../types.ts'
import type { Place } from './place.ts'
import type { Rule } from './rule.ts'

/** What is lost with a failure: the place as a whole, the child of it that comes next, or nothing that is there. */
type Harm = 'whole' | 'next' | 'none'

/** Something that no continuation can mend. Words are made when it is raised, if ever. */
export class Failure {
  readonly place: Place
  readonly code: string
  /** A rule stands for its kinds or its choices. */
  readonly want: string | Rule
  readonly got: string
  /** The key in `place` that the issue is about, when it is not about the whole of it. */
  readonly key: string | undefined
  readonly harm: Harm

  constructor(place: Place, code: string, want: string | Rule, got = '', key?: string, harm: Harm = 'whole') {
    this.place = place
    this.code = code
    this.want = want
    this.got = got
    this.key = key
    this.harm = harm
  }

  /** In the user's words: `expected number, got string`. */
  issue(path: (string | number)[]): Issue {
    return {
      path: this.key === undefined ? path : [...path, this.key],
      code: this.code,
      message: `expected ${this.words}${this.got && `, got ${this.got}`}`,
    }
  }

  get words(): string {
    return typeof this.want === 'string' ? this.want : this.want.words
  }
}

/** Who is told when a value fails. */
export interface Up {
  /** The document is valid only if all that stands under it holds. */
  readonly sure: boolean
  /** `spoilt` is the place that cannot be mended, when it is another than the failure's. */
  fail(failure: Failure, spoilt?: Place): void
  /** Something in `branch` cannot be judged: unless it fails in the end, it holds perhaps. */
  doubt(branch: Branch): void
}

export interface Branch {
  readonly failure: Failure | undefined
}
