import { inspect } from 'node:util'
import {
  APIError,
  CassetteError,
  ConfigError,
  ExtractError,
  extract,
  OutputError,
  SchemaError,
  StreamError,
  TimeoutError,
  ToolError,
} from 'decant'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { modelServer } from './helpers/model-server.ts'
import { Person } from './helpers/person.ts'

const family = [
  { name: 'ConfigError', Class: ConfigError, error: new ConfigError('m', 'no_key'), retryable: false },
  { name: 'SchemaError', Class: SchemaError, error: new SchemaError('m', 'bad_root'), retryable: false },
  {
    name: 'APIError',
    Class: APIError,
    error: new APIError('m', 'rate_limit', { status: 429, retryable: true, retryAfter: 5 }),
    retryable: true,
  },
  { name: 'StreamError', Class: StreamError, error: new StreamError('m', 'interrupted'), retryable: true },
  { name: 'TimeoutError', Class: TimeoutError, error: new TimeoutError('m', 'idle'), retryable: true },
  { name: 'OutputError', Class: OutputError, error: new OutputError('m', 'no_call'), retryable: true },
  { name: 'ToolError', Class: ToolError, error: new ToolError('m', 'failed', { toolName: 't' }), retryable: false },
  { name: 'CassetteError', Class: CassetteError, error: new CassetteError('m', 'no_match'), retryable: false },
]

describe.each(family)('$name', ({ name, Class, error, retryable }) => {
  it('is an Error with its name, its code and nothing of a run yet', () => {
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(ExtractError)
    expect(error.name).toBe(name)
    expect(String(error)).toBe(`${name}: m`)
    expect(error.retryable).toBe(retryable)
    expect(error).toMatchObject({ issues: [], calls: [], usage: {}, finishReason: null, text: '' })
    expect('cost' in error || 'requestId' in error || 'cause' in error).toBe(false)
  })

  it('is an instance of its own class only', () => {
    expect(family.filter(other => error instanceof other.Class).map(other => other.name)).toEqual([name])
    expect(new ExtractError('m', 'x', false)).not.toBeInstanceOf(Class)
  })

  it('is recognised by another copy of the module, and recognises its errors', async () => {
    vi.resetModules()
    const copy = await import('../src/errors.ts')
    const Twin = copy[name as 'ConfigError'] as unknown as typeof Class
    expect(Twin).not.toBe(Class)
    expect(error).toBeInstanceOf(Twin)
    expect(error).toBeInstanceOf(copy.ExtractError)
    expect(new (Twin as any)('m', 'x', { status: 1, toolName: 't' })).toBeInstanceOf(Class)
    expect(new copy.ExtractError('m', 'x', false)).not.toBeInstanceOf(Class)
  })

  it('keeps its name, text and partial out of what is logged', () => {
    Object.assign(error, { text: 'the raw answer', partial: { secret: 'the raw answer' } })
    expect(error.text).toBe('the raw answer')
    expect(Object.keys(error)).not.toEqual(expect.arrayContaining(['text']))
    expect(JSON.stringify(error)).not.toContain('the raw answer')
    expect(JSON.stringify({ ...error })).not.toContain('the raw answer')
    expect(inspect(error, { depth: 9 })).not.toContain('the raw answer')
    expect(inspect(error)).toContain(name)
  })
})

describe('the family', () => {
  it('takes nothing for its own that is not', () => {
    for (const value of [null, undefined, 'x', {}, new Error('m'), { name: 'ExtractError', code: 'x' }, () => {}]) {
      expect(value instanceof ExtractError).toBe(false)
    }
  })

  it('leaves a subclass of a user to itself', () => {
    class Mine extends OutputError {}
    expect(new Mine('m', 'no_call')).toBeInstanceOf(Mine)
    expect(new Mine('m', 'no_call')).toBeInstanceOf(OutputError)
    expect(new OutputError('m', 'no_call')).not.toBeInstanceOf(Mine)
  })

  it('keeps a cause and hides it from JSON', () => {
    const cause = new Error('inner')
    const error = new StreamError('m', 'network', { cause })
    expect(error.cause).toBe(cause)
    expect(Object.keys(error)).not.toContain('cause')
  })

  it.each([
    ['no_call', true],
    ['wrong_call', true],
    ['invalid_json', true],
    ['schema_mismatch', true],
    ['truncated', false],
    ['refused', false],
    ['content_filter', false],
    ['degenerate', false],
    ['limit', false],
  ] as const)('%s may succeed when asked again: %s', (code, retryable) => {
    expect(new OutputError('m', code).retryable).toBe(retryable)
  })

  it('knows that a total timeout is final', () => {
    expect(new TimeoutError('m', 'total').retryable).toBe(false)
    expect(new TimeoutError('m', 'first_byte').retryable).toBe(true)
  })
})

describe('the error of a run', () => {
  it('carries the receipt, and no word of the answer where logs would show it', async () => {
    const secret = 'Zebulon the Unmentionable'
    const args = JSON.stringify({ name: secret, age: secret, city: secret })
    await using server = await modelServer({ call: 'Person', args }, { call: 'Person', args })
    const error: OutputError = await extract(Person, '', { model: server.model() }).catch(reason => reason)
    expect(error).toMatchObject({
      code: 'schema_mismatch',
      text: args,
      partial: { name: secret },
      usage: { inputTokens: 20, outputTokens: 10, totalTokens: 30 },
      requestId: 'req-2',
      finishReason: 'tool_calls',
    })
    expect(error.calls.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['first', 'schema_mismatch'],
      ['repair', 'schema_mismatch'],
    ])
    for (const log of [String(error), error.stack, JSON.stringify(error), inspect(error, { depth: 9 })]) {
      expect(log).not.toContain('Zebulon')
    }
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: 'schema_mismatch', usage: { totalTokens: 30 } })
  })

  it.each([
    ['refused', { message: { refusal: 'I will not.' }, finish_reason: 'stop' }, 'I will not.'],
    ['truncated', { message: { content: 'half' }, finish_reason: 'length' }, 'half'],
    ['content_filter', { message: { content: 'half' }, finish_reason: 'content_filter' }, 'half'],
  ])('settles the call that ended badly, and nothing is repaired: %s', async (code, choice, text) => {
    await using server = await modelServer((_, response) => void response.end(JSON.stringify({ choices: [choice] })))
    const asked = extract(z.string(), '', { model: server.model(), maxRepairs: 5 })
    const error: OutputError = await asked.catch(reason => reason)
    expect(error).toMatchObject({ name: 'OutputError', code, text, finishReason: choice.finish_reason })
    expect(error.calls).toMatchObject([{ outcome: code }])
    expect(server.requests).toHaveLength(1)
  })

  it('counts no call where nothing was sent', async () => {
    vi.stubEnv('XAI_API_KEY', '')
    const extraction = extract(Person, '', { model: 'xai/x' })
    await expect(extraction).rejects.toMatchObject({ name: 'ConfigError', code: 'no_key', calls: [], usage: {} })
    await expect(extraction).rejects.toThrow(
      'Cannot call xai without a key: set XAI_API_KEY in the environment, or give the apiKey option',
    )
    expect(extraction.calls).toEqual([])
    vi.unstubAllEnvs()
  })
})
