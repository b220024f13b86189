import { TimeoutError } from '../errors.ts'
import type { Timeouts } from '../types.ts'

export interface ClockLimits {
  readonly firstByte: number
  readonly idle: number
  readonly total: number
}

/** How long a finished answer may still bring usage before we stop listening. */
const grace = 2000

/**
 * Milliseconds for one call. Node's own `fetch` gives up waiting for headers at 300 s, so a plain call that may take
 * longer than that goes over the stream wire (see `extract.ts`).
 */
export const clockLimits = (timeout: number | Timeouts | undefined, streamed: boolean): ClockLimits => {
  const given = typeof timeout === 'number' ? { total: timeout } : (timeout ?? {})
  const total = given.total ?? (streamed ? 600_000 : 240_000)
  return {
    // The headers of a plain answer come when the model is done: only the total counts there, unless asked otherwise.
    firstByte: given.firstByte ?? (streamed ? 60_000 : Infinity),
    idle: given.idle ?? (streamed ? 60_000 : Infinity),
    total,
  }
}

const heldUp =
  'a reader of its events or elements was not read on, and what follows waits for it; read side by side, not in the loop of another, or await the result'

type Phase = 'first_byte' | 'idle' | 'grace'

/**
 * The three clocks of one call in one timer. `onTimeout` gets a `TimeoutError` that names its clock; `onGrace` is called
 * instead when the answer had finished and only the end of the stream is missing.
 *
 * Progress only notes the time; the timer looks at the note when it fires. A stream of ten thousand events sets a
 * handful of timers.
 */
export class Clocks {
  readonly #limits: ClockLimits
  // Not Date.now(): a wall clock that is set back would hold a call open.
  readonly #started = performance.now()
  readonly #onTimeout: (error: TimeoutError) => void
  readonly #onGrace: () => void
  #phase: Phase = 'first_byte'
  #paused = false
  #since = this.#started
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When the timer fires; it looks then whether that is still the deadline. */
  #due = Infinity

  constructor(limits: ClockLimits, onTimeout: (error: TimeoutError) => void, onGrace: () => void) {
    this.#limits = limits
    this.#onTimeout = onTimeout
    this.#onGrace = onGrace
    this.#arm()
  }

  /**
   * The headers are here, or a data event: the idle clock starts anew.
   *
   * @param grew whether the answer is longer now. One that grows after its finish had not finished, and is idle again.
   */
  progress(grew = false): void {
    // What else comes after the finish does not lengthen the grace, or a server that goes on for ever would.
    if (this.#phase === 'grace' && !grew) return
    this.#since = performance.now()
    if (this.#phase !== 'idle') this.#enter('idle')
  }

  /** The answer has finished: from now on a short silence is an end, not a fault. */
  finished(): void {
    if (this.#phase !== 'grace') this.#enter('grace')
  }

  /** A slow reader is no fault of the provider: only the total clock runs until `resume`. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#enter(this.#phase)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** Whole milliseconds since the call began. */
  get elapsed(): number {
    return Math.floor(performance.now() - this.#started)
  }

  #enter(phase: Phase): void {
    this.#phase = phase
    this.#since = performance.now()
    this.#arm()
  }

  #deadline(): number {
    const total = this.#started + this.#limits.total
    if (this.#paused) return total
    const limit = this.#phase === 'grace' ? grace : this.#phase === 'idle' ? this.#limits.idle : this.#limits.firstByte
    return Math.min(total, this.#since + limit)
  }

  #arm(): void {
    const deadline = this.#deadline()
    if (deadline >= this.#due) return
    clearTimeout(this.#timer)
    this.#due = Infinity
    const wait = Math.ceil(deadline - performance.now())
    // A longer delay than 2^31 - 1 ms fires at once (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args).
    if (wait > 2_147_483_647) return
    this.#due = deadline
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, wait))
  }

  #fire(): void {
    this.#due = Infinity
    if (this.#deadline() > performance.now()) this.#arm()
    else if (this.#phase === 'grace') this.#onGrace()
    else this.#onTimeout(this.#timeout())
  }

  #timeout(): TimeoutError {
    const spent = performance.now() >= this.#started + this.#limits.total
    const clock = spent || this.#phase === 'grace' ? 'total' : this.#phase
    const [option, limit, what] = {
      first_byte: ['firstByte', this.#limits.firstByte, 'No response headers came'] as const,
      idle: ['idle', this.#limits.idle, 'No data event came'] as const,
      total: ['total', this.#limits.total, 'The call did not end'] as const,
    }[clock]
    const why = this.#paused ? heldUp : `raise timeout.${option}`
    return new TimeoutError(`${what} within ${limit} ms: ${why}`, clock)
  }
}
