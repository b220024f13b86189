import { ConfigError, createProvider, extract } from 'decant'
import { describe, expect, it } from 'vitest'
import { Person } from './helpers/person.ts'

const start = (options: unknown) => () => extract(Person, '', options as never)
const model = 'xai/grok-4-fast'

describe('options of the wrong kind', () => {
  it.each([
    [undefined, TypeError, `Cannot extract without options: give at least { model: 'provider/model-id' }`],
    [null, TypeError, `Cannot extract without options: give at least { model: 'provider/model-id' }`],
    [{}, TypeError, `Cannot extract with model undefined: it must be 'provider/model-id' or what a provider returns`],
    [
      { model: '' },
      TypeError,
      `Cannot extract with model '': it must be 'provider/model-id' or what a provider returns`,
    ],
    [
      { model: { id: 'x' } },
      TypeError,
      `Cannot extract with model that is an object: it must be 'provider/model-id' or what a provider returns`,
    ],
    [
      { model: () => 'x' },
      TypeError,
      `Cannot extract with model that is a function: call it with a model id: provider('model-id')`,
    ],
    [{ model, tools: [] }, TypeError, `Cannot extract with tools that is a list: it must be an object`],
    [{ model, instructions: 5 }, RangeError, `Cannot extract with instructions 5: it must be a string`],
    [
      { model, mode: 'yaml' },
      RangeError,
      `Cannot extract with mode 'yaml': it must be 'auto', 'tool', 'json-schema' or 'json'`,
    ],
    [{ model, strict: 'yes' }, TypeError, `Cannot extract with strict 'yes': it must be true or false`],
    [{ model, stream: 1n }, TypeError, `Cannot extract with stream 1: it must be true or false`],
    [{ model, schemaName: null }, TypeError, `Cannot extract with schemaName null: it must be a string`],
    [
      { model, schemaDescription: {} },
      TypeError,
      `Cannot extract with schemaDescription that is an object: it must be a string`,
    ],
    [
      { model, maxOutputTokens: 0 },
      RangeError,
      `Cannot extract with maxOutputTokens 0: it must be an integer of at least 1`,
    ],
    [{ model, temperature: NaN }, RangeError, `Cannot extract with temperature NaN: it must be a finite number`],
    [{ model, seed: '1' }, TypeError, `Cannot extract with seed '1': it must be a finite number`],
    [{ model, reasoning: 'low' }, TypeError, `Cannot extract with reasoning 'low': it must be an object`],
    [
      { model, reasoning: { efort: 'low' } },
      TypeError,
      `Cannot extract with reasoning 'efort': there is no such option (did you mean 'effort'?)`,
    ],
    [{ model, maxSteps: 0 }, RangeError, `Cannot extract with maxSteps 0: it must be an integer of at least 1`],
    [{ model, maxRetries: -1 }, RangeError, `Cannot extract with maxRetries -1: it must be an integer of at least 0`],
    [{ model, maxRepairs: 1.5 }, RangeError, `Cannot extract with maxRepairs 1.5: it must be an integer of at least 0`],
    [{ model, maxRepairs: '2' }, TypeError, `Cannot extract with maxRepairs '2': it must be an integer of at least 0`],
    [
      { model, onInvalid: 'throw' },
      RangeError,
      `Cannot extract with onInvalid 'throw': it must be 'auto', 'stop' or 'finish'`,
    ],
    [
      { model, wellFormed: true },
      RangeError,
      `Cannot extract with wellFormed true: it must be 'keep', 'replace' or 'refuse'`,
    ],
    [
      { model, limits: { lenght: 5 } },
      TypeError,
      `Cannot extract with limits 'lenght': there is no such option (did you mean 'length'?)`,
    ],
    [
      { model, limits: { blanks: -1 } },
      RangeError,
      `Cannot extract with limits.blanks -1: it must be an integer of at least 0`,
    ],
    [
      { model, limits: { length: 16 * 1024 * 1024 + 1 } },
      RangeError,
      `Cannot extract with limits.length 16777217: it must be at most 16777216`,
    ],
    [{ model, limits: { depth: 1001 } }, RangeError, `Cannot extract with limits.depth 1001: it must be at most 1000`],
    [
      { model, timeout: 0 },
      RangeError,
      `Cannot extract with timeout.total 0: it must be a number of milliseconds above 0`,
    ],
    [
      { model, timeout: { idle: '5s' } },
      RangeError,
      `Cannot extract with timeout.idle '5s': it must be a number of milliseconds above 0`,
    ],
    [
      { model, timeout: { first: 5 } },
      TypeError,
      `Cannot extract with timeout.first: the clocks are firstByte, idle and total`,
    ],
    [{ model, signal: {} }, TypeError, `Cannot extract with signal that is an object: it must be an AbortSignal`],
    [
      { model, headers: new Headers({ a: 'b' }) },
      TypeError,
      `Cannot extract with headers that is an object: it must be an object of strings`,
    ],
    [
      { model, headers: { a: undefined } },
      TypeError,
      `Cannot extract with headers that is an object: it must be an object of strings`,
    ],
    [{ model, fetch: 'node' }, TypeError, `Cannot extract with fetch 'node': it must be a function`],
    [
      { model, apiKey: 1234567 },
      RangeError,
      `Cannot extract with apiKey of type number: it must be a string or a function that returns one`,
    ],
    [{ model, extraBody: 'x' }, TypeError, `Cannot extract with extraBody 'x': it must be an object`],
    [{ model, onEvent: true }, TypeError, `Cannot extract with onEvent true: it must be a function`],
  ])('%o', (options, kind, message) => {
    expect(start(options)).toThrow(new (kind as ErrorConstructor)(message))
    expect(start(options)).toThrow(kind as ErrorConstructor)
  })

  it('are quoted cut, and a function never by its source', () => {
    expect(start({ model, fetch: 'x'.repeat(1000) })).toThrow(`fetch '${'x'.repeat(60)}': it must be`)
    expect(start({ model, instructions: () => 'secret' })).toThrow('instructions that is a function')
  })
})

