/** The candidate that a misspelt word most likely meant, or undefined. */
export const nearest = (word: string, candidates: readonly string[]): string | undefined => {
  for (const edits of [0, 1, 2]) {
    const found = candidates.find(each => edits < each.length && isWithin(edits, each, word))
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether so many edits make one word of the other, a swap of neighbours counted as one. */
const isWithin = (edits: number, a: string, b: string): boolean => {
  if (a === b) return true
  if (a[0] === b[0]) return isWithin(edits, a.slice(1), b.slice(1))
  const may = (fromA: number, fromB: number): boolean => isWithin(edits - 1, a.slice(fromA), b.slice(fromB))
  return edits > 0 && (may(1, 0) || may(0, 1) || may(1, 1) || (a[0] === b[1] && a[1] === b[0] && may(2, 2)))
}
