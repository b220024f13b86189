import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type CassetteOptions, cassette } from '../../src/cassette/index.ts'
import { Secrets } from '../../src/cassette/secrets.ts'
import { CassetteError } from '../../src/errors.ts'
import { recordings, temporaryFolder, textOf } from './setup.ts'

const url = 'https://api.example.com/v1'
const secret = 'kT+9/ü "x\\y" 8Zq'

afterEach(() => vi.unstubAllEnvs())

/** Records one exchange; the path and what the last read of the body threw. */
async function record(answer: string, init: RequestInit = {}, options: CassetteOptions = {}, at = url) {
  const path = join(temporaryFolder(), 'x.yaml')
  const fetch = async () => new Response(answer, { headers: { 'x-request-id': 'req-1' } })
  const response = await cassette(path, { mode: 'record', fetch, ...options })(at, { method: 'POST', ...init })
  const error: unknown = await response.text().then(
    () => undefined,
    reason => reason,
  )
  return { path, error }
}

/** Like `record`, of something that must not be written. */
async function refusal(...given: Parameters<typeof record>): Promise<CassetteError> {
  const { path, error } = await record(...given)
  expect(existsSync(path)).toBe(false)
  if (error instanceof CassetteError) return error
  throw error
}

describe('a file with a secret is not written, and the last read of the body says so', () => {
  test('the message names the field, never the secret', async () => {
    const headers = { authorization: `Bearer top-secret-value` }
    const error = await refusal('you sent top-secret-value', { headers })
    expect(error.code).toBe('secret_found')
    expect(error.message).toMatch(
      /^Cannot write cassette '.*x\.yaml': interactions\[0\]\.response\.body holds the value of the request's authorization header\. Nothing was written;/,
    )
    expect(error.message).not.toContain('top-secret-value')
  })

  test.each([
    ['authorization', 'Basic dXNlcjpodW50ZXIxMjM0', 'hunter1234'],
    ['proxy-authorization', 'Token abcdefgh1', 'abcdefgh1'],
    ['authorization', 'naked-key-1', 'naked-key-1'],
    ['x-api-key', 'abcdefgh2', 'abcdefgh2'],
    ['api-key', 'abcdefgh3', 'abcdefgh3'],
    ['x-goog-api-key', 'abcdefgh4', 'abcdefgh4'],
    ['cookie', 'session=abcdefgh5', 'abcdefgh5'],
    ['cookie', 'a=1; session=abcdefgh6', 'abcdefgh6'],
  ])('%s', async (name, value, part) => {
    const error = await refusal(`<${part}>`, { headers: { [name]: value } })
    expect(error.message).toContain(`holds the value of the request's ${name} header`)
  })

  test('in the request body', async () => {
    const error = await refusal('ok', { body: 'my abcdefgh9', headers: { 'x-api-key': 'abcdefgh9' } })
    expect(error.message).toContain('interactions[0].request.body')
  })

  test('in a header that is kept', async () => {
    const error = await refusal('ok', {}, { secrets: ['req-1'] })
    expect(error.message).toContain(
      'interactions[0].response.headers.X-Request-Id[0] holds a value of the option secrets',
    )
  })

  test('from the environment', async () => {
    vi.stubEnv('SOME_API_KEY', 'from-the-environment')
    expect((await refusal('from-the-environment')).message).toContain('the environment variable SOME_API_KEY')
  })

  test("from the request's URL, which itself is stripped", async () => {
    const at = 'https://user:pa%20ss%20word@api.example.com/v1?api_key=query-secret&n=1'
    expect((await refusal('pa ss word', {}, {}, at)).message).toContain(`a credential of the request's URL`)
    expect((await refusal('query-secret', {}, {}, at)).message).toContain(`a credential of the request's URL`)
    const { path, error } = await record('ok', {}, {}, at)
    expect(error).toBe(undefined)
    expect(readFileSync(path, 'utf8')).toContain('url: https://api.example.com/v1?n=1\n')
  })

  test.each([
    ['plain', secret],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in a URL', `https://a.example/?q=${encodeURIComponent(secret)}`],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 after one byte', Buffer.from(`:${secret}:`).toString('base64')],
    ['in base64 after two bytes', Buffer.from(`::${secret}:`).toString('base64')],
    ['in base64 for URLs', Buffer.from(`{"key":"${secret}"}`).toString('base64url')],
  ])('%s', async (_, text) => {
    expect((await refusal(`before ${text} after`, {}, { secrets: [secret] })).code).toBe('secret_found')
  })

  test.each([
    'sk-proj-Ab3dEf6hIj9lMn2pQr5t',
    'sk-or-v1-0123456789abcdef0123456789abcdef',
    'sk-ant-api03-Ab3dEf6hIj9lMn2p',
    'xai-Ab3dEf6hIj9lMn2pQr5tUv8x',
    'gsk_Ab3dEf6hIj9lMn2pQr5tUv8x',
    'AIzaSyAb3dEf6hIj9lMn2pQr5tUv8xAb3dEf6hI',
    'Authorization: Bearer Ab3dEf6hIj9lMn2pQr5tUv8x',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N',
  ])('by its looks: %s', async text => {
    expect((await refusal(`{"key":"${text}"}`)).message).toContain('something that looks like')
  })

  test('and neither is any later one: a file without that exchange would replay wrongly', async () => {
    const path = join(temporaryFolder(), 'x.yaml')
    const answers = ['fine', 'the password is swordfish', 'fine']
    const recorder = cassette(path, { secrets: ['swordfish'], fetch: async () => new Response(answers.shift()) })
    await (await recorder(url)).text()
    const written = readFileSync(path, 'utf8')
    for (let call = 1; call <= 2; call++) {
      await expect((await recorder(url)).text()).rejects.toThrow('interactions[1].response.body holds')
    }
    expect(readFileSync(path, 'utf8')).toBe(written)
  })
})

describe('ordinary text is no secret', () => {
  test.each([
    'a risk-averse-but-otherwise-long-hyphenated-word-2',
    'sk-short1',
    'sk-a-class-name-without-any-digit-in-it',
    'bearer of good and long-lasting-news',
    'xai-and-its-models',
    'eyJ.eyJ.x',
  ])('%s', async text => {
    const { path, error } = await record(text)
    expect(error).toBe(undefined)
    expect(existsSync(path)).toBe(true)
  })

  test('short credentials, variables of other names', async () => {
    vi.stubEnv('SHORT_API_KEY', 'abc')
    vi.stubEnv('API_KEY_NAME', 'long-enough-but-no-key')
    expect((await record('abc long-enough-but-no-key', { headers: { authorization: 'Bearer abc' } })).error).toBe(
      undefined,
    )
  })

  test.each(recordings)('%s', recording => {
    expect(new Secrets([]).find(textOf(recording))).toBe(undefined)
  })
})

test('redact takes every secret out', () => {
  const secrets = new Secrets(['swordfish', 'redacted'])
  expect(secrets.redact('swordfish, sk-Ab3dEf6hIj9lMn2pQr5tU and c3dvcmRmaXNo')).not.toMatch(/swordfish|Ab3d|c3dv/)
  expect(secrets.redact('nothing here')).toBe('nothing here')
})

test.each(['sk-', 'xai-', 'gsk_', 'AIza ', 'Bearer ', 'eyJ', 'eyJabcdefghijk-', 'eyJabcdefghijk..'])(
  'the beginning %s of a key, repeated without end, is searched in linear time',
  start => expect(new Secrets([]).find(start.repeat(100_000))).toBe(undefined),
)
