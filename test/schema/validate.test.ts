import { type } from 'arktype'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as z3 } from 'zod/v3'
import { z as otherZ4 } from 'zod3/v4'
import { compileSchema } from '../../src/schema/index.ts'
import { thrown } from '../../src/schema/issues.ts'

const validate = (schema: any, value: unknown) => compileSchema(schema).validate(value)

describe.each([
  ['Zod 4', z as any],
  ['Zod 4 of another copy', otherZ4 as any],
  ['Zod 3', z3 as any],
])('%s', (_, zod) => {
  test('transforms, defaults and async refinements run, each once', async () => {
    const refine = vi.fn(async () => true)
    const transform = vi.fn((text: string) => text.length)
    const schema = zod.object({ a: zod.string().refine(refine).transform(transform), b: zod.number().default(2) })
    expect(await validate(schema, { a: 'four' })).toEqual({ value: { a: 4, b: 2 } })
    expect([refine.mock.calls.length, transform.mock.calls.length]).toEqual([1, 1])
  })

  test('issues have path, code and message', async () => {
    const schema = zod.object({ list: zod.array(zod.object({ age: zod.number() })) })
    expect(await validate(schema, { list: [{ age: 1 }, { age: 'x' }] })).toEqual({
      issues: [{ path: ['list', 1, 'age'], code: 'invalid_type', message: expect.stringContaining('xpected number') }],
    })
  })

  test('a failed async refinement keeps its own message', async () => {
    const schema = zod.object({ a: zod.string().refine(async () => false, { message: 'No such place', path: ['b'] }) })
    expect(await validate(schema, { a: 'x' })).toEqual({
      issues: [{ path: ['a', 'b'], code: 'custom', message: 'No such place' }],
    })
  })

  test('a throw of user code is an issue', async () => {
    const fails = zod.string().transform(() => {
      throw new Error('n'.repeat(300))
    })
    expect(await validate(fails, 'x')).toEqual({
      issues: [{ path: [], code: 'threw', message: 'n'.repeat(200) }],
      cause: expect.any(Error),
    })
    const rejects = zod.string().refine(() => Promise.reject(new Error('later')))
    expect(await validate(rejects, 'x')).toEqual({
      issues: [{ path: [], code: 'threw', message: 'later' }],
      cause: expect.any(Error),
    })
  })

  test('a value too deep for the stack is an issue', async () => {
    const Nest: any = zod.lazy(() => zod.array(Nest))
    let deep: unknown[] = []
    for (let i = 0; i < 100_000; i++) deep = [deep]
    expect(await validate(Nest, deep)).toMatchObject({ issues: [{ path: [], code: 'threw' }] })
  })

  test('of a union, the branch that the literal picks', async () => {
    const schema = zod.object({
      a: zod.union([
        zod.object({ kind: zod.literal('x'), deep: zod.object({ n: zod.number() }) }),
        zod.object({ kind: zod.literal('y'), s: zod.string() }),
      ]),
    })
    const result = await validate(schema, { a: { kind: 'y', s: 1, deep: { n: 'no' } } })
    expect(result).toMatchObject({ issues: [{ path: ['a', 's'], code: 'invalid_type' }] })
  })

  test('of a union, the branch that got furthest', async () => {
    const schema = zod.union([
      zod.string(),
      zod.object({ x: zod.number(), y: zod.number() }),
      zod.object({ x: zod.object({ z: zod.number() }) }),
    ])
    expect(await validate(schema, { x: { z: 'no' } })).toMatchObject({ issues: [{ path: ['x', 'z'] }] })
    expect(await validate(schema, { x: 1 })).toMatchObject({ issues: [{ path: ['y'] }] })
  })

  test('of nested unions, the branch inside the branch', async () => {
    const inner = zod.union([zod.number(), zod.object({ n: zod.number() })])
    const schema = zod.object({ a: zod.union([zod.string(), zod.object({ b: inner })]) })
    expect(await validate(schema, { a: { b: { n: 'no' } } })).toMatchObject({ issues: [{ path: ['a', 'b', 'n'] }] })
  })

  test('of a union that no branch came near, what each wanted', async () => {
    const result: any = await validate(zod.object({ a: zod.union([zod.string(), zod.number()]) }), { a: true })
    expect(result.issues).toHaveLength(1)
    expect(result.issues[0]).toMatchObject({ path: ['a'], code: 'invalid_union' })
    expect(result.issues[0].message).toMatch(/xpected string.*; or .*xpected number/)
  })

  test('of a discriminated union, the discriminator', async () => {
    const schema = zod.discriminatedUnion('kind', [
      zod.object({ kind: zod.literal('x') }),
      zod.object({ kind: zod.literal('y') }),
    ])
    expect(await validate(schema, { kind: 'z' })).toMatchObject({ issues: [{ path: ['kind'] }] })
  })
})

test('mini has no messages of its own, so what the issue knows is said', async () => {
  mini.config({ localeError: undefined })
  try {
    const schema = mini.object({
      a: mini.number(),
      b: mini.string().check(mini.minLength(3)),
      c: mini.enum(['x', 'y']),
    })
    expect(await validate(schema, { a: 'x', b: '', c: 'z' })).toEqual({
      issues: [
        { path: ['a'], code: 'invalid_type', message: 'Invalid input: expected "number"' },
        { path: ['b'], code: 'too_small', message: 'Invalid input: minimum 3' },
        { path: ['c'], code: 'invalid_value', message: 'Invalid input: values ["x","y"]' },
      ],
    })
  } finally {
    mini.config(z.locales.en())
  }
})

test('a symbol in a path is its text, an object in a path its key', async () => {
  const schema = {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: async () => ({ issues: [{ message: 'no', path: [Symbol('s'), { key: 'k' }, 0] }] }),
      jsonSchema: { input: () => ({ type: 'number' }), output: () => ({}) },
    },
  }
  expect(await validate(schema, 1)).toEqual({
    issues: [{ path: ['Symbol(s)', 'k', 0], code: 'invalid', message: 'no' }],
  })
})

test('an issue of the root has an empty path, whatever kind of array the library uses', async () => {
  expect(await validate(type('number'), 'x')).toMatchObject({ issues: [{ path: [], code: 'domain' }] })
})

test.each([
  ['an error', new Error('gone'), 'gone'],
  ['a text', 'gone', 'gone'],
  ['an object that is no error', Object.create(null), 'a value that is no error'],
  ['nothing', undefined, 'a value that is no error'],
])('%s that was thrown', (_, error, message) => {
  expect(thrown(error)).toEqual({ path: [], code: 'threw', message })
})
