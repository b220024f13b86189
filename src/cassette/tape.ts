import { CassetteError } from '../errors.ts'
import type { Interaction } from './interaction.ts'
import { type Difference, differences, type Key, keyOf, sameKey } from './match.ts'
import type { SentRequest } from './request.ts'

/** Differences shown of the nearest interaction, and characters shown of each value. */
const shownDifferences = 8
const shownCharacters = 60

/** The interactions of a cassette in replay, each given out once. */
export class Tape {
  readonly interactions: readonly Interaction[]
  readonly #path: string
  readonly #keys: readonly Key[]
  readonly #used = new Set<Interaction>()

  constructor(path: string, interactions: readonly Interaction[]) {
    this.#path = path
    this.interactions = interactions
    this.#keys = interactions.map(({ request }) => keyOf(request))
  }

  get unused(): readonly Interaction[] {
    return this.interactions.filter(interaction => !this.#used.has(interaction))
  }

  /**
   * Gives out the first unused interaction that matches. Synchronous, so that of two equal requests in flight each
   * gets its own.
   *
   * @param redact applied to everything the message quotes
   * @throws CassetteError `no_match` with the difference to the nearest interaction
   */
  claim(sent: SentRequest, redact: (text: string) => string): Interaction {
    const key = keyOf(sent)
    const matching = this.interactions.filter((_, index) => sameKey(this.#keys[index]!, key))
    const free = matching.find(interaction => !this.#used.has(interaction))
    if (free) {
      this.#used.add(free)
      return free
    }
    throw new CassetteError(this.#problem(key, matching, redact), 'no_match')
  }

  #problem(sent: Key, matching: readonly Interaction[], redact: (text: string) => string): string {
    const action = `Cannot replay ${sent.method} ${redact(sent.url)} from cassette '${this.#path}'`
    const ids = (list: readonly Interaction[]) => list.map(({ id }) => id).join(', ')
    if (matching.length > 0) {
      return (
        `${action}: every recording of this request is used (interaction ${ids(matching)}). ` +
        `Send it only as often as it was recorded, or record again.`
      )
    }
    if (this.interactions.length === 0) return `${action}: it holds no interaction. Record again.`

    const ranked = this.#keys.map((key, index) => ({ index, found: differences(key, sent) }))
    const nearest = ranked.reduce((best, each) => (distance(each.found) < distance(best.found) ? each : best))
    const shown = nearest.found
      .slice(0, shownDifferences)
      .map(difference => `\n  ${differenceText(difference, redact)}`)
    const more = nearest.found.length - shown.length
    return (
      `${action}: no recorded request is equal to it (${this.interactions.length} recorded, ` +
      `used: ${[...this.#used].map(({ id }) => id).join(', ') || 'none'}). ` +
      `The nearest, interaction ${this.interactions[nearest.index]!.id}, differs at:${shown.join('')}` +
      `${more > 0 ? `\n  and at ${more} more` : ''}\n` +
      `Set these options as they were when it was recorded, or record again.`
    )
  }
}

/** A request to another endpoint is further away than any other body. */
const distance = (found: readonly Difference[]): number =>
  found.reduce((sum, { path }) => sum + (path === 'method' || path === 'url' ? 1e6 : 1), 0)

function differenceText({ path, ...sides }: Difference, redact: (text: string) => string): string {
  // Redacted before it is cut: half a secret is no longer found.
  const text = (side: 'recorded' | 'sent') => (side in sides ? redact(JSON.stringify(sides[side])) : undefined)
  const recorded = text('recorded')
  const sent = text('sent')
  const from = firstDifference(recorded ?? '', sent ?? '')
  const shown = (side: string, value: string | undefined) =>
    value === undefined ? `not ${side}` : `${side} ${cut(value, from)}`
  return `${path}: ${shown('recorded', recorded)}, ${shown('sent', sent)}`
}

function firstDifference(a: string, b: string): number {
  let index = 0
  while (index < a.length && a[index] === b[index]) index++
  return index
}

/** The part of the text around `from`, with a little of what stands before it. */
function cut(text: string, from: number): string {
  const start = from < shownCharacters / 2 ? 0 : from - shownCharacters / 4
  const end = start + shownCharacters
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`
}