describe('names of options', () => {
  it.each([
    ['temprature', ` (did you mean 'temperature'?)`],
    ['max_retries', ` (did you mean 'maxRetries'?)`],
    ['modle', ` (did you mean 'model'?)`],
    ['baseURL', ''],
    ['constructor', ''],
    ['toString', ''],
  ])('%s is none', (name, hint) => {
    expect(start({ model, [name]: 1 })).toThrow(
      new TypeError(`Cannot extract with option '${name}': there is no such option${hint}`),
    )
  })

  it('that come from a file are looked up among our own only', () => {
    expect(start({ model, ...JSON.parse('{"a":1}'), ['__proto__']: 1 })).toThrow(TypeError)
  })
})

describe('extraBody', () => {
  it.each(['messages', 'tools', 'stream'])('may not hold %s, not even to remove it', key => {
    const wrong = start({ model, extraBody: { [key]: undefined } })
    expect(wrong).toThrow(ConfigError)
    expect(wrong).toThrow(`Cannot send extraBody with '${key}': the library writes that field itself`)
  })

  it('is merged last and shallowly, and undefined removes a key', () => {
    const options = { model, temperature: 1, seed: 2, extraBody: { temperature: undefined, seed: 3, top_p: 0.5 } }
    const { request } = extract(Person, '', options)
    expect(request).toMatchObject({ seed: 3, top_p: 0.5 })
    expect(request).not.toHaveProperty('temperature')
    expect(Object.keys(options.extraBody)).toEqual(['temperature', 'seed', 'top_p'])
  })
})

describe('options that are fine', () => {
  it.each([
    [{ timeout: 5 }],
    [{ onInvalid: 'stop', limits: { length: 16 * 1024 * 1024, blanks: 0, depth: undefined } }],
    [{ limits: { blanks: 20_000_000, depth: 1000 } }],
    [{ timeout: { idle: 5, total: undefined } }],
    [{ timeout: Number.POSITIVE_INFINITY }],
    [{ maxRetries: 0, maxRepairs: 0, maxSteps: 1 }],
    [{ reasoning: { effort: 'low', maxTokens: undefined } }],
    [{ signal: new AbortController().signal }],
    [{ apiKey: async () => 'k', fetch, onEvent: () => {} }],
    [{ tools: undefined, seed: undefined, headers: {} }],
    [{ model: createProvider({ name: 'local', baseURL: 'http://localhost:1/v1' })('m') }],
  ])('%o', options => {
    expect(start({ model, ...options })).not.toThrow()
  })
})

describe('the model', () => {
  it.each([
    ['xia/grok-4-fast', 'unknown_provider', `no provider is named 'xia' (did you mean 'xai'?)`],
    ['acme/m', 'unknown_provider', `no provider is named 'acme' (known are openai, xai, groq, openrouter`],
    ['gpt-4o', 'unknown_provider', `no provider is named 'gpt-4o'`],
    ['openai', 'bad_option', `the model id is missing, as in 'openai/model-id'`],
    ['__proto__/x', 'unknown_provider', `no provider is named '__proto__'`],
  ])('%s is none', (name, code, words) => {
    expect(start({ model: name })).toThrow(expect.objectContaining({ name: 'ConfigError', code }))
    expect(start({ model: name })).toThrow(`Cannot extract with model '${name}': ${words}`)
  })
})

describe('what is meant by something else', () => {
  it.each([
    [{ maxTokens: 5 }, "did you mean 'maxOutputTokens'?"],
    [{ system: 'x' }, "did you mean 'instructions'?"],
    [{ abortSignal: new AbortController().signal }, "did you mean 'signal'?"],
  ])('%o', (options, words) => {
    expect(start({ model, ...options })).toThrow(words)
  })
})
