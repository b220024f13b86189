/** Shapes of keys: OpenAI and OpenRouter `sk-`, xAI `xai-`, Groq `gsk_`, bearer values, JSON web tokens. */
const shapes = [
  /\b(?:sk|xai|gsk|pk|rk)[-_][A-Za-z0-9_-]{12,}/g,
  /\bBearer +[A-Za-z0-9._~+/-]{8,}=*/gi,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}/g,
]

/**
 * The text without any key: known secrets by value (also base64-, URL- and JSON-encoded; providers echo keys in error
 * bodies), unknown ones by shape. A secret of fewer than four characters is a word like any other and stays.
 */
export const redact = (text: string, secrets: readonly string[]): string => {
  // The longest first: a secret that another one begins with would leave that one's rest behind.
  const forms = secrets.flatMap(formsOf).sort((a, b) => b.length - a.length)
  let clean = text
  for (const form of forms) clean = clean.replaceAll(form, '[redacted]')
  for (const shape of shapes) clean = clean.replace(shape, '[redacted]')
  return clean
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
