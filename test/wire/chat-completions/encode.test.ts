import { describe, expect, test } from 'vitest'
import { encodeRequest } from '../../../src/wire/chat-completions/encode.ts'
import { type ProviderOptions, providerOf } from '../../../src/wire/provider.ts'
import type { WireRequest, WireSettings } from '../../../src/wire/wire.ts'

const parameters = { type: 'object', properties: {} }
const person = { name: 'Person', description: 'A person', parameters }
const messages = [{ role: 'user', content: 'Hi' }] as const

const encode = (
  request: Partial<WireRequest> = {},
  settings: WireSettings = {},
  row: Partial<ProviderOptions> = {},
): Record<string, unknown> =>
  encodeRequest(
    providerOf({ name: 'acme', baseURL: 'https://acme.test/v1', ...row }),
    'm-1',
    { messages, functions: [person], choice: { name: 'Person' }, stream: false, ...request },
    settings,
  )

describe('the body', () => {
  test('of a forced function, plain: nothing but what was asked for', () => {
    expect(encode()).toEqual({
      model: 'm-1',
      messages,
      tools: [{ type: 'function', function: { name: 'Person', description: 'A person', parameters } }],
      tool_choice: { type: 'function', function: { name: 'Person' } },
    })
  })

  test('of text: no functions, no choice', () => {
    expect(encode({ functions: [], choice: undefined })).toEqual({ model: 'm-1', messages })
  })

  test.each(['auto', 'required', 'none'] as const)('choice %s', choice => {
    expect(encode({ choice }).tool_choice).toBe(choice)
  })

  test('a description that is absent is left out', () => {
    const [tool] = encode({ functions: [{ ...person, description: undefined }] }).tools as [{ function: object }]
    expect(Object.keys(tool.function)).toEqual(['name', 'parameters'])
  })

  test('a stream asks for its usage', () => {
    expect(encode({ stream: true })).toMatchObject({ stream: true, stream_options: { include_usage: true } })
    expect(encode()).not.toHaveProperty('stream')
  })

  test('settings, each only where it is set', () => {
    expect(encode({}, { temperature: 0, seed: 0, maxOutputTokens: 9, reasoning: { effort: 'low' } })).toMatchObject({
      temperature: 0,
      seed: 0,
      max_tokens: 9,
      reasoning_effort: 'low',
    })
  })
})

describe('differences are flags of the row', () => {
  test.each<[string, Partial<ProviderOptions>, WireSettings, object]>([
    ['usage asked for in its own field', { asksForUsage: true }, {}, { usage: { include: true } }],
    [
      'reasoning as an object',
      { reasoning: 'object' },
      { reasoning: { effort: 'high' } },
      { reasoning: { effort: 'high' } },
    ],
    [
      'reasoning as an object, with a limit',
      { reasoning: 'object' },
      { reasoning: { maxTokens: 9 } },
      { reasoning: { max_tokens: 9 } },
    ],
    [
      'the name of the token limit',
      { maxTokensField: 'max_completion_tokens' },
      { maxOutputTokens: 9 },
      { max_completion_tokens: 9 },
    ],
  ])('%s', (_, row, settings, expected) => {
    expect(encode({}, settings, row)).toMatchObject(expected)
  })

  test.each([
    [undefined, false, undefined],
    [undefined, true, false],
    [true, true, true],
    [false, false, false],
  ])('strict %s, row sends it %s: %s on every function', (strict, sendsStrict, expected) => {
    const body = encode({ functions: [person, { ...person, name: 'tool' }] }, { strict }, { sendsStrict })
    for (const tool of body.tools as { function: { strict?: boolean } }[]) expect(tool.function.strict).toBe(expected)
  })

  test('what the provider has taught us counts more than its row', () => {
    const provider = providerOf({ name: 'acme', baseURL: 'https://acme.test' })
    provider.memory.maxTokensField = 'max_completion_tokens'
    const request = { messages, functions: [], choice: undefined, stream: false }
    const body = encodeRequest(provider, 'm', request, { maxOutputTokens: 9 })
    expect(body).toEqual({ model: 'm', messages, max_completion_tokens: 9 })
  })
})

describe('extraBody', () => {
  test('is merged last and shallowly; undefined removes', () => {
    const extraBody = { temperature: 1, top_p: 0.5, stream_options: undefined, tool_choice: { type: 'auto' } }
    const body = encode({ stream: true }, { temperature: 0, extraBody })
    expect(body).toMatchObject({ temperature: 1, top_p: 0.5, tool_choice: { type: 'auto' } })
    expect(body).not.toHaveProperty('stream_options')
  })

  test('a key __proto__ is sent like any other and reaches no prototype', () => {
    const body = encode({}, { extraBody: JSON.parse('{"__proto__":{"polluted":1}}') })
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype)
    expect(JSON.stringify(body)).toContain('"__proto__":{"polluted":1}')
  })
})
