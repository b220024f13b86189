/**
 * The first candidate that a provider takes as a function's name (`^[a-zA-Z0-9_-]{1,64}$`) once accents are gone, runs of
 * other characters are an underscore each and the end is cut; `extract` when none holds a letter or digit.
 */
export function functionName(candidates: readonly unknown[]): string {
  for (const candidate of candidates) {
    if (typeof candidate !== 'string') continue
    const name = candidate
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[^a-zA-Z0-9_-]+/g, '_')
      .slice(0, 64)
    if (/[a-zA-Z0-9]/.test(name)) return name
  }
  return 'extract'
}
