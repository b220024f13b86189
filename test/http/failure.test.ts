import { describe, expect, test } from 'vitest'
import { apiError } from '../../src/http/failure.ts'

const failing = (status: number, body: unknown, headers: Record<string, string> = {}, secrets: string[] = []) =>
  apiError({ provider: 'acme', status, headers: new Headers(headers), body, secrets, requestId: 'req-1' })

describe('codes', () => {
  test.each([
    [400, 'bad_request', false],
    [401, 'auth', false],
    [402, 'quota', false],
    [403, 'auth', false],
    [404, 'not_found', false],
    [408, 'upstream', true],
    [409, 'upstream', true],
    [413, 'bad_request', false],
    [422, 'bad_request', false],
    [429, 'rate_limit', true],
    [500, 'upstream', true],
    [501, 'upstream', false],
    [502, 'upstream', true],
    [529, 'upstream', true],
    [307, 'bad_request', false],
    [0, 'bad_request', false],
  ])('status %i is %s, retryable %s', (status, code, retryable) => {
    expect(failing(status, '')).toMatchObject({ name: 'APIError', code, status, retryable, requestId: 'req-1' })
  })

  test('a spent quota in a 429 does not come back by waiting', () => {
    const body = {
      error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' },
    }
    expect(failing(429, body, { 'x-should-retry': 'true' })).toMatchObject({ code: 'quota', retryable: false })
    expect(failing(400, { error: { code: 'billing_hard_limit_reached' } })).toMatchObject({ code: 'quota' })
  })

  test('x-should-retry decides where it stands, never about keys', () => {
    expect(failing(400, '', { 'x-should-retry': 'true' }).retryable).toBe(true)
    expect(failing(500, '', { 'x-should-retry': 'false' }).retryable).toBe(false)
    expect(failing(401, '', { 'x-should-retry': 'true' }).retryable).toBe(false)
  })
})

describe('an error inside a 200', () => {
  test.each([
    ['a numeric code', { error: { code: 429, message: 'busy' } }, 'rate_limit', 429],
    [
      'a status code beside a word',
      { error: { code: 'context_too_long', status_code: 400, message: 'm' } },
      'bad_request',
      400,
    ],
    [
      'a word in the place of the status',
      { error: { code: 503, status: 'UNAVAILABLE', message: 'm' } },
      'upstream',
      503,
    ],
    ['no wrapper', { object: 'error', code: 404, message: 'no such model' }, 'not_found', 404],
    ['a list around it', [{ error: { code: 400, message: 'm' } }], 'bad_request', 400],
    ['only a type: rate', { error: { type: 'rate_limit_error', message: 'm' } }, 'rate_limit', 200],
    ['only a type: key', { error: { type: 'invalid_request_error', code: 'invalid_api_key' } }, 'auth', 200],
    ['only a type: request', { error: { type: 'invalid_request_error', message: 'm' } }, 'bad_request', 200],
    ['only a type: server', { error: { type: 'server_error', code: null, message: 'm' } }, 'upstream', 200],
    ['a code that is no status', { error: { code: 7, message: 'm' } }, 'upstream', 200],
    ['a string', { error: 'boom' }, 'upstream', 200],
  ])('%s', (_, body, code, status) => {
    expect(failing(200, body)).toMatchObject({ code, status })
  })

  test('without a status it may go away', () => {
    expect(failing(200, { error: { message: 'overloaded' } }).retryable).toBe(true)
  })

  test('the status that was sent stands, where it was an error itself', () => {
    expect(failing(400, { error: { code: 500, message: 'm' } })).toMatchObject({ status: 400, code: 'bad_request' })
  })
})

