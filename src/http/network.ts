import { CassetteError, ExtractError, StreamError, TimeoutError } from '../errors.ts'
import { redact } from './redact.ts'

/** Errors of certificates, or of a server that speaks no TLS: they do not go away by trying again. */
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|INVALID_CA|HOSTNAME_MISMATCH|ERR_SSL|EPROTO/

/** Nor does a header that cannot be sent, which each platform's `fetch` puts into words of its own. */
const unsendable = /header|ByteString|ISO-8859-1/i

/** Node's `fetch` gives up by itself after 300 s of silence (undici's headersTimeout and bodyTimeout). */
const platformTimeout = /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/

/** No connection came about. */
const unreached = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/

/** Whether the request cannot have come to the provider. */
export const isUnsent = (error: ExtractError): boolean => {
  if (error instanceof CassetteError) return true
  const { code } = (error.cause ?? {}) as { code?: unknown }
  return typeof code === 'string' && (unreached.test(code) || certificate.test(code))
}

/**
 * The typed error for what `fetch` or a body threw: a `TimeoutError` of the clock when the platform lost its patience, else
 * a `StreamError` `network`. An error of the family comes from a fetch of our own, such as a cassette, and stays as it is.
 *
 * @param what begins the message.
 */
export const networkError = (
  error: unknown,
  what: string,
  clock: 'first_byte' | 'idle',
  secrets: readonly string[],
): ExtractError => {
  if (error instanceof ExtractError) return error
  const outer =
    error instanceof Error ? error : new Error(typeof error === 'object' ? 'no Error was thrown' : String(error))
  const inner = outer.cause instanceof Error ? outer.cause : outer
  const code = 'code' in inner ? redact(String(inner.code), secrets) : ''
  const words = redact(inner.message || code || outer.message, secrets)
  // Errors of other fetch libraries hold the whole request, key included (axios/axios#6919): only name and words go on.
  const cause = Object.assign(new Error(words), {
    name: redact(String(inner.name), secrets),
    ...(code !== '' && { code }),
  })
  if (platformTimeout.test(code) || inner.name === 'TimeoutError') {
    return new TimeoutError(`${what}: fetch itself gave up waiting (${words})`, clock, { cause })
  }
  const lasting = certificate.test(code) || (inner instanceof TypeError && unsendable.test(words))
  return new StreamError(`${what}: ${words}`, 'network', { cause, retryable: !lasting })
}
