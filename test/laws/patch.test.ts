import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileCheck } from '../../src/decode/check/index.ts'
import { createJsonParser, type JsonValue } from '../../src/json/index.ts'
import * as edits from '../../src/repair/edits.ts'
import { type Patch, patchOf } from '../../src/repair/patch.ts'
import { type Place, startsWith, valueAt } from '../../src/repair/places.ts'
import { compileSchema } from '../../src/schema/index.ts'
import { any, type Declared, type Path, placesOf, schemaOf } from '../decode/declarations.ts'
import { law, members } from '../json/documents.ts'

const some = { ...law, numRuns: 250 }

const replaced = (at: JsonValue, [key, ...rest]: Path, value: JsonValue | undefined): JsonValue => {
  if (key === undefined) return value!
  const inner = (each: JsonValue): JsonValue | undefined => (rest.length === 0 ? value : replaced(each, rest, value))
  if (Array.isArray(at)) return at.map((each, i) => (i === key ? inner(each)! : each))
  const entries = members(at as { [key: string]: JsonValue }).flatMap(([name, each]): [string, JsonValue][] => {
    const now = name === key ? inner(each) : each
    return now === undefined ? [] : [[name, now]]
  })
  return Object.fromEntries(entries)
}

/** A value that the place takes under no circumstances. */
const wrongFor = ({ kind }: Declared): JsonValue =>
  ['object', 'record', 'either'].includes(kind) ? 7.5 : { wrong: ['value'] }

/** Documents of which some places were made wrong, or left out where they must be. */
const corrupted = any
  .map(document => ({
    ...document,
    places: placesOf(document.of, document.value).filter(({ of }) => of.kind !== 'maybe'),
  }))
  .filter(({ places }) => places.length > 1)
  .chain(document =>
    fc.record({
      document: fc.constant(document),
      harm: fc.uniqueArray(
        fc.record({ at: fc.integer({ min: 1, max: document.places.length - 1 }), gone: fc.boolean() }),
        {
          minLength: 1,
          maxLength: 3,
          selector: ({ at }) => at,
        },
      ),
    }),
  )
  .map(({ document: { of, value, places }, harm }) => {
    const chosen = harm.map(({ at, gone }) => ({ ...places[at]!, gone }))
    const apart = chosen.filter(
      ({ path }) => !chosen.some(other => other.path !== path && startsWith(path, other.path)),
    )
    const kindAt = (path: Path) => places.find(place => place.path.join() === path.join())?.of.kind
    const document = apart.reduce((at, { path, of, gone }) => {
      const needed = ['object', 'either'].includes(kindAt(path.slice(0, -1))!)
      return replaced(at, path, gone && needed ? undefined : wrongFor(of))
    }, value)
    return { of, value, document }
  })

const patchFor = async (of: Declared, document: JsonValue): Promise<Patch | undefined> => {
  const declaration = compileSchema(schemaOf(of))
  const checked = await declaration.validate(document)
  return 'issues' in checked
    ? patchOf(edits, { code: 'schema_mismatch', issues: checked.issues }, document, declaration)
    : undefined
}

/** What a model answers that knows the right document. */
const rightAnswer = ({ places }: Patch, right: JsonValue): unknown => {
  const entries = [...places].flatMap(([name, place]) => {
    const value = valueAt(right, place.path)
    return place.edit === 'set' && value !== undefined ? [[name, value]] : []
  })
  const remove = [...places].flatMap(([name, { path }]) => (valueAt(right, path) === undefined ? [name] : []))
  return { ...Object.fromEntries(entries), remove }
}

/** Every branch that is on the way to no place, or at one. */
const keeps = (before: JsonValue, after: JsonValue | undefined, places: readonly Place[], path: Path = []): boolean => {
  if (!places.some(place => startsWith(place.path, path))) return before === after
  if (places.some(place => place.path.length === path.length && startsWith(place.path, path))) return true
  return members(before as JsonValue[]).every(([key, each]) => {
    const step = Array.isArray(before) ? Number(key) : key
    return keeps(each, valueAt(after, [step]), places, [...path, step])
  })
}

describe('Patch', () => {
  test('1. The right values at the wrong places give the right document', async () => {
    let patched = 0
    await fc.assert(
      fc.asyncProperty(corrupted, async ({ of, value, document }) => {
        // A wrong discriminator hides what else is wrong, so there may be another round.
        let at = document
        for (let patch = await patchFor(of, at); patch !== undefined; patch = await patchFor(of, at)) {
          at = edits.applyPatch(at, patch, rightAnswer(patch, value))
          patched++
        }
        if (at !== document) expect(at).toEqual(value)
      }),
      some,
    )
    expect(patched).toBeGreaterThan(some.numRuns / 2)
  })

  test('2. Nothing outside the wrong places changes, whatever the model answers', async () => {
    const names = fc.constantFrom('p1', 'p2', 'p3', 'remove', 'insert')
    const answers = fc.dictionary(names, fc.jsonValue() as fc.Arbitrary<JsonValue>)
    await fc.assert(
      fc.asyncProperty(corrupted, answers, async ({ of, document }, answer) => {
        const patch = await patchFor(of, document)
        if (patch === undefined) return
        const before = structuredClone(document)
        const after = edits.applyPatch(document, patch, answer)
        expect(document).toEqual(before)
        expect(keeps(document, after, [...patch.places.values()])).toBe(true)
      }),
      some,
    )
  })

  test('3. The function takes the right values', async () => {
    await fc.assert(
      fc.asyncProperty(corrupted, async ({ of, value, document }) => {
        const patch = await patchFor(of, document)
        if (patch === undefined) return
        const { remove, ...values } = rightAnswer(patch, value) as { remove: string[] }
        const checker = compileCheck(patch.declaration.canonical).start()
        const text = JSON.stringify(remove.length > 0 ? { ...values, remove } : values)
        createJsonParser({ follower: checker }).feed(text)
        expect(checker.issues).toEqual([])
      }),
      some,
    )
  })
})
