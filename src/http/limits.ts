import { orAbort, type Stop } from '../abort.ts'
import { charactersPerToken } from '../budget.ts'
import { APIError } from '../errors.ts'
import type { Usage } from '../types.ts'
import { headroomOf, waitFor } from './headroom.ts'
import { type Entry, Window } from './window.ts'

/** Most in any 60 seconds. */
interface Limit {
  readonly rpm?: number | undefined
  readonly tpm?: number | undefined
}

/** Tokens of an answer, before one has come. */
const firstGuess = 500
/** How much the newest answer weighs in what the next one is thought to be. */
const weight = 0.1
/** Milliseconds; whoever asks for a longer pause than this is asked again after it. */
const longestPause = 60_000
/** Milliseconds, after a 429 that names none. */
const shortPause = 1000

/** A call that was let through and is not over. */
export interface Pass {
  /** @param seen the headers of the answer, or what was thrown. */
  leave(usage: Usage | undefined, seen: unknown): void
}

interface Waiter {
  readonly tokens: number
  readonly sent: number
  admit(pass: Pass): void
}

/**
 * Lets the calls of one provider through. It hangs on the provider, so that all who call it share its limits.
 *
 * 1. Never more than `rpm` calls, nor `tpm` tokens as estimated, in any 60 seconds; of a call that alone is over `tpm`, as
 *    many as fit are counted.
 * 2. First come, first through.
 * 3. A 429 pauses all for as long as it says, and halves how many run at once: one time for all that were on their way.
 *    As many answers as may run at once allow one more.
 */
export class Limiter {
  readonly #provider: string
  readonly #limits = new Set<Limit>()
  readonly #window = new Window()
  readonly #queue: Waiter[] = []
  #running = 0
  #width = Infinity
  #answers = 0
  #halvedAt = -Infinity
  #pause = { until: -Infinity, reason: '' }
  #timer: ReturnType<typeof setTimeout> | undefined
  #output = firstGuess
  /** Real tokens to one that is estimated from characters. */
  #ratio = 1

  constructor(provider: string) {
    this.#provider = provider
  }

  /** Holds all to this limit as well, until what is returned is called. */
  impose(limit: Limit): () => void {
    this.#limits.add(limit)
    return () => {
      this.#limits.delete(limit)
      this.#pump()
    }
  }

  /** How many calls may run at once; infinite before the first 429. */
  get width(): number {
    return this.#width
  }

  /** What the first in the queue waits for, and for how many milliseconds. */
  get wait(): { readonly reason: string; readonly ms: number } | undefined {
    const first = this.#queue[0]
    if (first === undefined) return undefined
    const now = performance.now()
    const { at, reason } = this.#when(now, first.tokens)
    return at > now && at < Infinity ? { reason, ms: Math.ceil(at - now) } : undefined
  }

