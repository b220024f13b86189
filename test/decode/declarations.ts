import fc from 'fast-check'
import { z } from 'zod'
import type { JsonValue } from '../../src/json/index.ts'

/** What is declared, as a tree of our own: the laws must not ask the code under test what a schema means. */
export type Declared =
  | { readonly kind: 'text' | 'number' | 'flag' | 'nothing' }
  /** Strings that stand for something. */
  | { readonly kind: 'choice' | 'date' | 'pattern' }
  | { readonly kind: 'maybe'; readonly of: Declared }
  | { readonly kind: 'list' | 'record'; readonly of: Declared }
  | { readonly kind: 'pair'; readonly of: readonly [Declared, Declared] }
  /** Shown once the field `first` has come; an atom or a text. */
  | {
      readonly kind: 'object'
      readonly fields: Readonly<Record<string, Declared>>
      readonly first?: string | undefined
    }
  | { readonly kind: 'either'; readonly a: Declared; readonly b: Declared }

export type Path = readonly (string | number)[]

const names = ['a', 'b', 'name', 'constructor', 'toString', 'x y']
const choices = ['admin', 'adm', 'user', 'ü"\\']

const { declared } = fc.letrec<{ declared: Declared; leaf: Declared; object: Declared }>(tie => ({
  declared: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('leaf'),
    fc.record({ kind: fc.constantFrom('list', 'record'), of: tie('declared') }),
    fc.record({ kind: fc.constant('pair'), of: fc.tuple(tie('declared'), tie('declared')) }),
    fc.record({ kind: fc.constant('maybe'), of: tie('declared') }),
    fc.record({ kind: fc.constant('either'), a: tie('declared'), b: tie('declared') }),
    tie('object'),
  ),
  leaf: fc
    .constantFrom('text', 'text', 'number', 'flag', 'nothing', 'choice', 'date', 'pattern')
    .map(kind => ({ kind })),
  object: fc
    .tuple(fc.dictionary(fc.constantFrom(...names), tie('declared'), { maxKeys: 4 }), fc.nat(4))
    .map(([fields, at]) => ({ kind: 'object', fields, first: firstOf(fields, at) })),
}))

/** Of some objects one of the fields that hold neither lists nor objects. */
const firstOf = (fields: Readonly<Record<string, Declared>>, at: number): string | undefined =>
  Object.keys(fields).filter(
    key => !['list', 'record', 'pair', 'object', 'either', 'maybe'].includes(fields[key]!.kind),
  )[at]

export const schemaOf = (of: Declared): z.ZodType => {
  switch (of.kind) {
    case 'text':
      return z.string().max(1000)
    case 'number':
      return z.number()
    case 'flag':
      return z.boolean()
    case 'nothing':
      return z.null()
    case 'choice':
      return z.enum(choices)
    case 'date':
      return z.iso.date()
    case 'pattern':
      return z.string().regex(/^[A-Z]{3}$/)
    case 'maybe':
      return z.nullable(schemaOf(of.of))
    case 'list':
      return z.array(schemaOf(of.of))
    case 'record':
      return z.record(z.string(), schemaOf(of.of))
    case 'pair':
      return z.tuple([schemaOf(of.of[0]), schemaOf(of.of[1])])
    case 'object':
      return z.object(
        Object.fromEntries(
          Object.entries(of.fields).map(([key, each]) => {
            const schema = schemaOf(each)
            return [key, key === of.first ? schema.meta({ stream: 'first' }) : schema]
          }),
        ),
      )
    case 'either':
      return z.discriminatedUnion('is', [
        z.object({ is: z.literal('a'), a: schemaOf(of.a) }),
        z.object({ is: z.literal('b'), b: schemaOf(of.b) }),
      ])
  }
}

const text = fc.string({ unit: fc.constantFrom(...'ab "\\\n', 'é', '😀', '\u2028', 'null', '12'), maxLength: 8 })

