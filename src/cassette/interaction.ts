/** Header names in Go's form (`Content-Type`), each with its values. */
export type RecordedHeaders = { readonly [name: string]: readonly string[] }

/**
 * A request as the file holds it, key for key. Keys beyond those named here (`proto`, `host`, what other recorders add)
 * are kept and written back.
 */
export interface RecordedRequest {
  readonly [key: string]: unknown
  readonly method: string
  readonly url: string
  readonly body?: string
  readonly headers?: RecordedHeaders
}

/** A response as the file holds it, key for key. */
export interface RecordedResponse {
  readonly [key: string]: unknown
  /** The HTTP status, 200 to 599. */
  readonly code: number
  /** The status line without the protocol, such as `200 OK`. */
  readonly status?: string
  readonly body?: string
  readonly headers?: RecordedHeaders
  /** Byte offsets in `body` at which the network's chunks began, without the first (0). Ours; other readers skip it. */
  readonly chunk_offsets?: readonly number[]
}

/** One request and the response it got. */
export interface Interaction {
  readonly id: number
  readonly request: RecordedRequest
  readonly response: RecordedResponse
}

/** What a cassette file holds. */
export interface Recording {
  /** The lines above the document, verbatim: empty, or `#` comments such as `# scripted: …`. */
  readonly comment: string
  readonly interactions: readonly Interaction[]
}
