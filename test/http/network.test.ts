import { expect, test } from 'vitest'
import { networkError } from '../../src/http/network.ts'

test('the innermost words are the message; name, code and words are all that the cause keeps', () => {
  const inner = Object.assign(new RangeError('read ECONNRESET'), { code: 'ECONNRESET', fd: 7 })
  const error = networkError(new TypeError('fetch failed', { cause: inner }), 'Cannot reach acme', 'idle', [])
  expect(error.message).toBe('Cannot reach acme: read ECONNRESET')
  expect(error.cause).toMatchObject({ name: 'RangeError', message: 'read ECONNRESET', code: 'ECONNRESET' })
  expect(error.cause).not.toHaveProperty('fd')
})

test('neither name nor code of the cause holds a key', () => {
  const key = 'hunter22-secret'
  const thrown = Object.assign(new Error('x'), { name: `E ${key}`, code: key })
  const { cause } = networkError(thrown, 'X', 'idle', [key])
  expect(cause).toMatchObject({ name: 'E [redacted]', code: '[redacted]' })
})

test.each([
  ['Headers.append: "a\nb" is an invalid header value.', false],
  ['Cannot convert argument to a ByteString because the character at index 7 has a value of 8220', false],
  ["Failed to execute 'fetch' on 'Window': String contains non ISO-8859-1 code point.", false],
  ['Failed to fetch', true],
])('%s retryable: %s', (words, retryable) => {
  expect(networkError(new TypeError(words), 'X', 'idle', []).retryable).toBe(retryable)
})

test('what is thrown and no error is told as far as it can be', () => {
  const told = [undefined, 'reset', { toString: 1 }].map(each => networkError(each, 'X', 'idle', []).message)
  expect(told).toEqual(['X: undefined', 'X: reset', 'X: no Error was thrown'])
})

test('an error without words of its own has its code, or those of the error around it', () => {
  const coded = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' })
  const wrap = (cause: Error): string => networkError(new TypeError('fetch failed', { cause }), 'X', 'idle', []).message
  expect(wrap(coded)).toBe('X: ECONNREFUSED')
  expect(wrap(new Error(''))).toBe('X: fetch failed')
})
