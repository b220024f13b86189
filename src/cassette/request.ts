import { unescape as unescapeLeniently } from 'node:querystring'
import type { RecordedHeaders } from './interaction.ts'

/** A request on its way, in the terms that a recording is matched and written by. */
export interface SentRequest {
  readonly method: string
  readonly url: string
  readonly body: string
  readonly headers: Headers
  readonly signal: AbortSignal | undefined
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads what `fetch` would send for these arguments; a `Request` stays usable.
 *
 * @throws TypeError for an invalid URL, and for a body that is no string, `Uint8Array` or `URLSearchParams` or is not UTF-8
 */
export async function readRequest(
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit | undefined,
): Promise<SentRequest> {
  const request = input instanceof Request ? input : undefined
  const url = request?.url ?? String(input)
  if (!URL.canParse(url)) throw new TypeError(`Cannot fetch '${url}': the URL must be absolute`)
  return {
    method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
    url,
    // No await where none is needed: requests claim their recordings in the order in which they were made.
    body: init?.body != null || !request?.body ? bodyText(init?.body) : bodyText(await bytesOf(request)),
    headers: new Headers(init?.headers ?? request?.headers),
    signal: init?.signal ?? request?.signal,
  }
}

const bytesOf = async (request: Request): Promise<Uint8Array> => new Uint8Array(await request.clone().arrayBuffer())

function bodyText(body: unknown): string {
  if (body === undefined || body === null) return ''
  if (body instanceof URLSearchParams) return body.toString()
  // Through UTF-8, as on the wire, where a lone surrogate becomes U+FFFD.
  if (typeof body === 'string') return utf8.decode(new TextEncoder().encode(body))
  if (!(body instanceof Uint8Array)) {
    throw new TypeError('Cannot fetch through a cassette: the body must be a string, a Uint8Array or URLSearchParams')
  }
  try {
    return utf8.decode(body)
  } catch {
    throw new TypeError('Cannot fetch through a cassette: a Uint8Array body must be UTF-8 text')
  }
}

/** The header names whose values may stand in a file. An allow-list: what a service adds tomorrow stays out. */
const kept = {
  request: /^(?:accept|content-type|user-agent)$/,
  response: /^(?:content-type|retry-after|x-request-id|x-ratelimit-.+)$/,
}

/** The headers that may stand in a file, named as Go names them and sorted; undefined when none may. */
export function keptHeaders(headers: Headers, of: 'request' | 'response'): RecordedHeaders | undefined {
  const entries = [...headers].filter(([name]) => kept[of].test(name))
  if (entries.length === 0) return undefined
  return Object.fromEntries(entries.map(([name, value]) => [goName(name), [value]]))
}

/** `x-request-id` is `X-Request-Id` in Go. `Headers` iterates sorted by name, and so do Go's maps in YAML. */
const goName = (name: string): string => name.replace(/(^|-)[a-z]/g, start => start.toUpperCase())

const keyLike =
  /(?:^|[-_.]|api|access|auth|subscription)(?:key|token|secret|sig|signature|password|credential|authorization|auth|code)$/i

/** The URL without what may hold a key (user, password, key-like query parameters) and without its fragment. */
export function publicUrl(url: string): string {
  const bare = new URL(url)
  bare.username = bare.password = bare.hash = ''
  for (const name of new Set(bare.searchParams.keys())) {
    if (keyLike.test(name)) bare.searchParams.delete(name)
  }
  return bare.href
}

/** The values that `publicUrl` takes away. */
export function privatePartsOf(url: string): string[] {
  const { username, password, searchParams } = new URL(url)
  const values = [...searchParams].flatMap(([name, value]) => (keyLike.test(name) ? [value] : []))
  return [unescapeLeniently(username), unescapeLeniently(password), ...values]
}
