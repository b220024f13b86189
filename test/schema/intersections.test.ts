import { expect, test } from 'vitest'
import { z } from 'zod'
import { z as z3 } from 'zod/v3'
import { compileSchema } from '../../src/schema/index.ts'

const string = { type: 'string' }

test.each([
  ['Zod 4', z as any],
  ['Zod 3', z3 as any],
])('%s: a key of both sides has to suit both', (_, zod) => {
  const left = zod.object({ a: zod.string(), b: zod.string().min(1), c: zod.object({ x: zod.string() }) })
  const right = zod.object({ a: zod.string(), b: zod.string().max(9), c: zod.object({ y: zod.string() }) })
  expect(compileSchema(left.and(right)).canonical).toEqual({
    type: 'object',
    properties: {
      a: string,
      b: {
        allOf: [
          { type: 'string', minLength: 1 },
          { type: 'string', maxLength: 9 },
        ],
      },
      c: { type: 'object', properties: { x: string, y: string }, required: ['x', 'y'] },
    },
    required: ['a', 'b', 'c'],
  })
})

test('what is not all objects stays side by side, and is wrapped', () => {
  const { canonical, wrapper } = compileSchema(z.object({ a: z.string() }).and(z.record(z.string(), z.string())))
  expect(canonical).toEqual({
    allOf: [
      { type: 'object', properties: { a: string }, required: ['a'] },
      { type: 'object', additionalProperties: string },
    ],
  })
  expect(wrapper).toBe('value')
})

test('three are as two', () => {
  const part = (key: string) => z3.object({ [key]: z3.string() })
  expect(compileSchema(part('a').and(part('b')).and(part('c')).describe('All')).canonical).toEqual({
    type: 'object',
    properties: { a: string, b: string, c: string },
    required: ['a', 'b', 'c'],
    description: 'All',
  })
})

test('null stands beside an intersection, not inside it', () => {
  const both = z.string().regex(/a/).regex(/b/).nullable()
  expect(compileSchema(z.object({ both })).canonical.properties).toEqual({
    both: { anyOf: [{ type: 'string', allOf: [{ pattern: 'a' }, { pattern: 'b' }] }, { type: 'null' }] },
  })
})
