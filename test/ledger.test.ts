import { ExtractError } from 'decant'
import { describe, expect, it } from 'vitest'
import { Ledger } from '../src/ledger.ts'
import type { Usage } from '../src/types.ts'

const ledgerOf = (...calls: { usage?: Usage; cost?: number }[]): Ledger => {
  const ledger = new Ledger()
  for (const parts of calls) Object.assign(ledger.open('first', 1, 'p/m', 'tool'), parts)
  return ledger
}

describe('the sums of a ledger', () => {
  it('are over all calls, field by field', () => {
    const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5 }
    const ledger = ledgerOf({ usage, cost: 0.1 }, { usage: { ...usage, reasoningTokens: 1 }, cost: 0.2 })
    expect(ledger.usage).toEqual({ inputTokens: 6, outputTokens: 4, totalTokens: 10 })
    expect(ledger.cost).toBe(0.3)
  })

  it('are unknown where a part is unknown, never 0', () => {
    const ledger = ledgerOf({ usage: { inputTokens: 3 }, cost: 1 }, {})
    expect(ledger.usage).toEqual({})
    expect(ledger.cost).toBeUndefined()
  })

  it('are unknown where nothing was called', () => {
    expect(new Ledger().usage).toEqual({})
    expect(new Ledger().cost).toBeUndefined()
  })

  it('keep a true 0', () => {
    const ledger = ledgerOf({ usage: { cachedInputTokens: 0 }, cost: 0 })
    expect(ledger.usage).toEqual({ cachedInputTokens: 0 })
    expect(ledger.cost).toBe(0)
  })

  it.each([
    [[0.0001707, 0.0001707], 0.0003414],
    [[0.1, 0.2, 0.3], 0.6],
    [[0.00021108, 0.00021107], 0.00042215],
    [[1e-10, 2e-10], 3e-10],
    [[123.45, 0.000001], 123.450001],
  ])('of costs end where the costs end: %j', (costs, sum) => {
    expect(ledgerOf(...costs.map(cost => ({ cost }))).cost).toBe(sum)
  })
})

describe('a call', () => {
  it('is pending from the start, and live', () => {
    const ledger = new Ledger()
    const call = ledger.open('first', 1, 'xai/grok', 'tool')
    const { calls } = ledger
    expect(calls).toEqual([
      {
        kind: 'first',
        attempt: 1,
        model: 'xai/grok',
        mode: 'tool',
        issues: [],
        outcome: 'pending',
        received: 0,
        timing: {},
      },
    ])
    call.outcome = 'ok'
    ledger.open('repair', 2, 'xai/grok', 'tool')
    expect(calls.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['first', 'ok'],
      ['repair', 'pending'],
    ])
  })

  it('whose usage never came has an estimate of its own, which no sum counts', () => {
    const ledger = new Ledger()
    const call = ledger.open('first', 1, 'p/m', 'tool')
    ledger.close(call, 'x'.repeat(401), 10)
    expect(call).toMatchObject({ estimated: { inputTokens: 101, outputTokens: 3, totalTokens: 104 } })
    expect(call).not.toHaveProperty('usage')
    expect(ledger.usage).toEqual({})
  })

  it('is settled by what its answer came to', () => {
    const ledger = new Ledger()
    ledger.settle('ok', [])
    ledger.open('first', 1, 'p/m', 'tool').outcome = 'ok'
    ledger.open('repair', 2, 'p/m', 'tool').outcome = 'ok'
    const issues = [{ path: ['a'], code: 'x', message: 'y' }]
    ledger.settle('schema_mismatch', issues)
    expect(ledger.calls).toMatchObject([
      { outcome: 'ok', issues: [] },
      { outcome: 'schema_mismatch', issues },
    ])
  })
})

describe('the receipt on an error', () => {
  it('is all calls, their sums and the last id', () => {
    const ledger = ledgerOf({ usage: { inputTokens: 1 }, cost: 0.5 }, { usage: { inputTokens: 2 }, cost: 0.25 })
    ledger.calls[1]!.requestId = 'second'
    const error = new ExtractError('m', 'x', false)
    ledger.sign(error)
    expect(error).toMatchObject({ usage: { inputTokens: 3 }, cost: 0.75, requestId: 'second' })
    expect(error.calls).toBe(ledger.calls)
  })

  it('says nothing of what is unknown, and keeps an id that the error has', () => {
    const ledger = ledgerOf({})
    ledger.calls[0]!.requestId = 'of the call'
    const error = new ExtractError('m', 'x', false, { requestId: 'of the error' })
    ledger.sign(error)
    expect(error.requestId).toBe('of the error')
    expect(error).not.toHaveProperty('cost')
    expect(error.usage).toEqual({})
  })
})
