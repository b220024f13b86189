import type { At, ElementPath, Item, ValuePath } from '../paths.ts'
import type { Call, Event, Result } from './accounts.ts'
import type { DeepPartial, Output, Schema, Takes } from './schemas.ts'

/**
 * One unstarted or running extraction. Nothing is sent until it is read; every reader shares the one run.
 *
 * - `await extraction`: the output, strictly decoded.
 * - `for await (const partial of extraction)`: typed, immutable, growing snapshots; a failure throws from the loop.
 *
 * It has all that a `Promise` has, so a function may say that it returns one; unlike one it has not begun.
 */
export interface Extraction<I, O> extends Promise<O>, AsyncIterable<DeepPartial<I>, void, void>, AsyncDisposable {
  /** The output with its metadata. */
  result(): Promise<Result<O>>
  /**
   * Everything, in order, lossless: a slow reader slows the socket. Where somebody awaits the output as well, nothing waits
   * for the reader, and of the partials that it has not read yet it gets each attempt's newest.
   */
  events(): AsyncIterable<Event<I>, void, void>
  /**
   * The elements of a list, each once, as it closes and fits the JSON Schema. `path` names the list - `'orders[].items[]'`, by default
   * the root's `'[]'` - and `item` decodes each element by a schema of its own, async ones too; they come in order.
   *
   * Lossless: a slow reader slows the socket; a late one gets those that have closed first. A failure throws from the
   * loop after them. An invalid element is left out, told as an `issue` event, and holds up nothing. What `item` throws
   * is thrown from the loop.
   *
   * An element is final, whatever comes later. After a retry or a repair those that were handed out must come again as they
   * were, and are not handed out again; new ones follow. Where they do not, an `OutputError` lists them in `handedOut`.
   *
   * @throws TypeError for a path that the schema has no list at.
   */
  elements(this: [Item<I>] extends [never] ? never : unknown): AsyncIterable<Item<I>, void, void>
  elements<const P extends string>(path: P & ElementPath<I, P>): AsyncIterable<At<I, P>, void, void>
  elements<const P extends string, const S extends Schema>(
    path: P & ElementPath<I, P>,
    item: S & Takes<S, At<I, P>>,
  ): AsyncIterable<Output<S>, void, void>
  /**
   * How far the value at a path - `'customer'`, `'lines[0].total'`, `''` for the root - has come in this attempt: `absent`,
   * `open` (it may still grow), `complete` (closed, valid, and to change only where a repair asks for this very value, its key
   * comes twice, or a discriminator behind it leaves its union no branch), `invalid`. It is told of the newest text, which a
   * slow loop's partial may not show yet. Costs the length of the path.
   *
   * @throws TypeError for a path that the schema has no place for.
   */
  stateOf<const P extends string>(path: P & ValuePath<I, P>): 'absent' | 'open' | 'complete' | 'invalid'
  /** Whether `stateOf(path)` is `complete`. */
  isComplete<const P extends string>(path: P & ValuePath<I, P>): boolean
  /** Stops the run and the HTTP request. Readers see `reason` itself (default: an `AbortError`). */
  abort(reason?: unknown): void
  /** Which growth the partials belong to, from 1. Readable inside a loop. */
  readonly attempt: number
  /** The live ledger: every HTTP request so far. */
  readonly calls: readonly Call[]
  /** The first request body. Looking sends nothing and decides nothing: until a reader has picked, it is the plain one. */
  readonly request: Readonly<Record<string, unknown>>
}
