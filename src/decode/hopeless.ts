import { JsonError, type JsonValue } from '../json/index.ts'
import type { Declaration } from '../schema/index.ts'
import type { Issue } from '../types.ts'
import { Repetition } from './repetition.ts'
import { Shape } from './shape.ts'
import { codeOf } from './strict.ts'
import { decoded, isWrapper } from './unwrap.ts'

/** Why an answer that has not ended is not worth waiting for. */
export interface Hopeless {
  readonly code: 'invalid_json' | 'schema_mismatch' | 'degenerate' | 'limit'
  readonly issues: readonly Issue[]
}

export type OnInvalid = 'auto' | 'stop' | 'finish'

/** What a judgement of growing arguments needs to know of them. */
export interface Growing {
  readonly text: string
  readonly issues: readonly Issue[]
  readonly hopelessAtRoot: boolean
}

/**
 * Decides when arguments that are still growing are to be given up: see `onInvalid` and `limits` in the options.
 *
 * Never for what the strict end mends without loss: a wrapper key, JSON encoded twice, a code fence.
 */
export class Watch {
  /** Set once, and then for good. */
  hopeless: Hopeless | undefined
  readonly #declaration: Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper' | 'name'>
  readonly #mode: OnInvalid
  readonly #repetition = new Repetition()
  /** Where strings stand that may hold what should have stood there itself. */
  readonly #encoded = new Set<string>()
  #wrapped: boolean | undefined

  constructor(declaration: Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper' | 'name'>, mode: OnInvalid) {
    this.#declaration = declaration
    this.#mode = mode
  }

  /** @param got what came, in the words of the check. */
  issue(issue: Issue, got: string, growing: Growing): void {
    if (this.#mode === 'finish' || (this.#mode === 'auto' && !growing.hopelessAtRoot)) return
    const { name, canonical, wrapper } = this.#declaration
    const sent = Shape.sent(canonical, wrapper)
    if (this.#wrapped === undefined) {
      const key = firstKey(growing.text)
      this.#wrapped = key !== undefined && isWrapper(key, sent, name)
    }
    if (this.#wrapped) return
    if (got === 'string' && issue.code === 'invalid_type' && mayBeEncoded(shapeAt(Shape.of(canonical), issue.path)))
      this.#encoded.add(JSON.stringify(issue.path))
    else if (!(got === 'string' && issue.path.length === 0 && growing.text.trimStart().startsWith('"')))
      this.#give({ code: 'schema_mismatch', issues: growing.issues })
  }

  /** A value has closed that is not valid. */
  invalid(path: () => Issue['path'], value: JsonValue, growing: Growing): void {
    if (this.#encoded.size === 0) return
    const at = path()
    if (!this.#encoded.delete(JSON.stringify(at))) return
    if (decoded(value, shapeAt(Shape.of(this.#declaration.canonical), at)) === undefined)
      this.#give({ code: 'schema_mismatch', issues: growing.issues })
  }

  /** The parser has refused the text. */
  refused(error: unknown, text: string): void {
    if (!(error instanceof JsonError)) throw error
    const { message } = error
    const code = codeOf(error)
    if (code === 'invalid_json' && (this.#mode === 'finish' || '```'.startsWith(text.trimStart().slice(0, 3)))) return
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

/** The first key of an object that is still being read. */
const firstKey = (text: string): string | undefined => /^\s{0,64}\{\s{0,64}"([^"\\]{0,64})"/.exec(text)?.[1]

const mayBeEncoded = (shape: Shape): boolean =>
  !shape.takes('string') && (shape.takes('object') || shape.takes('array'))

const shapeAt = (shape: Shape, path: Issue['path']): Shape => path.reduce<Shape>((at, step) => at.child(step), shape)