const documentOf = (of: Declared): fc.Arbitrary<JsonValue> => {
  switch (of.kind) {
    case 'text':
      return text
    case 'number':
      return fc.oneof(fc.integer(), fc.constantFrom(0.5, -1.25e-7, 1e21, Number.MAX_SAFE_INTEGER))
    case 'flag':
      return fc.boolean()
    case 'nothing':
      return fc.constant(null)
    case 'choice':
      return fc.constantFrom(...choices)
    case 'date':
      return fc.constantFrom('2026-01-02', '1999-12-31')
    case 'pattern':
      return fc.constantFrom('ABC', 'XYZ')
    case 'maybe':
      return fc.oneof(fc.constant(null), documentOf(of.of))
    case 'list':
      return fc.array(documentOf(of.of), { maxLength: 4 })
    case 'record':
      return fc.dictionary(fc.constantFrom(...names), documentOf(of.of), {
        maxKeys: 3,
        noNullPrototype: true,
      })
    case 'pair':
      return fc.tuple(documentOf(of.of[0]), documentOf(of.of[1]))
    case 'object':
      return fc.record(Object.fromEntries(Object.entries(of.fields).map(([key, each]) => [key, documentOf(each)])), {
        noNullPrototype: true,
      }) as fc.Arbitrary<JsonValue>
    case 'either':
      return fc.oneof(
        fc.record({ is: fc.constant('a'), a: documentOf(of.a) }, { noNullPrototype: true }),
        fc.record({ is: fc.constant('b'), b: documentOf(of.b) }, { noNullPrototype: true }),
      )
  }
}

const withDocument = (arbitrary: fc.Arbitrary<Declared>) =>
  arbitrary.chain(of => fc.record({ of: fc.constant(of), value: documentOf(of) }))

/** A declaration of any kind and a document that fits it. */
export const any = withDocument(declared)

/** The same, with an object at the root, as most declarations have. */
export const anyObject = withDocument(
  fc
    .dictionary(fc.constantFrom('a', 'b', 'name'), declared, { minKeys: 1, maxKeys: 4 })
    .map(fields => ({ kind: 'object', fields })),
)

/** Every place in a document with what is declared of it, root first. */
export const placesOf = (
  of: Declared,
  value: JsonValue,
  path: Path = [],
): { path: Path; of: Declared; value: JsonValue }[] => {
  if (of.kind === 'maybe') return value === null ? [{ path, of, value }] : placesOf(of.of, value, path)
  const children = (of: (key: string | number) => Declared) =>
    Object.entries(value as object).flatMap(([key, each]) => {
      const step = Array.isArray(value) ? Number(key) : key
      return placesOf(of(step), each, [...path, step])
    })
  const self = { path, of, value }
  if (of.kind === 'list' || of.kind === 'record') return [self, ...children(() => of.of)]
  if (of.kind === 'pair') return [self, ...children(key => of.of[key as 0 | 1])]
  if (of.kind === 'object') return [self, ...children(key => of.fields[key]!)]
  if (of.kind === 'either') {
    return [self, ...children(key => (key === 'is' ? { kind: 'choice' } : of[key as 'a' | 'b']))]
  }
  return [self]
}

/** The document with another value in one place. */
export const replaced = (value: JsonValue, [step, ...rest]: Path, by: JsonValue): JsonValue => {
  if (step === undefined) return by
  if (Array.isArray(value)) return value.map((each, i) => (i === step ? replaced(each, rest, by) : each))
  return Object.fromEntries(
    Object.entries(value as object).map(([key, each]) => [key, key === step ? replaced(each, rest, by) : each]),
  )
}

/** Lengths to cut a text by, over and over. */
export const lengths = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 8 })

export const cutBy = (whole: string, sizes: readonly number[]): string[] => {
  const pieces: string[] = []
  for (let at = 0; at < whole.length; at += sizes[(pieces.length - 1) % sizes.length]!) {
    pieces.push(whole.slice(at, at + sizes[pieces.length % sizes.length]!))
  }
  return pieces
}