describe('words', () => {
  test.each([
    ['error.message', { error: { message: 'too many' } }, 'acme answered 500: too many'],
    ['error', { error: 'too many' }, 'acme answered 500: too many'],
    ['message', { message: 'too many' }, 'acme answered 500: too many'],
    ['detail', { detail: 'too many' }, 'acme answered 500: too many'],
    [
      'some other shape',
      { detail: [{ msg: 'field required' }] },
      'acme answered 500: {"detail":[{"msg":"field required"}]}',
    ],
    ['text', 'too many', 'acme answered 500: too many'],
    ['nothing', '', 'acme answered 500'],
    ['null', null, 'acme answered 500'],
    ['an empty list', [], 'acme answered 500'],
    [
      'a page with a title',
      '\n<!doctype html><title> 502 Bad Gateway </title><p>nginx',
      'acme answered 500: an HTML page: 502 Bad Gateway',
    ],
    ['a page without one', `<p>${'x'.repeat(500)}`, `acme answered 500: an HTML page: <p>${'x'.repeat(197)}`],
  ])('from %s', (_, body, message) => {
    expect(failing(500, body).message).toBe(message)
  })

  test('are cut at 2,048 characters', () => {
    expect(failing(500, 'y'.repeat(2048)).message).toHaveLength('acme answered 500: '.length + 2048)
    expect(failing(500, 'y'.repeat(2049)).message).toHaveLength('acme answered 500: '.length + 2048)
  })

  test('are redacted before they are cut, so that no half of a key is left', () => {
    const key = 'topsecretvalue'
    const text = `${'z'.repeat(2040)}${key}`
    expect(failing(401, text, {}, [key]).message).not.toContain('topsec')
    expect(failing(401, `<p>${'z'.repeat(190)}${key}`, {}, [key]).message).not.toContain('topsec')
    expect(failing(401, { error: { message: `Incorrect API key provided: ${key}` } }, {}, [key]).message).toBe(
      'acme answered 401: Incorrect API key provided: [redacted]',
    )
    expect(failing(401, { odd: key }, {}, [key]).message).not.toContain(key)
  })
})

describe('an answer of somebody else', () => {
  const secret = 'hunter22'
  const at = (status: number, body: unknown): string =>
    apiError({
      provider: 'local',
      status,
      headers: new Headers(),
      body,
      secrets: [secret],
      url: `http://me:${secret}@127.0.0.1:1/${secret}/chat/completions?key=${secret}`,
    }).message
  const url = 'http://127.0.0.1:1/[redacted]/chat/completions'

  test.each([
    [404, { detail: 'Not Found' }, `404 for ${url}: Not Found; check the base URL and the model id`],
    [404, '', `404 for ${url}; check the base URL and the model id`],
    [405, '', `405 for ${url}; check the base URL`],
    [403, '<title>Sign in</title>', `403 for ${url}: an HTML page: Sign in; check the base URL`],
    [502, '<title>Bad Gateway</title>', '502: an HTML page: Bad Gateway'],
    [401, { error: 'no key' }, '401: no key'],
  ])('status %i with %j', (status, body, message) => {
    expect(at(status, body)).toBe(`local answered ${message}`)
  })
})

describe('hostile bodies', () => {
  const deep = JSON.parse(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)
  test.each([
    ['nested too deeply to be written', deep],
    ['a type that cannot be a string', { error: { message: 'm', type: JSON.parse('{"toString":1}') } }],
    ['a code that cannot be a number', { error: { message: 'm', code: JSON.parse('{"valueOf":1,"toString":1}') } }],
    ['a message of odd kind', { error: { message: { deep } } }],
  ])('%s: the status still tells', (_, body) => {
    expect(failing(401, body)).toMatchObject({ name: 'APIError', code: 'auth', status: 401 })
  })
})

test('the wait that is asked for stands in the error and in its message', () => {
  const error = failing(429, 'busy', { 'retry-after': '86400' })
  expect(error).toMatchObject({
    retryAfter: 86_400_000,
    message: 'acme answered 429: busy (it asks to wait 86400 s)',
  })
  expect(failing(500, 'busy')).not.toHaveProperty('retryAfter')
})
