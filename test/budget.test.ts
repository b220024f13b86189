import type { ServerResponse } from 'node:http'
import { type BudgetError, createBudget, defineExtractor, extract } from 'decant'
import { describe, expect, it } from 'vitest'
import { modelServer } from './helpers/model-server.ts'
import { alice, Person, personPrompt } from './helpers/person.ts'

const right = { call: 'Person', args: JSON.stringify(alice) }
const wrong = { call: 'Person', args: JSON.stringify({ ...alice, age: 'thirty' }) }
const prices = { 'scripted/model': { input: 100, output: 1000 } }

describe('a budget', () => {
  it('refuses the request that it has nothing left for, and says what it would have cost', async () => {
    await using server = await modelServer(wrong)
    const asked = extract(Person, personPrompt, { model: server.model(), budget: { tokens: 20 } })
    const error: BudgetError = await asked.catch(reason => reason)
    expect(error).toMatchObject({ name: 'BudgetError', code: 'tokens', retryable: false, calls: [] })
    expect(error.message).toMatch(
      /^Cannot send another request: of a budget of 20 tokens, 0 tokens are spent, and this one was expected to take \d+ tokens$/,
    )
    expect(server.requests).toHaveLength(0)
  })

  it('covers repairs; the error carries the calls so far', async () => {
    await using server = await modelServer(wrong, right)
    const asked = extract(Person, personPrompt, { model: server.model(), budget: { calls: 1 } })
    const error: BudgetError = await asked.catch(reason => reason)
    expect(error).toMatchObject({
      code: 'calls',
      spent: { calls: 1, tokens: 15 },
      expected: { calls: 1 },
      calls: [{ kind: 'first', outcome: 'schema_mismatch' }],
      usage: { totalTokens: 15 },
    })
    expect(server.requests).toHaveLength(1)
  })

  it('in USD goes by the prices, where the provider reports no cost', async () => {
    await using server = await modelServer(wrong, right)
    const options = { model: server.model(), prices }
    const { cost, calls } = await extract(Person, personPrompt, { ...options, budget: { usd: 1 } }).result()
    expect(calls.map(call => call.cost)).toEqual([0.006, 0.006])
    expect(cost).toBe(0.012)
    const dear = extract(Person, personPrompt, { ...options, budget: { usd: 0.001 } })
    expect(await dear.catch(reason => reason)).toMatchObject({ code: 'usd', spent: { usd: 0 } })
    expect(server.requests).toHaveLength(2)
  })

  it('in USD is an error where nobody knows what calls cost', async () => {
    await using server = await modelServer(wrong)
    const asked = extract(Person, personPrompt, { model: server.model(), budget: { usd: 1 } })
    const error = await asked.catch(reason => reason)
    expect(error).toMatchObject({ name: 'ConfigError', code: 'no_price', calls: [{}] })
    expect(error.message).toContain("give prices: { 'scripted/model': { input, output } }")
  })

  it('in USD goes on after a call that was cut, charged as dear as the others', async () => {
    const said = (cost?: number) => (_: unknown, response: ServerResponse) =>
      response.end(
        JSON.stringify({
          choices: [{ message: { content: null, tool_calls: [toolCall] }, finish_reason: 'tool_calls' }],
          ...(cost && { usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20, cost } }),
        }),
      )
    const toolCall = { id: 'call_0', type: 'function', function: { name: 'Person', arguments: right.args } }
    const cut = (_: unknown, response: ServerResponse) => void response.destroy()
    await using server = await modelServer(cut, said(0.5), cut, said(0.5), said(), said(0.5))
    const budget = createBudget({ usd: 100 })
    const options = { model: server.model(), budget, stream: false, timeout: 10_000 }
    const { calls } = await extract(Person, personPrompt, options).result()
    expect(calls.map(call => call.cost)).toEqual([undefined, 0.5])
    // Nobody knows yet what a token costs.
    expect(budget.spent.usd).toBe(0.5)
    const { calls: later } = await extract(Person, personPrompt, options).result()
    expect(budget.spent.usd).toBeCloseTo(1 + (later[0]!.estimated!.totalTokens! * 0.5) / 20)
    // Whole, but its usage was still to come.
    await extract(Person, personPrompt, options)
    await extract(Person, personPrompt, options)
    expect(server.requests).toHaveLength(6)
  })

  it('in time ends the call that runs', async () => {
    await using server = await modelServer(() => {})
    const asked = extract(Person, personPrompt, { model: server.model(), budget: { ms: 40 } })
    expect(await asked.catch(reason => reason)).toMatchObject({
      name: 'BudgetError',
      code: 'ms',
      message: 'Cannot wait for the answer: the budget of 40 ms is spent',
      calls: [{ outcome: 'ms', estimated: {} }],
    })
    await server.requests[0]!.gone
  })

  it('of an object of limits is for each extraction, of createBudget for all that share it', async () => {
    await using server = await modelServer(right, right, right)
    const declared = { name: 'people', schema: Person, model: server.model() }
    const each = defineExtractor({ ...declared, budget: { calls: 1 } })
    await each(personPrompt)
    await each(personPrompt)
    const budget = createBudget({ calls: 1 })
    const shared = defineExtractor({ ...declared, budget })
    await shared(personPrompt)
    expect(await shared(personPrompt).catch(reason => reason)).toMatchObject({ code: 'calls' })
    expect(budget.spent).toMatchObject({ calls: 1, tokens: 15, usd: 0 })
    expect(server.requests).toHaveLength(3)
  })

  it('charges a call that was cut with its estimate', async () => {
    await using server = await modelServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"choices":[{"index":0,"delta":{"content":"12345678"}}]}\n\n')
      response.destroy()
    })
    const budget = createBudget({ tokens: 10_000 })
    const asked = extract(Person, personPrompt, { model: server.model(), stream: true, maxRetries: 0, budget })
    const error = await asked.catch(reason => reason)
    expect(error.calls[0].usage).toBeUndefined()
    expect(budget.spent.tokens).toBe(error.calls[0].estimated.totalTokens)
  })

  it.each([
    [{ dollars: 1 }, TypeError],
    [{ usd: -1 }, RangeError],
    [{ tokens: Number.NaN }, RangeError],
    [{ calls: '1' }, RangeError],
    [5, TypeError],
    [null, TypeError],
  ])('of %j is refused', (budget, Misuse) => {
    expect(() => createBudget(budget as never)).toThrow(Misuse)
    expect(() => extract(Person, '', { model: 'openai/x', budget: budget as never })).toThrow(Misuse)
  })

  it.each([{ 'openai/x': 5 }, { 'openai/x': { input: 1 } }, { 'openai/x': { input: 1, output: -1 } }])(
    'does not take the prices %j',
    given => {
      expect(() => extract(Person, '', { model: 'openai/x', prices: given as never })).toThrow(/prices\['openai\/x'\]/)
    },
  )
})

describe('the durations of a call', () => {
  it('are to the first byte, the first partial and the end', async () => {
    await using server = await modelServer(right)
    const { calls } = await extract(Person, personPrompt, { model: server.model(), stream: true }).result()
    const { firstByte, firstPartial, total } = calls[0]!.timing
    expect(firstByte).toBeLessThanOrEqual(firstPartial!)
    expect(firstPartial).toBeLessThanOrEqual(total!)
  })
})
