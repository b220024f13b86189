import { JournalError } from '../errors.ts'
import { beginningOf, hashOf } from '../hash.ts'
import type { Buyer } from './buyer.ts'
import { textOf } from './key.ts'
import type { ExtractAllOptions, Journal, JournalEntry, Place, RecordItem } from './types.ts'

/** A record with what it is known by, and a hash of it where its key is not one already. */
export interface Named<A> {
  readonly place: Place<A>
  readonly content?: string
}

/** Tells records apart, and knows which of them the journal has: of a key one record is worked on at a time. */
export class Keeper<A, I, O> {
  readonly #buyer: Buyer<A, I, O>
  readonly #options: ExtractAllOptions<A>
  readonly #busy = new Map<string, Promise<unknown>>()

  constructor(buyer: Buyer<A, I, O>, options: ExtractAllOptions<A>) {
    this.#buyer = buyer
    this.#options = options
  }

  /**
   * At once where nothing is to be hashed, or the journal hashes it.
   *
   * @throws TypeError for a key that is none, and for a record without one that JSON cannot tell from others.
   */
  name(record: A, index: number): Named<A> | Promise<Named<A>> {
    const { key, journal } = this.#options
    if (key === undefined) {
      const named = (key: string): Named<A> => ({ place: { key, index, record } })
      return journal === undefined ? named(String(index)) : hashed(textOf(record, index), journal, named)
    }
    const given: unknown = key(record, index)
    if (typeof given !== 'string' || given === '') {
      throw new TypeError(
        `Cannot tell record ${index} by its key: key() returned ${given === '' ? `''` : `a ${typeof given}`}, not a string`,
      )
    }
    const place = { key: given, index, record }
    const text = journal && contentOf(record, index)
    return text === undefined ? { place } : hashed(text, journal!, content => ({ place, content }))
  }

  /** Does the work when no other record of the key is being worked on. */
  async alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    for (let other = this.#busy.get(key); other !== undefined; other = this.#busy.get(key)) await other
    const working = work()
    this.#busy.set(
      key,
      working.catch(() => {}),
    )
    return working.finally(() => this.#busy.delete(key))
  }

  /** The item of a record that the journal has, or whose key it has for another one; otherwise which try it is now. */
  async find({ place, content }: Named<A>): Promise<{ item: RecordItem<A, O> } | { tries: number }> {
    const { journal, retryFailed = false } = this.#options
    const entry = await journal?.read(place.key)
    if (entry === undefined) return { tries: 1 }
    if (isAnother(entry, place.index, content)) {
      return {
        item: { ...place, kept: false, calls: [], usage: {}, cost: 0, status: 'failed', error: conflict(place, entry) },
      }
    }
    const item = await this.#buyer.kept(entry, place, retryFailed)
    return item === undefined ? { tries: entry.tries + 1 } : { item }
  }

  /** A record counts from here on. */
  async note(entry: () => JournalEntry, { content }: Named<A>): Promise<void> {
    await this.#options.journal?.append({ ...entry(), ...(content !== undefined && { content }) })
  }
}

/** A record in the same place is the same one with a slip mended: that is what keys are for. */
const isAnother = (entry: JournalEntry, index: number, content: string | undefined): boolean =>
  entry.index !== index && entry.content !== undefined && content !== undefined && entry.content !== content

const conflict = ({ key, index }: Place<unknown>, entry: JournalEntry): JournalError =>
  new JournalError(
    `Cannot tell the record at index ${index} by its key '${key}': the one at index ${entry.index} has it and is another one; give each record a key of its own, or take another journal if the records have changed`,
    'key_conflict',
  )

const hashed = <T>(text: string, { sha256 }: Journal, use: (hash: string) => T): T | Promise<T> =>
  sha256 === undefined ? hashOf(text).then(use) : use(beginningOf(sha256(text)))

/** What JSON cannot tell is known by its key alone. */
const contentOf = (record: unknown, index: number): string | undefined => {
  try {
    return textOf(record, index)
  } catch {
    return undefined
  }
}
