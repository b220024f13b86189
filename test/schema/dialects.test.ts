import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { encodeText } from '../../src/decode/encode.ts'
import { decodeStrict } from '../../src/decode/strict.ts'
import { ArgumentsView } from '../../src/decode/view.ts'
import { SchemaError } from '../../src/errors.ts'
import { compileSchema, type Declaration, type Dialect, dialects } from '../../src/schema/index.ts'
import type { JsonSchema } from '../../src/types.ts'
import { ajvOf } from '../decode/check/follow.ts'
import { declarations } from './declarations.ts'
import { encode } from './encode.ts'
import { rules } from './rules/rules.ts'
import { valuesOf } from './values.ts'

const names = Object.keys(dialects) as Dialect[]

/** A declaration in a dialect, or the error that says why there is none. */
const compiled = (schema: any, dialect: Dialect): Declaration<any, any> | SchemaError => {
  try {
    return compileSchema<any, any>(schema, { dialect })
  } catch (error) {
    if (error instanceof SchemaError) return error
    throw error
  }
}

/** Twenty values that the user's own schema takes as they are; of a choice some come twice. */
const samplesOf = async (title: string, declaration: Declaration<any, any>): Promise<unknown[]> => {
  const known = drawn.get(title)
  if (known !== undefined) return known
  const { canonical } = declaration
  const valid = ajvOf(canonical)
  const taken: unknown[] = []
  for (const value of fc.sample(valuesOf(canonical, canonical), { seed: 20_261_121, numRuns: 1000 })) {
    if (taken.length === 20) break
    if (valid(value) && (await decodeStrict(encodeText(value, declaration), declaration)).ok) taken.push(value)
  }
  drawn.set(title, taken)
  return taken
}

const drawn = new Map<string, unknown[]>()

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe.each(names)('%s', dialect => {
  test.each(declarations)('$title', async ({ title, z: declare }) => {
    const declaration = compiled(declare(z), dialect)
    if (declaration instanceof SchemaError) {
      expect(declaration.code).toBe('not_expressible')
      expect(declaration.message).toMatch(/ at '.+': the dialect '.+' refuses it \(.+\)$/)
      return
    }
    const { canonical, wire, wrapper } = declaration
    expect(rules[dialect](wire)).toEqual([])
    const fits = ajvOf(wire)
    const declared = compileSchema<any, any>(declare(z))
    const samples = await samplesOf(title, declared)
    expect(samples).toHaveLength(20)
    for (const value of samples) {
      const sent = JSON.stringify(encode(value, canonical, wrapper, dialect))
      const own = JSON.parse(encodeText(value, declaration))
      expect(own).toEqual(JSON.parse(sent))
      // The user's schema takes more there than it asks for.
      if (!/~(?:lenient|hint)/.test(JSON.stringify(canonical))) expect(own).toSatisfy(fits)
      const judged = {
        ...declaration,
        canonical: plainOf(canonical),
        validate: async (input: unknown) => ({ value: input }),
      }
      const decoded = await decodeStrict(sent, judged)
      expect(decoded.ok && plain(decoded.output)).toEqual(plain(value))
      const asDeclared = await decodeStrict(encodeText(value, declared), declared)
      expect(await decodeStrict(sent, declaration)).toEqual(asDeclared)
      const view = new ArgumentsView(judged)
      for (const unit of sent) view.feed(unit)
      expect(view.issues).toEqual([])
      expect(plain(view.value)).toEqual(plain(value))
    }
  })

  test('what it refuses is little', () => {
    const refused = declarations.filter(({ z: declare }) => compiled(declare(z), dialect) instanceof SchemaError)
    expect(refused.length).toBeLessThanOrEqual(10)
  })
})

test.each(declarations)('a schema that xai takes it gets as it is: $title', ({ z: declare }) => {
  const sent = compiled(declare(z), 'xai')
  if (sent instanceof SchemaError || sent.rewrites.length > 0) return
  expect(sent.wire).toEqual(compileSchema(declare(z)).wire)
})

test('at least sixty declarations are tried', () => {
  expect(declarations.length).toBeGreaterThanOrEqual(60)
})

/** Without what strings and lists stand for: the way of JSON alone is tried here. */
const plainOf = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema, (key, value) => (key === '~as' ? undefined : value)))
