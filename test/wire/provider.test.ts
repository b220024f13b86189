import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { carriedProvider, createProvider, providerOf } from '../../src/wire/provider.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('createProvider', () => {
  test('is called with a model id', () => {
    const model = createProvider({ name: 'ollama', baseURL: 'http://localhost:11434/v1/' })('qwen3')
    expect(model).toEqual({ provider: 'ollama', id: 'qwen3' })
    expect(carriedProvider(model)?.row).toEqual({
      name: 'ollama',
      baseURL: 'http://localhost:11434/v1',
      keyVariable: undefined,
      keyHeader: 'authorization',
      maxTokensField: 'max_tokens',
      sendsStrict: false,
      asksForUsage: false,
      reasoning: 'effort',
      forcesWhileReasoning: true,
      argumentsAtOnce: false,
      dialect: 'plain',
    })
  })

  test('models of one provider share what it has taught us', () => {
    const acme = createProvider({ name: 'acme', baseURL: 'https://acme.test' })
    expect(carriedProvider(acme('a'))).toBe(carriedProvider(acme('b')))
  })

  test('a model shows neither headers nor keys when it is logged', () => {
    const headers = { 'x-key': 'hunter22' }
    const model = createProvider({ name: 'acme', baseURL: 'https://acme.test', headers, apiKey: 'hunter22' })('m')
    expect(inspect(model) + JSON.stringify(model)).not.toContain('hunter22')
    expect(inspect(carriedProvider(model)?.key, { showHidden: true })).not.toContain('hunter22')
  })

  test.each([undefined, '', 7])('a model id that is %j is misuse', id => {
    const acme = createProvider({ name: 'acme', baseURL: 'https://acme.test' })
    expect(() => acme(id as string)).toThrow(
      new TypeError(`Cannot name a model of 'acme': the id must be a non-empty string`),
    )
  })
})

describe('misuse of createProvider', () => {
  const baseURL = 'https://acme.test'
  const string = `it must be a non-empty string without '/'`
  test.each([
    [
      undefined,
      `Cannot create a provider without options: give { name: 'ollama', baseURL: 'http://localhost:11434/v1' }`,
    ],
    [{ baseURL }, `Cannot create a provider with no name: ${string}`],
    [{ name: '', baseURL }, `Cannot create a provider with name '': ${string}`],
    [{ name: 'a/b', baseURL }, `Cannot create a provider with name 'a/b': ${string}`],
    [
      { name: 'acme', baseUrl: baseURL },
      `Cannot create provider 'acme' with option 'baseUrl': there is no such option (did you mean 'baseURL'?)`,
    ],
    [
      { name: 'acme', baseURL, models: [] },
      `Cannot create provider 'acme' with option 'models': there is no such option`,
    ],
  ])('%j', (options, message) => {
    expect(() => createProvider(options as never)).toThrow(new TypeError(message))
  })
})

describe('the base URL', () => {
  test.each([
    'https://acme.test',
    'http://localhost:1/v1',
    'http://127.0.0.1',
    'http://127.1.2.3:80/',
    'http://[::1]:8080/v1',
  ])('%s is taken', baseURL => {
    expect(providerOf({ name: 'acme', baseURL }).row.baseURL).toBe(baseURL.replace(/\/$/, ''))
  })

  test.each([
    ['acme.test/v1', `must be an absolute URL such as 'https://example.com/v1'`],
    ['', `must be an absolute URL such as 'https://example.com/v1'`],
    ['http://acme.test', 'must be https (http only on a loopback address)'],
    ['http://localhost.acme.test', 'must be https (http only on a loopback address)'],
    ['http://127.0.0.1.acme.test', 'must be https (http only on a loopback address)'],
    ['file:///etc', 'must be https (http only on a loopback address)'],
    ['https://user:hunter22@acme.test', 'must not hold a user name or password: use apiKey or headers'],
    ['https://acme.test/v1?key=hunter22', 'must not hold a query or a fragment: use the query option'],
    ['https://acme.test/v1#x', 'must not hold a query or a fragment: use the query option'],
  ])('%s is refused and not quoted', (baseURL, wanted) => {
    expect(() => createProvider({ name: 'acme', baseURL })).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        code: 'bad_option',
        message: `Cannot create provider 'acme': baseURL ${wanted}`,
      }),
    )
  })
})

describe('the key', () => {
  const acme = { name: 'acme', baseURL: 'https://acme.test', keyVariable: 'ACME_API_KEY' }

  test('comes from the option, a function, or the environment, in this order', async () => {
    vi.stubEnv('ACME_API_KEY', 'from-environment')
    expect(await providerOf({ ...acme, apiKey: 'given' }).key()).toBe('given')
    expect(await providerOf({ ...acme, apiKey: async () => 'fetched' }).key()).toBe('fetched')
    expect(await providerOf(acme).key()).toBe('from-environment')
  })

  test('is read per request', async () => {
    const { key } = providerOf(acme)
    vi.stubEnv('ACME_API_KEY', '')
    expect(await key()).toBe(undefined)
    vi.stubEnv('ACME_API_KEY', 'later')
    expect(await key()).toBe('later')
  })

  test('is absent where there is no process, as in a browser', async () => {
    vi.stubGlobal('process', undefined)
    try {
      expect(await providerOf(acme).key()).toBe(undefined)
    } finally {
      vi.unstubAllGlobals()
    }
  })
})
