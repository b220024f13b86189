import { isComposite } from '../composite.ts'
import { APIError, OutputError } from '../errors.ts'
import { redact } from './redact.ts'
import { retryAfterOf } from './retry-after.ts'

/** Longest piece of a provider's own words in a message of ours, in characters. */
const maxQuote = 2048

/** What a provider said when it refused: enough to make an `APIError` of. */
export interface Failure {
  readonly provider: string
  readonly status: number
  readonly headers: Headers
  /** The parsed JSON body, or its text. */
  readonly body: unknown
  readonly secrets: readonly string[]
  readonly requestId?: string | undefined
  /** Where the request went; named where a wrong base URL may be the reason. */
  readonly url?: string | undefined
}

/**
 * An `APIError` from an error status, or from an error inside a 200 (OpenRouter, llama.cpp and others put
 * `{"error":{"code","message"}}` into a response or an event whose status has already been sent).
 *
 * An `OutputError` where it is the model that failed: Groq refuses by itself what a model wrote instead of a call, as a 400
 * `tool_use_failed` or `json_validate_failed` that holds it (https://console.groq.com/docs/tool-use).
 */
export const apiError = (failure: Failure): APIError | OutputError => {
  const said = readBody(failure.body)
  const status = failure.status < 200 || failure.status >= 300 ? failure.status : (said.status ?? failure.status)
  const code = codeOf(status, said)
  const retryAfter = retryAfterOf(failure.headers, status)
  // Redacted before anything is cut off: half a key is found by nobody.
  const clean = redact(said.message, failure.secrets)
  const words = htmlWords(clean).slice(0, maxQuote)
  if (/tool_use_failed|json_validate_failed/.test(said.kind)) {
    const code = said.kind.includes('json')
      ? 'invalid_json'
      : /schema|validation/i.test(words)
        ? 'schema_mismatch'
        : 'no_call'
    return new OutputError(`${failure.provider} refused what the model wrote: ${words}`, code, {
      issues: [{ path: [], code, message: words }],
      requestId: failure.requestId,
      text: redact(said.generation, failure.secrets).slice(0, maxQuote),
    })
  }
  const wait = retryAfter ? ` (it asks to wait ${Math.ceil(retryAfter / 1000)} s)` : ''
  const { where, advice } = direction(failure, status, clean)
  return new APIError(
    `${failure.provider} answered${status === 0 ? '' : ` ${status}`}${where}${words && `: ${words}`}${advice}${wait}`,
    code,
    {
      status,
      retryable: shouldRetry(failure.headers, code, status),
      retryAfter,
      requestId: failure.requestId,
    },
  )
}

/** Names the URL where this may be the answer of somebody else. A page with a 5xx is a gateway of the right one. */
const direction = ({ url, secrets }: Failure, status: number, words: string): { where: string; advice: string } => {
  const elsewhere = status === 404 || status === 405 || (isHtml(words) && status < 500)
  if (url === undefined || !elsewhere) return { where: '', advice: '' }
  const model = status === 404 ? ' and the model id' : ''
  return { where: ` for ${redact(bareURL(url), secrets)}`, advice: `; check the base URL${model}` }
}

/** The URL without what may hold a key; empty for a response that tells none. */
export const bareURL = (url: string): string => {
  if (!URL.canParse(url)) return ''
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

interface Said {
  readonly message: string
  readonly kind: string
  readonly status: number | undefined
  /** What the model wrote, where that is what failed. */
  readonly generation: string
}

const readBody = (body: unknown): Said => {
  // Gemini's compatible endpoint puts the one error into a list.
  const [said] = Array.isArray(body) ? body : [body]
  if (!isComposite(said)) {
    return { message: String(said ?? ''), kind: '', status: undefined, generation: '' }
  }
  const { error } = said as { error?: unknown }
  const inner = (isComposite(error) ? error : said) as Record<string, unknown>
  const message = [inner.message, error, inner.detail].find(each => typeof each === 'string')
  const generation = typeof inner.failed_generation === 'string' ? inner.failed_generation : ''
  return {
    // What a model wrote stands in no message.
    message: (message as string | undefined) ?? (generation === '' ? jsonOf(said) : ''),
    kind: [inner.type, inner.code].filter(isWord).join(' ').toLowerCase(),
    status: [inner.status_code, inner.status, inner.code].filter(isWord).map(Number).find(isErrorStatus),
    generation,
  }
}

/** JSON.parse takes any depth, JSON.stringify runs out of stack: then the status alone must do. */
const jsonOf = (value: object): string => {
  try {
    return JSON.stringify(value)
  } catch {
    return ''
  }
}

/** Of an object from the wire not even `toString` can be relied on. */
const isWord = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number'

const isErrorStatus = (value: number): boolean => Number.isInteger(value) && value >= 400 && value < 600

/** Qwen's messages begin with `<400>`. */
const isHtml = (text: string): boolean => /^\s*<[a-z!?]/i.test(text)

/** The words of a text that may be a proxy's HTML page, which says little: its title, or its first 200 characters. */
export const htmlWords = (text: string): string => {
  if (!isHtml(text)) return text
  const start = text.indexOf('<title>')
  const end = text.indexOf('</title>')
  return `an HTML page: ${start >= 0 && end > start ? text.slice(start + 7, end).trim() : text.trim().slice(0, 200)}`
}

/** What OpenAI, Moonshot, DeepSeek and gateways say when waiting will not help. */
const spent = /insufficient_(?!perm)|current_quota|billing/

const codeOf = (status: number, { kind }: Said): APIError['code'] => {
  if (status === 402 || spent.test(kind)) return 'quota'
  if (status === 401 || status === 403) return 'auth'
  if (status === 404) return 'not_found'
  if (status === 429) return 'rate_limit'
  if (status === 408 || status === 409 || status >= 500) return 'upstream'
  if (status < 200 || status >= 300) return 'bad_request'
  // An error inside a 200 that names no status: its type says what it would have been.
  if (/rate_limit|too_many/.test(kind)) return 'rate_limit'
  if (/auth|api_key|permission/.test(kind)) return 'auth'
  return kind.includes('invalid_request') ? 'bad_request' : 'upstream'
}

const shouldRetry = (headers: Headers, code: APIError['code'], status: number): boolean => {
  if (code === 'quota' || code === 'auth') return false
  const advice = headers.get('x-should-retry')
  if (advice === 'true') return true
  if (advice === 'false') return false
  return code === 'rate_limit' || (code === 'upstream' && status !== 501)
}
