import { describe, expect, test } from 'vitest'
import { addReport, readUsage } from '../../../src/wire/chat-completions/usage.ts'

describe('usage', () => {
  test('all that is reported', () => {
    const raw = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 80 },
      completion_tokens_details: { reasoning_tokens: 30 },
      cost: 0.0025,
    }
    expect(readUsage(raw)).toEqual({
      usage: { inputTokens: 100, outputTokens: 50, cachedInputTokens: 80, reasoningTokens: 30, totalTokens: 150 },
      cost: 0.0025,
    })
  })

  test('reasoning that is counted beside the output is added: xAI, 401 + 44 + 257 = 702', () => {
    const raw = {
      prompt_tokens: 401,
      completion_tokens: 44,
      total_tokens: 702,
      completion_tokens_details: { reasoning_tokens: 257 },
    }
    expect(readUsage(raw).usage).toMatchObject({ outputTokens: 301, reasoningTokens: 257, totalTokens: 702 })
  })

  test('without a total or an input nothing is guessed', () => {
    const details = { completion_tokens: 44, completion_tokens_details: { reasoning_tokens: 257 } }
    expect(readUsage(details).usage.outputTokens).toBe(44)
    expect(readUsage({ ...details, prompt_tokens: 401 }).usage.outputTokens).toBe(44)
  })

  test('xAI’s ticks are ten thousand millionths of a dollar', () => {
    expect(readUsage({ cost_in_usd_ticks: 1_707_000 }).cost).toBe(0.0001707)
  })

  test('a later report replaces what it says and keeps the rest', () => {
    const whole = readUsage({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: 0.1 })
    expect(addReport(undefined, whole)).toEqual(whole)
    expect(addReport(whole, readUsage({}))).toEqual(whole)
    expect(addReport(whole, readUsage({ completion_tokens: 6, cost: 0.2 }))).toEqual({
      usage: { inputTokens: 10, outputTokens: 6, totalTokens: 15 },
      cost: 0.2,
    })
  })

  test('a cost of nothing is known, not absent', () => {
    expect(readUsage({ cost: 0, completion_tokens: 0 })).toEqual({ usage: { outputTokens: 0 }, cost: 0 })
  })

  test.each([
    ['nothing', {}],
    [
      'null everywhere',
      { prompt_tokens: null, prompt_tokens_details: null, completion_tokens_details: null, cost: null },
    ],
    [
      'odd kinds',
      {
        prompt_tokens: '7',
        total_tokens: -1,
        prompt_tokens_details: 'x',
        completion_tokens_details: 3,
        cost: Number.NaN,
      },
    ],
  ])('%s stays absent', (_, raw) => {
    expect(readUsage(raw)).toEqual({ usage: {}, cost: undefined })
  })
})
