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
 * The text without any key: known secrets by value (also base64-, URL- and JSON-encoded; providers echo keys in error
 * bodies), unknown ones by shape, either also inside of what base64 hides. A secret of fewer than four characters is a word
 * like any other and stays.
 */
export const redact = (text: string, secrets: readonly string[]): string => {
  const forms = allFormsOf(secrets)
  const clean = (dirty: string): string => {
    let text = dirty
    for (const form of forms) text = text.replaceAll(form, '[redacted]')
    for (const shape of shapes) text = text.replace(shape, '[redacted]')
    return text
  }
  return clean(text).replace(base64Run, run => {
    // Other characters may stand in front, so it may begin at each of four places.
    const hides = [0, 1, 2, 3].some(start => {
      const hidden = fromBase64(run.slice(start))
      return clean(hidden) !== hidden
    })
    return hides ? '[redacted]' : run
  })
}

/** The secrets of one call are asked for more than once; what is known of them goes with them. */
const known = new WeakMap<readonly string[], readonly string[]>()

/** The longest first: a secret that another one begins with would leave that one's rest behind. */
const allFormsOf = (secrets: readonly string[]): readonly string[] => {
  let forms = known.get(secrets)
  if (forms === undefined) {
    forms = secrets.flatMap(formsOf).sort((a, b) => b.length - a.length)
    known.set(secrets, forms)
  }
  return forms
}

const utf8 = new TextDecoder()

const fromBase64 = (text: string): string => {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/')
  // One character beyond the fours holds no byte, and atob would throw.
  const bytes = atob(plain.slice(0, plain.length % 4 === 1 ? -1 : undefined))
  return /[^ -~]/.test(bytes) ? utf8.decode(Uint8Array.from(bytes, byte => byte.charCodeAt(0))) : bytes
}

const formsOf = (given: string): string[] => {
  // As it travels in a header: without the line end that a key file leaves behind. What is no text came from a caller
  // without types; this is the last place to throw at it.
  const secret = typeof given === 'string' ? given.trim() : ''
  if (secret.length < 4) return []
  const bytes = new TextEncoder().encode(secret)
  // Unpadded, so that it is found with padding and without.
  const base64 = btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join('')).replace(/=+$/, '')
  const base64url = base64.replaceAll('+', '-').replaceAll('/', '_')
  // Not encodeURIComponent(secret): it throws at half a surrogate pair, and an error must not hide another.
  const url = encodeURIComponent(new TextDecoder().decode(bytes))
  const form = new URLSearchParams({ '': secret }).toString().slice(1)
  return [secret, base64, base64url, url, form, JSON.stringify(secret).slice(1, -1)]
}

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
