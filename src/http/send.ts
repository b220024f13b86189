import { orAbort, platformSignal, type Stop } from '../abort.ts'
import { isComposite } from '../composite.ts'
import { StreamError } from '../errors.ts'
import { parsed } from '../text.ts'
import { apiError } from './failure.ts'
import { networkError } from './network.ts'
import { redact } from './redact.ts'

/** An error body is read up to here, in bytes. */
const maxErrorBody = 64 * 1024
/** And so long, in milliseconds: the status alone says enough. */
const maxErrorWait = 2000

export interface Sending {
  readonly provider: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly fetch: typeof globalThis.fetch
  readonly signal: Stop
  /** Values that must not appear in any message. */
  readonly secrets: readonly string[]
}

/**
 * Posts the body and returns a 2xx response with a body to read.
 *
 * @throws APIError for any other status, StreamError `network` when no response comes and `malformed` when what `fetch`
 * gives is none, TimeoutError `first_byte` when `fetch` itself gives up waiting, the signal's reason on abort.
 */
export const send = async (sending: Sending): Promise<Response> => {
  const { signal, secrets } = sending
  signal.throwIfAborted()
  const response = await post(sending).catch(error => {
    if (signal.aborted) throw signal.reason
    // Its status is not told, as in browsers.
    if (isRedirect(error)) throw failed(sending, { status: 0, headers: new Headers() }, notFollowed)
    throw networkError(error, `Cannot reach ${sending.provider}`, 'first_byte', secrets)
  })
  checkResponse(response)
  if (response.ok && response.body !== null) return response
  const text = await readStart(response, signal)
  throw failed(sending, response, statusHint(response) ?? parsed(text) ?? text)
}

const failed = (
  { provider, secrets, url }: Sending,
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  body: unknown,
): ReturnType<typeof apiError> =>
  apiError({ provider, status, headers, body, secrets, requestId: requestIdOf(headers, secrets), url })

/**
 * An API has no reason to redirect a POST; following one could carry the key to another origin.
 *
 * Node's `fetch` copies a request and splits its body in two, for a redirect or a login that may come, unless it knows that
 * neither will (https://fetch.spec.whatwg.org/#http-network-or-cache-fetch, step 8.2): a sixth of all its work.
 */
const initOf = ({ fetch, headers, body, signal: stop }: Sending): RequestInit => {
  const signal = platformSignal(stop)
  return isNode(fetch)
    ? { method: 'POST', headers, body, signal, redirect: 'error', window: null }
    : { method: 'POST', headers, body, signal, redirect: 'manual' }
}

const isNode = (fetch: unknown): boolean =>
  fetch === globalThis.fetch &&
  (globalThis as { process?: { versions?: { undici?: string } } }).process?.versions?.undici !== undefined

const post = async (sending: Sending): Promise<Response> => {
  const { fetch, url, signal } = sending
  // Resolved: a fetch without types may return what is no promise.
  const response = Promise.resolve(fetch(url, initOf(sending)))
  try {
    return await orAbort(response, signal)
  } catch (error) {
    // A fetch that ignores its signal may still get a response: nobody will read it, so its socket must be freed.
    response.then(late => late.body?.cancel()).catch(() => {})
    throw error
  }
}

const isRedirect = (error: unknown): boolean =>
  (error as { cause?: { message?: unknown } } | null)?.cause?.message === 'unexpected redirect'

/** A fetch of the caller's own may return anything: another library's response, one that was read already, nothing. */
const checkResponse = (response: Partial<Response> | null | undefined): void => {
  const odd = oddity(response)
  if (odd === undefined) return
  throw new StreamError(`Cannot read what fetch returned: ${odd}`, 'malformed', { retryable: false })
}

const oddity = (response: Partial<Response> | null | undefined): string | undefined => {
  if (!isComposite(response)) return `${response === null ? null : typeof response}, not a Response`
  const { headers, body } = response
  if (typeof headers?.get !== 'function') return 'a response without Headers'
  if (body === null) return undefined
  if (typeof body?.getReader !== 'function')
    return 'a response whose body is no ReadableStream (node-fetch is not supported)'
  return body.locked ? 'a response whose body is being read already' : undefined
}

/** A gateway may echo any header in it, so it is redacted as well. */
export const requestIdOf = (headers: Headers, secrets: readonly string[] = []): string | undefined => {
  const id = headers.get('x-request-id') ?? headers.get('request-id')
  return id === null ? undefined : redact(id, secrets)
}

const statusHint = ({ ok, status }: Response): string | undefined => {
  if (ok) return 'no body came with it'
  // Browsers show a redirect that is not followed as status 0.
  const redirect = status === 0 || (status >= 300 && status < 400)
  return redirect ? notFollowed : undefined
}

const notFollowed = 'a redirect, which is not followed: check the base URL'

const readStart = async (response: Response, signal: Stop): Promise<string> => {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const stop = (): void => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', stop)
  const timer = setTimeout(stop, maxErrorWait)
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  try {
    while (size < maxErrorBody) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.length
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    // The status alone says enough; a broken error body must not hide it.
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    stop()
  }
  signal.throwIfAborted()
  return text
}
