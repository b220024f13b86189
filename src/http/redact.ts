import { encodeUtf8 } from '../text.ts'

/**
 * Shapes of keys: OpenAI, OpenRouter and Anthropic `sk-`, xAI `xai-`, Groq `gsk_`, Cerebras `csk-`, Perplexity `pplx-`,
 * NVIDIA `nvapi-`, Google `AIza`, also half hidden by stars; bearer values, JSON web tokens, user and password of a URL.
 */
const shapes = [
  /\b(?:c?sk|xai|gsk|pplx|nvapi|pk|rk)[-_][A-Za-z0-9_*-]{12,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\bBearer +[A-Za-z0-9._~+/-]{8,}=*/gi,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}/g,
  /(?<=:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/g,
]

/** Longer than most words; a header such as `x-error-json` holds a whole error like this. */
const base64Run = /[A-Za-z0-9+/_-]{16,}/g

/**
 * The text without any key: known secrets by value, however a server writes them (base64; the escapes of URLs, JSON and
 * pages; in capitals: providers echo keys in error bodies), unknown ones by shape, either also inside of what base64 hides.
 * A secret of fewer than four characters is a word like any other and stays.
 */
export const redact = (text: string, secrets: readonly string[]): string => {
  const known = patternOf(secrets)
  const holdsKey = (text: string): boolean =>
    (known !== undefined && text.search(known) >= 0) || shapes.some(shape => text.search(shape) >= 0)
  const clean = (dirty: string): string => {
    let text = known === undefined ? dirty : dirty.replace(known, '[redacted]')
    for (const shape of shapes) text = text.replace(shape, '[redacted]')
    return text
  }
  return (holdsKey(text) ? clean(text) : text).replace(base64Run, run => {
    const plain = run.replaceAll('-', '+').replaceAll('_', '/')
    // Other characters may stand in front, so it may begin at each of four places. No key goes on behind a line end.
    const hidden = [0, 1, 2, 3].map(start => fromBase64(plain.slice(start), known)).join('\n')
    return holdsKey(hidden) ? '[redacted]' : run
  })
}

/** That of the last secrets: calls that follow each other have the same. */
let last: { readonly of: string; readonly pattern?: RegExp } = { of: '' }

const patternOf = (given: readonly string[]): RegExp | undefined => {
  // As it travels in a header: without the line end that a key file leaves behind. What is no text came from a caller
  // without types; this is the last place to throw at it.
  const secrets = given.map(each => (typeof each === 'string' ? each.trim() : '')).filter(({ length }) => length >= 4)
  if (secrets.length === 0) return undefined
  const of = secrets.join('\n')
  if (of !== last.of) {
    // The longest first: a secret that another one begins with would leave that one's rest behind.
    secrets.sort((a, b) => b.length - a.length)
    last = { of, pattern: new RegExp(secrets.flatMap(formsOf).join('|'), 'gi') }
  }
  return last.pattern
}

const utf8 = new TextDecoder()
const beyondAscii = /[^ -~]/

const fromBase64 = (text: string, known: RegExp | undefined): string => {
  // One character beyond the fours holds no byte, and atob would throw.
  const bytes = atob(text.slice(0, text.length % 4 === 1 ? -1 : undefined))
  // Most of it is no text at all; what is ASCII is found in the bytes as well.
  const isText = bytes.includes('://') || (known !== undefined && beyondAscii.test(known.source))
  return isText ? utf8.decode(Uint8Array.from(bytes, byte => byte.charCodeAt(0))) : bytes
}

const formsOf = (secret: string): string[] => {
  // Unpadded, so that it is found with padding and without.
  const base64 = btoa(Array.from(encodeUtf8(secret), byte => String.fromCharCode(byte)).join('')).replace(/=+$/, '')
  const base64url = base64.replaceAll('+', '-').replaceAll('/', '_')
  return [secret.replace(/[^a-z\d]/giu, signIn), ...[base64, base64url].map(form => form.replace(/[+/-]/g, '\\$&'))]
}

/** A sign as it is or behind backslashes, as `%2f` (within an URL that is escaped itself `%252f`), `\\u002f`, `&#x2f;` or `&#47;`. */
const signIn = (sign: string): string => {
  const code = sign.codePointAt(0)!
  const plain = sign === ' ' ? '[ +]' : code < 0x80 ? `\\${sign}` : sign
  const url = Array.from(encodeUtf8(sign), byte => `%(?:25){0,2}${hex(byte, 2)}`).join('')
  const json = Array.from(sign.split(''), unit => `\\\\{1,4}u${hex(unit.charCodeAt(0), 4)}`).join('')
  return `(?:\\\\{0,4}${plain}|${url}|${json}|&#(?:x${hex(code)}|${code});)`
}

const hex = (code: number, digits = 0): string => code.toString(16).padStart(digits, '0')

/** The same headers where no value holds a key, else a copy without. */
export const redactHeaders = (headers: Headers, secrets: readonly string[]): Headers => {
  const all = [...headers]
  // No value holds a line end, so one search does for all of them.
  const values = all.map(([, value]) => value).join('\n')
  const clean = redact(values, secrets)
  if (clean === values) return headers
  const each = clean.split('\n')
  return new Headers(all.map(([name], i): [string, string] => [name, each[i]!]))
}
