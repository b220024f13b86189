/** Hex digits of a hash: 128 bits. */
const digits = 32

/** The beginning of a SHA-256 in hexadecimal that somebody else has made. */
export const beginningOf = (sha256: string): string => sha256.slice(0, digits)

/** A hash of the text: the beginning of its SHA-256, in hexadecimal. */
export const hashOf = async (text: string): Promise<string> => {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  let hex = ''
  for (let i = 0; i < digits / 2; i++) hex += bytes[i]!.toString(16).padStart(2, '0')
  return hex
}
