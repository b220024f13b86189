import { Abort, follow, orAbort } from './abort.ts'
import { Channel } from './channel.ts'
import type { Context } from './context.ts'
import { type Step, stepsOf } from './decode/path.ts'
import { Shape } from './decode/shape.ts'
import type { PathState } from './decode/view.ts'
import { Ledger } from './ledger.ts'
import { askingOf, requestOf } from './modes.ts'
import type { Plan } from './plan.ts'
import { messagesOf } from './prompt.ts'
import { bodyOf } from './request.ts'
import { run } from './run.ts'
import { validatorOf } from './schema/index.ts'
import type { Call, DeepPartial, Event, Extraction, Message, Prompt, Result, Schema } from './types.ts'

/** Node's own `fetch` gives up waiting for headers after this (undici's `headersTimeout`), which a plain answer may need. */
const platformHeadersLimit = 300_000

/**
 * One run, whoever reads it.
 *
 * 1. Nothing is sent before the first touch; an Extraction that nobody touches holds no timer, listener or promise.
 * 2. The wire is picked one microtask after the first touch: streamed when a streaming reader is among those who touched.
 * 3. One request serves all readers, also late ones.
 * 4. When no reader and no promise is left before the end, the request is aborted and later touches reject.
 */
export class LazyExtraction<I, O> implements Extraction<I, O> {
  readonly #plan: Plan<I, O>
  readonly #messages: readonly Message[]
  readonly #ledger: Ledger
  readonly #channel: Channel<I>
  readonly #abort = new Abort()
  #shape: Shape | undefined
  #streamed: boolean | undefined
  #readsStream = false
  #promised = false
  #done: Promise<Result<O>> | undefined

  /** @throws TypeError for what is no prompt. */
  constructor(plan: Plan<I, O>, prompt: Prompt) {
    this.#plan = plan
    this.#messages = messagesOf(prompt, plan.options.instructions)
    this.#ledger = new Ledger(plan.options)
    const { onEvent } = plan.options
    this.#channel = new Channel<I>(onEvent && (event => onEvent(event, this)), () => this.#left())
  }

  then<A = O, B = never>(
    onfulfilled?: ((output: O) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result()
      .then(({ output }) => output)
      .then(onfulfilled, onrejected)
  }

  catch<R = never>(onrejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<O | R> {
    return this.then(undefined, onrejected)
  }

  finally(onfinally?: (() => void) | null): Promise<O> {
    return this.then().finally(onfinally)
  }

  result(): Promise<Result<O>> {
    this.#promised = true
    this.#channel.hurry()
    // A promise of its own for every caller: whoever drops it hears of an unhandled failure, others do not.
    return this.#touch().then(result => result)
  }

  [Symbol.asyncIterator](): AsyncIterator<DeepPartial<I>, void, void> {
    return this.#channel.readPartials(() => this.#touchStream())
  }

  events(): AsyncIterable<Event<I>, void, void> {
    return { [Symbol.asyncIterator]: () => this.#channel.readEvents(() => this.#touchStream()) }
  }

  elements(path = '[]', item?: Schema): AsyncIterable<any, void, void> {
    const steps = this.#steps(path, 'read the elements at')
    if (steps.at(-1) !== undefined || steps.length === 0)
      throw new TypeError(`Cannot read the elements at '${path}': the path of a list's elements ends with '[]'`)
    const validate = item && validatorOf(item)
    // A schema that never settles must not outlive an abort.
    const decode = validate && ((value: unknown) => orAbort(validate(value), this.#abort))
    return {
      [Symbol.asyncIterator]: () => this.#channel.readElements(() => this.#touchStream(), steps, decode),
    }
  }

  isComplete(path: string): boolean {
    return this.stateOf(path) === 'complete'
  }

  stateOf(path: string): PathState {
    const steps = this.#steps(path, 'tell of')
    if (steps.includes(undefined))
      throw new TypeError(`Cannot tell of '${path}': a value has one place, so every list needs an index`)
    return this.#channel.stateOf(steps as (string | number)[])
  }

  #steps(path: string, verb: string): Step[] {
    this.#shape ??= Shape.of(this.#plan.declaration.canonical)
    return stepsOf(path, this.#shape, verb)
  }

  abort(reason: unknown = new DOMException('The extraction was aborted', 'AbortError')): void {
    if (this.#channel.end === undefined) this.#abort.abort(reason)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort()
    await this.#done?.catch(() => {})
  }

  get [Symbol.toStringTag](): string {
    return 'Extraction'
  }

  get attempt(): number {
    return this.#channel.attempt
  }

  get calls(): readonly Call[] {
    return this.#ledger.calls
  }

  get request(): Readonly<Record<string, unknown>> {
    const plan = this.#plan
    const streamed = this.#streamed ?? this.#pickWire()
    const { asking } = askingOf(plan)
    return bodyOf(plan, requestOf(plan, asking, this.#messages, plan.maxSteps <= 1, streamed))
  }

  #touchStream(): void {
    this.#readsStream = true
    void this.#touch()
  }

  #touch(): Promise<Result<O>> {
    if (this.#done === undefined) {
      this.#done = Promise.resolve().then(() => this.#run())
      // Readers of the stream get the failure from their loop; here nobody may be listening.
      this.#done.catch(() => {})
    }
    return this.#done
  }

  async #run(): Promise<Result<O>> {
    const { signal: outer } = this.#plan.options
    const stop = (): void => this.abort(outer?.reason)
    if (outer?.aborted) stop()
    const leave = outer && follow(outer, stop)
    this.#streamed = this.#pickWire()
    try {
      this.#abort.throwIfAborted()
      const result = await run(this.#context(this.#streamed))
      this.#channel.close(false)
      return result
    } catch (error) {
      const { aborted } = this.#abort
      this.#channel.emit({ type: 'error', attempt: this.attempt, error, aborted })
      this.#channel.close(true, error)
      throw error
    } finally {
      leave?.()
    }
  }

  #context(streamed: boolean): Context<I, O> {
    return {
      plan: this.#plan,
      messages: this.#messages,
      channel: this.#channel,
      ledger: this.#ledger,
      signal: this.#abort,
      streamed,
    }
  }

  #pickWire(): boolean {
    const { stream, timeout, reasoning } = this.#plan.options
    if (stream !== undefined) return stream
    const total = typeof timeout === 'number' ? timeout : timeout?.total
    return this.#readsStream || reasoning !== undefined || (total ?? 0) > platformHeadersLimit
  }

  #left(): void {
    if (this.#promised || this.#channel.readers > 0 || this.#done === undefined) return
    this.abort(new DOMException('The extraction was aborted: its last reader left before the end', 'AbortError'))
  }
}
