import { describe, expect, test } from 'vitest'
import { createProvider } from '../../src/wire/provider.ts'
import { resolveModel } from '../../src/wire/providers.ts'

describe('built-in endpoints', () => {
  test.each([
    ['openai', 'https://api.openai.com/v1', 'OPENAI_API_KEY', false, 'effort'],
    ['xai', 'https://api.x.ai/v1', 'XAI_API_KEY', false, 'effort'],
    ['groq', 'https://api.groq.com/openai/v1', 'GROQ_API_KEY', false, 'effort'],
    ['openrouter', 'https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY', true, 'object'],
  ])('%s', (name, baseURL, keyVariable, asksForUsage, reasoning) => {
    const { provider, id } = resolveModel(`${name}/some-model`)
    expect(id).toBe('some-model')
    expect(provider.row).toMatchObject({ name, baseURL, keyVariable, asksForUsage, reasoning, sendsStrict: true })
  })

  test('each is one object, so that what it teaches is kept', () => {
    expect(resolveModel('groq/a').provider).toBe(resolveModel({ provider: 'groq', id: 'b' }).provider)
  })
})

test('a model is split at the first slash', () => {
  expect(resolveModel('openrouter/anthropic/claude-sonnet-4')).toMatchObject({
    provider: { row: { name: 'openrouter' } },
    id: 'anthropic/claude-sonnet-4',
  })
})

test('a model made by a provider brings it along', () => {
  const model = createProvider({ name: 'openai', baseURL: 'http://localhost:1' })('m')
  expect(resolveModel(model)).toMatchObject({ provider: { row: { baseURL: 'http://localhost:1' } }, id: 'm' })
})

describe('what cannot be resolved is said', () => {
  test.each([
    ['xia/grok-4-fast', 'unknown_provider', `no provider is named 'xia' (did you mean 'xai'?)`],
    ['OpenAI/gpt-4o', 'unknown_provider', `no provider is named 'OpenAI' (did you mean 'openai'?)`],
    [
      'gpt-4o-mini',
      'unknown_provider',
      `no provider is named 'gpt-4o-mini' (write 'provider/gpt-4o-mini'; known are openai, xai, groq, openrouter)`,
    ],
    [
      'somebody/m',
      'unknown_provider',
      `no provider is named 'somebody' (known are openai, xai, groq, openrouter; use createProvider() or 'openrouter/somebody/m')`,
    ],
    [
      '__proto__/m',
      'unknown_provider',
      `no provider is named '__proto__' (known are openai, xai, groq, openrouter; use createProvider() or 'openrouter/__proto__/m')`,
    ],
    ['xai', 'bad_option', `the model id is missing, as in 'xai/model-id'`],
    ['xai/', 'bad_option', `the model id is missing, as in 'xai/model-id'`],
  ])('%s', (model, code, why) => {
    expect(() => resolveModel(model)).toThrow(
      expect.objectContaining({ name: 'ConfigError', code, message: `Cannot extract with model '${model}': ${why}` }),
    )
  })

  test('a model object of a provider that nobody knows', () => {
    expect(() => resolveModel({ provider: 'nope', id: 'm' })).toThrow(
      expect.objectContaining({ code: 'unknown_provider' }),
    )
  })
})
