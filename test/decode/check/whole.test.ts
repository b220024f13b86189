import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { compileCheck } from '../../../src/decode/check/index.ts'
import { createJsonParser, type JsonKind } from '../../../src/json/index.ts'
import { compileSchema } from '../../../src/schema/index.ts'

/** Whether a string at this place of the arguments is shown while it grows. */
const growsAt = (schema: z.ZodType, ...path: (string | number)[]): boolean => {
  const { canonical, wrapper } = compileSchema(schema)
  const check = compileCheck(canonical, wrapper).start()
  const kindBefore = (step: string | number | undefined): JsonKind =>
    step === undefined ? 'string' : typeof step === 'number' ? 'array' : 'object'
  let place = check.open(undefined, undefined, kindBefore(path[0]))
  path.forEach((step, i) => {
    if (typeof step === 'string') check.key(place, step, false)
    place = check.open(place, step, kindBefore(path[i + 1]))
  })
  return check.grows(place)
}

describe('what arrives whole', () => {
  it.each([
    ['an enum', z.enum(['admin', 'user'])],
    ['a literal', z.literal('a')],
    ['a date', z.iso.date()],
    ['a date-time', z.iso.datetime()],
    ['an email', z.email()],
    ['a uuid', z.uuid()],
    ['a url', z.url()],
    ['base64', z.base64()],
    ['a pattern', z.string().regex(/^[A-Z]{3}$/)],
    ['several patterns', z.string().regex(/a/).regex(/b/)],
    ['a pattern that only the model is told', z.string().regex(/^a$/i)],
    ['an email behind a trim', z.string().trim().email()],
    ['patterns behind a trim', z.string().trim().regex(/a/).regex(/b/)],
    ['a string that may be null', z.email().nullable()],
    ['a union of a choice and any string', z.union([z.enum(['a', 'b']), z.string()])],
    ['a coerced date', z.coerce.date()],
    ['a caught choice', z.enum(['a', 'b']).catch('a')],
    ['a string that says so', z.string().meta({ stream: 'whole' })],
  ])('%s', (_, schema) => {
    expect(growsAt(z.object({ it: schema }), 'it')).toBe(false)
  })

  it.each([
    ['a plain string', z.string()],
    ['a string with lengths', z.string().min(1).max(10)],
    ['a trimmed string', z.string().trim().min(1)],
    ['anything', z.any()],
  ])('not %s', (_, schema) => {
    expect(growsAt(z.object({ it: schema }), 'it')).toBe(true)
  })

  it('a discriminator, and not what stands beside it', () => {
    const union = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), text: z.string() }),
      z.object({ kind: z.literal('b'), text: z.array(z.string()) }),
    ])
    expect(growsAt(union, 'value', 'kind')).toBe(false)
    expect(growsAt(union, 'value', 'text')).toBe(true)
  })

  it('what a recursive schema says, as deep as the document goes', () => {
    const Node: z.ZodType = z.object({
      label: z.enum(['a', 'b']),
      text: z.string(),
      all: z.array(z.lazy(() => Node)),
    })
    const deep = Array.from({ length: 50 }, (_, round) => ['all', round]).flat()
    expect(growsAt(Node, ...deep, 'label')).toBe(false)
    expect(growsAt(Node, ...deep, 'text')).toBe(true)
    expect(growsAt(z.array(Node), 'value', 3, 'all', 0, 'label')).toBe(false)
  })
})

describe('what the schema takes is never refused on the way', () => {
  it.each<[string, z.ZodType, unknown]>([
    ['an email by a pattern of its own', z.email({ pattern: /^\S+@\S+$/ }), 'ada@home'],
    ['a number that is rewritten first', z.number().overwrite(Math.abs).min(0), -1],
    [
      'a list that is rewritten first',
      z
        .array(z.string())
        .overwrite(list => list.slice(0, 1))
        .max(1),
      ['a', 'b'],
    ],
    ['a pattern that means UTF-16 units', z.string().regex(/^.{2}$/), '😀'],
  ])('%s', (_, schema, value) => {
    const { canonical, wrapper } = compileSchema(z.object({ it: schema }))
    expect(schema.safeParse(value).success).toBe(true)
    const check = compileCheck(canonical, wrapper).start()
    createJsonParser({ follower: check }).feed(JSON.stringify({ it: value }))
    expect(check.issues).toEqual([])
  })
})
