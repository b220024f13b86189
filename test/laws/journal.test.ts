import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Fingerprint, type JournalEntry, JournalError } from 'decant'
import { fileJournal, readJournal } from 'decant/node'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Offsets } from '../../src/node/offsets.ts'
import { fewer } from '../json/documents.ts'

const some = fewer(40)
const ours: Fingerprint = { model: 'a/b', schema: '1', prompt: '2', options: '3', validate: '4' }

let folder: string
let files = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'decant-journal-law-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
const newPath = (): string => join(folder, `${files++}.journal`)

/** Few keys, so that they come again; texts with everything that ends a line for somebody, or takes several bytes. */
const entry: fc.Arbitrary<JournalEntry> = fc
  .record({
    key: fc.oneof(fc.integer({ min: 0, max: 9 }).map(String), fc.string({ unit: 'grapheme', minLength: 1 })),
    index: fc.nat(1000),
    text: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\r\n', '\u2028', '\0', 'é', '\ud83d')),
    done: fc.boolean(),
    tries: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ text, done, ...rest }) => {
    const common = { ...rest, calls: [], usage: { totalTokens: 5 } }
    if (done) return { ...common, status: 'done', input: { text } }
    const error = { name: 'E', code: 'e', message: text, retryable: false, issues: [], record: text, text }
    return { ...common, status: 'failed', error }
  })

/** Entries as they come: those of a list at the same time. */
const bursts = fc.array(fc.array(entry, { maxLength: 4 }), { maxLength: 6 })

/** As it would come back from a file. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value))

/** Appends them all; of each, how long the file was when it counted. */
const written = async (path: string, all: readonly (readonly JournalEntry[])[]) => {
  const journal = fileJournal(path)
  await journal.open('test', ours)
  const counted: { entry: JournalEntry; size: number }[] = []
  for (const burst of all) {
    await Promise.all(
      burst.map(async each => {
        await journal.append(each)
        counted.push({ entry: plain(each), size: statSync(path).size })
      }),
    )
  }
  for (const { entry } of counted) expect((await journal.read(entry.key))?.key).toBe(entry.key)
  await journal.close()
  return counted
}

/** Every key with what holds of it: its last entry. */
const lastOf = (entries: readonly JournalEntry[]) => new Map(entries.map(each => [each.key, each]))

describe('Journal', () => {
  test('1. A record counts when its line is on the disk: whatever comes after, it is there', async () => {
    await fc.assert(
      fc.asyncProperty(bursts, fc.double({ min: 0, max: 1, noNaN: true }), async (all, part) => {
        const path = newPath()
        const counted = await written(path, all)
        const { size } = statSync(path)
        const cut = Math.round(part * size)
        truncateSync(path, cut)
        const before = counted.filter(each => each.size <= cut).map(each => each.entry)
        const journal = fileJournal(path)
        await journal.open('test', ours)
        for (const { key } of before) expect(await journal.read(key)).toBeDefined()
        await journal.close()
        const found = [...readJournal(path)]
        for (const each of before) expect(found).toContainEqual(each)
      }),
      some,
    )
  })

  test('2. Torn at any byte, it holds exactly the records whose lines are whole, and goes on from there', async () => {
    await fc.assert(
      fc.asyncProperty(bursts, bursts, fc.double({ min: 0, max: 1, noNaN: true }), async (all, more, part) => {
        const path = newPath()
        await written(path, all)
        const bytes = readFileSync(path)
        const cut = Math.round(part * bytes.length)
        const lines = bytes.subarray(0, cut).toString('utf8').split('\n').slice(1, -1)
        const whole: JournalEntry[] = lines.map(line => JSON.parse(line))
        truncateSync(path, cut)
        const journal = fileJournal(path)
        await journal.open('test', ours)
        for (const burst of all) {
          for (const { key } of burst) expect(await journal.read(key)).toEqual(lastOf(whole).get(key))
        }
        await journal.close()
        expect([...readJournal(path)]).toEqual(whole)
        const counted = await written(path, more)
        expect([...readJournal(path)]).toEqual([...whole, ...counted.map(each => each.entry)])
      }),
      some,
    )
  })

  test('3. One writer, of one extractor: another is refused and changes nothing', async () => {
    const other = fc.record({
      model: fc.constantFrom('a/b', 'a/c'),
      schema: fc.constantFrom('1', '9'),
      prompt: fc.constantFrom('2', '9'),
      options: fc.constantFrom('3', '9'),
      validate: fc.constantFrom('4', '9'),
    })
    await fc.assert(
      fc.asyncProperty(bursts, other, async (all, theirs) => {
        const path = newPath()
        await written(path, all)
        const before = readFileSync(path)
        const outcome = async (print: Fingerprint): Promise<string> => {
          const journal = fileJournal(path)
          try {
            await journal.open('test', print)
          } catch (error) {
            return error instanceof JournalError ? error.code : String(error)
          }
          await journal.close()
          return 'opened'
        }
        const same = JSON.stringify(theirs) === JSON.stringify(ours)
        // A journal without records is anybody's.
        expect(await outcome(theirs)).toBe(same || all.flat().length === 0 ? 'opened' : 'foreign')
        const first = fileJournal(path)
        await first.open('test', ours)
        expect(await outcome(ours)).toBe('locked')
        await first.close()
        expect(await outcome(ours)).toBe('opened')
        // Also where theirs was written into an empty one meanwhile.
        expect(readFileSync(path).equals(before)).toBe(true)
      }),
      some,
    )
  })

  test('4. In memory a key takes at most 16 bytes, and has the offset that was set last', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.nat(2 ** 40 - 2)), { maxLength: 6000 })
    fc.assert(
      fc.property(steps, all => {
        const offsets = new Offsets()
        const expected = new Map<string, number>()
        const keyAt = new Map<number, string>()
        for (const [n, offset] of all) {
          if (keyAt.has(offset)) continue
          const key = `key ${n}`
          keyAt.set(offset, key)
          expected.set(key, offset)
          offsets.set(key, offset, at => keyAt.get(at) === key)
        }
        for (const [key, offset] of expected) expect(offsets.get(key, at => keyAt.get(at) === key)).toBe(offset)
        expect(offsets.get('never', () => false)).toBeUndefined()
        expect(offsets.count).toBe(expected.size)
        // Below its smallest size a table is what it is.
        if (expected.size > 1000) expect(offsets.bytes / expected.size).toBeLessThanOrEqual(16)
      }),
      fewer(20),
    )
  })
})
