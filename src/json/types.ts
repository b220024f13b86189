/** Any JSON value. Read-only: closed branches are shared by every later snapshot. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

export type JsonPath = (string | number)[]

/** Where the parser stops with an error, so that no text can make it hang or fill the memory. `Infinity` lifts a limit. */
export interface JsonLimits {
  /** Containers open at once. Default 128. */
  readonly maxDepth?: number | undefined
  /** Blanks in a row outside strings. Default 4,096. */
  readonly maxBlankRun?: number | undefined
  /** UTF-16 units of text in all. Default 16,777,216. */
  readonly maxLength?: number | undefined
}

/**
 * Follows the parse, value by value. `N` is the follower's own idea of a place in the document: a schema node, say.
 * What a follower throws ends the parse, as a syntax error does.
 */
export interface JsonFollower<N> {
  /** A value begins, `key` (or index) in `parent`; both are undefined at the root. What it returns is the value's node. */
  open(parent: N | undefined, key: string | number | undefined, kind: JsonKind): N
  /**
   * Asked as a value opens: may it be shown at all? An object is shown as if the key of a hidden value had not come, a
   * list up to it. `close` is told of the value all the same; it and `finish` hand out containers as they are shown.
   */
  shows?(node: N): boolean
  /**
   * Asked as a container that may be shown opens, whenever a child of it has closed, and after `close`, until the answer is
   * no: is it to be held back yet? What is still held when it has closed is never shown.
   */
  holds?(node: N): boolean
  /**
   * Asked when a value that is shown only whole - a number, a literal, a string that must not grow - has been read to its
   * end and nothing of it was shown yet: may it be shown? It has the last word, before `close`.
   */
  judge?(node: N, value: JsonValue): boolean
  /** Asked once as a string value opens: may it be shown while it grows? If not, it is shown only whole. */
  grows(node: N): boolean
  /** A key of the object `node` was read, at its closing quote; `repeated` if the object has had it before. */
  key?(node: N, key: string, repeated: boolean): void
  /** The open string `node` goes on with these characters, whether or not it is shown. No piece ends inside a surrogate pair. */
  grow?(node: N, piece: string): void
  /**
   * Asked when a container has closed, and when a string has been read that is shown only whole, before `close`: what is to
   * stand in its place in snapshots and in `finish`; undefined for the value itself.
   */
  revive?(node: N, value: JsonValue): unknown
  /**
   * The value will not change again. A container is the very object that snapshots show from now on.
   * `path` builds the place of the value, and is for use during the call only.
   */
  close(node: N, value: JsonValue, path: () => JsonPath): void
}

export interface JsonOptions<N> extends JsonLimits {
  readonly follower?: JsonFollower<N> | undefined
  /** Half a surrogate pair becomes U+FFFD, in keys too; without it, it stays, as in `JSON.parse`. Default false. */
  readonly wellFormed?: boolean | undefined
}

/** An odd thing that `JSON.parse` takes without a word. */
export interface JsonWarning {
  /**
   * `duplicate_key`: the last one won, in the place of the first. `unsafe_integer`: digits beyond the exact range of a
   * number. `non_finite`: a number that became `Infinity`.
   */
  readonly code: 'duplicate_key' | 'unsafe_integer' | 'non_finite'
  readonly path: JsonPath
  /** Where the key or number begins, in UTF-16 units from 0. */
  readonly position: number
}

export interface JsonParser {
  /**
   * Reads the next piece of the text.
   * @throws {JsonError} once the text can no longer be JSON, and the same error from then on.
   */
  feed(text: string): void
  /**
   * The end of the text: the whole value.
   * @throws {JsonError} `unexpected_end` if the text was cut, or the error that `feed` threw.
   */
  finish(): JsonValue
  /**
   * The present snapshot; undefined while there is nothing to show. It never changes: later values share every branch
   * in which nothing happened. After an error it holds all that was good.
   */
  readonly value: JsonValue | undefined
  /** The root value has closed, and nothing wrong came after it. A number at the root closes only at a blank or at `finish()`. */
  readonly complete: boolean
  /**
   * How far the value at a path has come: `absent` is also what snapshots do not show, `complete` will not change again.
   * Costs time in proportion to the depth, and takes no snapshot.
   */
  stateOf(path: readonly (string | number)[]): 'absent' | 'open' | 'complete'
  /** UTF-16 units read so far; after an error, those before the offending one. */
  readonly length: number
  readonly warnings: readonly JsonWarning[]
}
