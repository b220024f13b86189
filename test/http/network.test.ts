import { expect, test } from 'vitest'
import { networkError } from '../../src/http/network.ts'

test('the innermost words are the message; name, code and words are all that the cause keeps', () => {
  const inner = Object.assign(new RangeError('read ECONNRESET'), { code: 'ECONNRESET', fd: 7 })
  const error = networkError(new TypeError('fetch failed', { cause: inner }), 'Cannot reach acme', 'idle', [])
  expect(error.message).toBe('Cannot reach acme: read ECONNRESET')
  expect(error.cause).toMatchObject({ name: 'RangeError', message: 'read ECONNRESET', code: 'ECONNRESET' })
  expect(error.cause).not.toHaveProperty('fd')
})

test('an error without words of its own has its code, or those of the error around it', () => {
  const coded = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' })
  const wrap = (cause: Error): string => networkError(new TypeError('fetch failed', { cause }), 'X', 'idle', []).message
  expect(wrap(coded)).toBe('X: ECONNREFUSED')
  expect(wrap(new Error(''))).toBe('X: fetch failed')
})
