import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as z3 } from 'zod/v3'
import { z as otherZ3 } from 'zod3/v3'
import { z as otherZ4 } from 'zod3/v4'
import { SchemaError } from '../../src/errors.ts'
import { compileSchema, type Dialect, dialects } from '../../src/schema/index.ts'
import { declarations } from './declarations.ts'
import { differences } from './differences.ts'

/** The parameters of the function, or why there are none. */
const sentOf = (schema: any, dialect: Dialect): unknown => {
  try {
    const { wire, wrapper, rewrites } = compileSchema<unknown, unknown>(schema, { dialect })
    return { wire, wrapper, rewrites }
  } catch (error) {
    if (error instanceof SchemaError) return error.message
    throw error
  }
}

describe.each(declarations)('$title', ({ z: classic, z3: older = classic, m = classic, canonical }) => {
  test.each([
    ['Zod 4', () => classic(z)],
    ['Zod 4 mini', () => m(mini)],
    ['Zod 3', () => older(z3)],
    ['Zod 3 of another copy', () => older(otherZ3)],
    ['Zod 4 of another copy', () => classic(otherZ4)],
  ])('%s', (_, declare) => {
    expect(compileSchema(declare()).canonical).toEqual(canonical)
    for (const dialect of Object.keys(dialects) as Dialect[])
      expect([dialect, sentOf(declare(), dialect)]).toEqual([dialect, sentOf(classic(z), dialect)])
  })
})

test('at least sixty declarations are compared', () => {
  expect(declarations.length).toBeGreaterThanOrEqual(60)
})

test.each(differences)('$title: $reason', ({ z: declare, canonical4, canonical3 }) => {
  expect(compileSchema(declare(z)).canonical).toEqual(canonical4)
  expect(compileSchema(declare(z3)).canonical).toEqual(canonical3)
})