  /**
   * Waits for a place; where there is one, no promise is made.
   *
   * @param length of the body, in UTF-16 units.
   * @param mostOutput tokens that the answer may have.
   * @throws the signal's reason.
   */
  enter(length: number, mostOutput: number | undefined, signal: Stop): Pass | Promise<Pass> {
    const sent = length / charactersPerToken
    const tokens = Math.ceil(sent * this.#ratio + Math.min(this.#output, mostOutput ?? Infinity))
    const now = performance.now()
    if (this.#queue.length === 0 && this.#when(now, tokens).at <= now) return this.#admit(now, tokens, sent)
    return this.#wait(tokens, sent, signal)
  }

  async #wait(tokens: number, sent: number, signal: Stop): Promise<Pass> {
    let admitted: Pass | undefined
    let resolve!: (pass: Pass) => void
    const turn = new Promise<Pass>(settle => {
      resolve = settle
    })
    const waiter: Waiter = {
      tokens,
      sent,
      admit(pass) {
        admitted = pass
        resolve(pass)
      },
    }
    this.#queue.push(waiter)
    this.#pump()
    try {
      return await orAbort(turn, signal)
    } catch (error) {
      if (admitted === undefined) this.#queue.splice(this.#queue.indexOf(waiter), 1)
      else admitted.leave({ totalTokens: 0 }, error)
      this.#pump()
      throw error
    }
  }

  #pump(): void {
    clearTimeout(this.#timer)
    for (let waiter = this.#queue[0]; waiter !== undefined; waiter = this.#queue[0]) {
      const now = performance.now()
      const { at } = this.#when(now, waiter.tokens)
      if (at > now) {
        if (at < Infinity) this.#timer = setTimeout(() => this.#pump(), Math.ceil(at - now))
        return
      }
      this.#queue.shift()
      waiter.admit(this.#admit(now, waiter.tokens, waiter.sent))
    }
  }

  /** When a call of so many tokens may go: what holds it up longest decides. */
  #when(now: number, tokens: number): { at: number; reason: string } {
    if (this.#running >= this.#width) return { at: Infinity, reason: 'concurrency' }
    let { until: at, reason } = this.#pause
    const later = (when: number, why: string): void => {
      if (when > at) [at, reason] = [when, why]
    }
    for (const { rpm, tpm } of this.#limits) {
      if (rpm !== undefined) later(this.#window.whenCall(now, rpm), 'rpm')
      if (tpm !== undefined) later(this.#window.whenTokens(now, tokens, tpm), 'tpm')
    }
    return { at, reason }
  }

  #admit(now: number, tokens: number, sent: number): Pass {
    let least = tokens
    for (const { tpm } of this.#limits) if (tpm !== undefined && tpm < least) least = tpm
    const entry = this.#window.add(now, least)
    this.#running++
    let left = false
    return {
      leave: (usage, seen) => {
        if (left) return
        left = true
        this.#running--
        this.#account(entry, sent, usage, seen)
        if (seen instanceof APIError) this.#refused(entry, seen)
        else if (typeof (seen as Headers | undefined)?.get === 'function') this.#answered(seen as Headers)
        if (this.#queue.length > 0) this.#pump()
      },
    }
  }

  #account(entry: Entry, sent: number, usage: Usage | undefined, seen: unknown): void {
    const { inputTokens, outputTokens, totalTokens } = usage ?? {}
    const total = totalTokens ?? (inputTokens ?? 0) + (outputTokens ?? 0)
    if (usage !== undefined) this.#window.correct(entry, total)
    // A call that was refused got no model to work.
    else if (seen instanceof APIError) this.#window.correct(entry, 0)
    if (outputTokens !== undefined) this.#output += weight * (outputTokens - this.#output)
    if (inputTokens !== undefined) this.#ratio += weight * (inputTokens / Math.max(1, sent) - this.#ratio)
  }

  #refused(entry: Entry, error: APIError): void {
    if (error.code !== 'rate_limit') return
    const now = performance.now()
    const ms = Math.min(error.retryAfter ?? shortPause, longestPause)
    this.#hold(now + ms, `${error.status} from ${this.#provider}`)
    if (entry.at <= this.#halvedAt) return
    this.#halvedAt = now
    this.#answers = 0
    this.#width = Math.max(1, Math.floor(Math.min(this.#width, this.#running + 1) / 2))
  }

  #answered(headers: Headers): void {
    if (++this.#answers >= this.#width) {
      this.#answers = 0
      this.#width++
    }
    const now = performance.now()
    for (const [of, wanted] of [
      ['requests', 1],
      ['tokens', this.#output],
    ] as const) {
      const headroom = headroomOf(headers, of)
      const ms = headroom === undefined ? 0 : Math.min(waitFor(headroom, wanted), longestPause)
      if (ms > 0) this.#hold(now + ms, `no ${of} left at ${this.#provider}`)
    }
  }

  #hold(until: number, reason: string): void {
    if (until > this.#pause.until) this.#pause = { until, reason }
  }
}
