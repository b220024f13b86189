import { createProvider, extract } from 'decant'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ArgumentsView } from '../../src/decode/view.ts'
import type { JsonValue } from '../../src/json/index.ts'
import { compileSchema } from '../../src/schema/index.ts'
import { any, anyObject, cutBy, type Declared, lengths, type Path, placesOf, schemaOf } from '../decode/declarations.ts'
import { fetchOf, streamOf } from '../helpers/answer.ts'
import { fewer, growsInto, isContainer, members, partialOf, same } from '../json/documents.ts'

/** Every prefix of every document is looked at, so fewer documents do. */
const some = fewer(400)
/** A whole extraction each. */
const few = fewer(150)

/** The declaration, and the document as the arguments of its function. */
const compiled = ({ of, value }: { of: Declared; value: JsonValue }) => {
  const declaration = compileSchema(schemaOf(of))
  const { wrapper } = declaration
  return { declaration, text: JSON.stringify(wrapper === undefined ? value : { [wrapper]: value }) }
}

/** Where a string is open at the end of the text: the text before it. */
const beforeOpenString = (prefix: string): string | undefined => {
  let start: number | undefined
  for (let i = 0; i < prefix.length; i++) {
    if (prefix[i] === '\\' && start !== undefined) i++
    else if (prefix[i] === '"') start = start === undefined ? i : undefined
  }
  return start === undefined ? undefined : prefix.slice(0, start)
}

const lastPlace = (value: JsonValue | undefined): (string | number)[] => {
  if (value === undefined || !isContainer(value)) return []
  const last = members(value).at(-1)
  return last === undefined ? [] : [Array.isArray(value) ? Number(last[0]) : last[0], ...lastPlace(last[1])]
}

/** Without the last value where it is an object whose first field has not come; `open` is where a string is open. */
const withoutHeld = (
  value: JsonValue | undefined,
  objects: ReadonlyMap<string, Declared>,
  open: string | undefined,
  path: Path = [],
): JsonValue | undefined => {
  if (value === undefined || !isContainer(value)) return value
  const of = objects.get(JSON.stringify(path))
  if (of?.kind === 'object' && of.first !== undefined) {
    if (!Object.hasOwn(value, of.first) || JSON.stringify([...path, of.first]) === open) return undefined
  }
  const last = members(value).at(-1)
  if (last === undefined) return value
  const key = Array.isArray(value) ? Number(last[0]) : last[0]
  const inner = withoutHeld(last[1], objects, open, [...path, key])
  if (Array.isArray(value)) return inner === undefined ? value.slice(0, -1) : value.with(-1, inner)
  const { [key]: _, ...others } = value as Record<string, JsonValue>
  return inner === undefined ? others : { ...others, [key]: inner }
}

/** What is to be seen of the arguments so far, in the user's shape: of an open atom nothing, of all else every character. */
const grown = (prefix: string, atoms: ReadonlySet<string>, wrapper: string | undefined) => {
  const inShape = (value: JsonValue | undefined) =>
    wrapper === undefined ? value : (value as Record<string, JsonValue> | undefined)?.[wrapper]
  const shown = partialOf(prefix)
  const before = beforeOpenString(prefix)
  if (before === undefined) return { shown: inShape(shown) }
  const open = JSON.stringify(lastPlace(shown).slice(wrapper === undefined ? 0 : 1))
  if (same(partialOf(before), shown)) return { shown: inShape(shown) }
  return { shown: inShape(atoms.has(open) ? partialOf(before) : shown), open }
}

const sharesAll = (before: JsonValue | undefined, after: JsonValue | undefined): boolean => {
  if (before === undefined || after === undefined || !isContainer(before) || !isContainer(after)) return true
  if (before === after) return true
  if (same(before, after)) return false
  const right = new Map(members(after))
  return members(before).every(([key, child]) => sharesAll(child, right.get(key)))
}

const freeze = (value: JsonValue | undefined): void => {
  if (value === undefined || !isContainer(value) || Object.isFrozen(value)) return
  for (const [, child] of members(value)) freeze(child)
  Object.freeze(value)
}

describe('Partials', () => {
  test('1. Atoms arrive whole, and 4. Progress', () => {
    fc.assert(
      fc.property(any, document => {
        const { declaration, text } = compiled(document)
        const places = placesOf(document.of, document.value)
        const objects = new Map(places.map(({ path, of }) => [JSON.stringify(path), of]))
        const atoms = new Set(
          places
            .filter(({ of }) => ['choice', 'date', 'pattern'].includes(of.kind))
            .map(({ path }) => JSON.stringify(path)),
        )
        const view = new ArgumentsView(declaration)
        for (let i = 0; i < text.length; i++) {
          view.feed(text[i]!)
          const { shown, open } = grown(text.slice(0, i + 1), atoms, declaration.wrapper)
          const wanted = withoutHeld(shown, objects, open)
          if (!same(view.value, wanted))
            expect([text.slice(0, i + 1), view.value]).toEqual([text.slice(0, i + 1), wanted])
        }
      }),
      some,
    )
  })

  test('2. Immutable, shared, and 3. Monotonic within an attempt', () => {
    fc.assert(
      fc.property(any, lengths, (document, sizes) => {
        const { declaration, text } = compiled(document)
        const view = new ArgumentsView(declaration)
        let before: JsonValue | undefined
        for (const piece of cutBy(text, sizes)) {
          // A change to a frozen snapshot would throw here.
          view.feed(piece)
          const after = view.value as JsonValue | undefined
          expect(view.value).toBe(after)
          if (!growsInto(before, after)) expect(after).toEqual(before)
          if (!sharesAll(before, after)) throw new Error(`an equal branch is another object: ${JSON.stringify(after)}`)
          freeze(after)
          before = after
        }
      }),
      some,
    )
  })

  test('any split shows the same in the end', () => {
    fc.assert(
      fc.property(any, lengths, (document, sizes) => {
        const { declaration, text } = compiled(document)
        const [one, many] = [new ArgumentsView(declaration), new ArgumentsView(declaration)]
        one.feed(text)
        for (const piece of cutBy(text, sizes)) {
          many.feed(piece)
          // What nobody looks at waits, and is parsed as one piece.
          many.value
        }
        expect(many.value).toEqual(one.value)
        expect(many.text).toBe(text)
      }),
      some,
    )
  })

  test('6. The last partial is the final input', async () => {
    await fc.assert(
      fc.asyncProperty(any, lengths, async (document, sizes) => {
        const { declaration, text } = compiled(document)
        fc.pre(!declaration.isText)
        const seen = await partialsOf(schemaOf(document.of), declaration.name, cutBy(text, sizes))
        expect(seen.at(-1)!.value).toEqual(document.value)
        expectMonotonic(seen)
      }),
      few,
    )
  })

  test('6. The last partial is the final input, also where that had to be unwrapped', async () => {
    const spoilt = fc.constantFrom<(value: object) => string>(
      value => `\`\`\`json\n${JSON.stringify(value)}\n\`\`\``,
      value => `\`\`\`${JSON.stringify(value)}\`\`\``,
      value => JSON.stringify({ arguments: value }),
      value => JSON.stringify({ input: JSON.stringify(value) }),
      value => JSON.stringify({ ...value, name: '[]' }),
    )
    await fc.assert(
      fc.asyncProperty(anyObject, spoilt, lengths, async ({ of, value }, spoil, sizes) => {
        const fields = (of as { fields: Record<string, Declared> }).fields
        const listed: Declared = { kind: 'object', fields: { ...fields, name: { kind: 'list', of: { kind: 'text' } } } }
        const whole = { ...(value as object), name: [] }
        const seen = await partialsOf(schemaOf(listed), 'extract', cutBy(spoil(whole), sizes))
        expect(seen.at(-1)!.value).toEqual(whole)
        expectMonotonic(seen)
      }),
      few,
    )
  })
})

interface Seen {
  readonly attempt: number
  readonly value: JsonValue
}

const model = createProvider({ name: 'fake', baseURL: 'http://localhost/v1' })('m')

/** Every partial of one extraction whose answer arrives in these pieces. */
const partialsOf = async (schema: z.ZodType, name: string, pieces: readonly string[]): Promise<Seen[]> => {
  const fetch = fetchOf(() => streamOf({ name, pieces }))
  const seen: Seen[] = []
  await extract(schema, '', {
    model,
    fetch,
    stream: true,
    maxRepairs: 0,
    onEvent: event => {
      if (event.type === 'partial') seen.push({ attempt: event.attempt, value: event.value as JsonValue })
    },
  })
  return seen
}

const expectMonotonic = (seen: readonly Seen[]): void => {
  seen.slice(1).forEach((after, i) => {
    const before = seen[i]!
    if (before.attempt === after.attempt && !growsInto(before.value, after.value)) {
      expect(after.value).toEqual(before.value)
    }
  })
}

test('counterexamples found: an unwrapped answer takes back what was shown, so it is another attempt', async () => {
  const schema = z.object({ rows: z.array(z.number()) })
  const seen = await partialsOf(schema, 'extract', ['{"rows":', '"[1]"}'])
  expect(seen).toEqual([
    { attempt: 1, value: {} },
    { attempt: 2, value: { rows: [1] } },
  ])
  // Nothing was shown of a fenced one, so nothing is taken back.
  expect(await partialsOf(schema, 'extract', ['```json\n{"rows":[1]}', '\n```'])).toEqual([
    { attempt: 1, value: { rows: [1] } },
  ])
  // Arguments that never came are an empty object, which is shown as well.
  expect(await partialsOf(z.object({ a: z.string().optional() }), 'extract', [''])).toEqual([{ attempt: 1, value: {} }])
})
