import { setTimeout as sleep } from 'node:timers/promises'
import { APIError, BudgetError, ConfigError, createBudget, extractAll, type Progress } from 'decant'
import { describe, expect, it } from 'vitest'
import { answer, collect, itemExtractor, never, range, refusal, scriptedModel } from '../helpers/scripted.ts'

const priced = (cost = 0.01) => scriptedModel(({ prompt }) => answer({ n: Number(prompt) }, { cost }))

describe('a run stops', () => {
  it.each([
    ['auth', 401, 'error'],
    ['auth', 403, 'error'],
    ['quota', 402, 'error'],
    ['quota', 429, 'insufficient_quota'],
  ])('for %s at the first answer of %d %s, and no record has failed', async (stopped, status, type) => {
    const model = scriptedModel(() => refusal(status, {}, type))
    const run = extractAll(itemExtractor(model), range(1000), { concurrency: 4 })
    await expect(collect(run)).rejects.toBeInstanceOf(APIError)
    expect(await run).toMatchObject({ stopped, done: 0, failed: 0, error: { code: stopped } })
    expect(model.asked.length).toBeLessThanOrEqual(4)
  })

  it('for a key that is revoked meanwhile, but not for one record that is forbidden', async () => {
    const model = scriptedModel(async ({ prompt }) => {
      await sleep(1)
      return prompt === '20' ? refusal(403) : Number(prompt) >= 40 ? refusal(401) : answer({ n: Number(prompt) })
    })
    const summary = await extractAll(itemExtractor(model), range(1000), { concurrency: 2 })
    expect(summary).toMatchObject({ stopped: 'auth', done: 39, failed: 1 })
  })

  it('without a key, which rejects', async () => {
    const { extractor } = { extractor: itemExtractor(priced()).with({ model: 'openai/gpt-4o-mini' }) }
    const before = process.env.OPENAI_API_KEY
    delete process.env.OPENAI_API_KEY
    const run = extractAll(extractor, range(10))
    await expect(run).rejects.toMatchObject({ code: 'no_key' })
    if (before !== undefined) process.env.OPENAI_API_KEY = before
    expect(run.progress).toMatchObject({ done: 0, failed: 0 })
  })

  it('after 20 failures in a row, or as many as asked', async () => {
    const model = scriptedModel(({ prompt }) => (Number(prompt) < 7 ? answer({ n: 1 }) : refusal(500)))
    const extractor = itemExtractor(model)
    const run = extractAll(extractor, range(1000), { concurrency: 1 })
    expect(await run).toMatchObject({ stopped: 'failures', done: 7, failed: 20, error: { code: 'upstream' } })
    expect(await extractAll(extractor, range(1000), { concurrency: 1, maxFailuresInRow: 3 })).toMatchObject({
      done: 7,
      failed: 3,
    })
  })

  it('not for failures between which a record is done', async () => {
    const model = scriptedModel(({ prompt }) => (Number(prompt) % 10 === 0 ? answer({ n: 1 }) : refusal(500)))
    const summary = await extractAll(itemExtractor(model), range(200), { concurrency: 1 })
    expect(summary).toMatchObject({ done: 20, failed: 180 })
    expect(summary.stopped).toBeUndefined()
  })
})

describe('a budget', () => {
  it('in USD is not overrun', async () => {
    const model = priced()
    const run = extractAll(itemExtractor(model), range(1000), { budget: { usd: 0.255 }, concurrency: 8 })
    await expect(collect(run)).rejects.toThrow('The budget of the run is used up: $0.25 of $0.255 are spent')
    const summary = await run
    expect(summary).toMatchObject({ stopped: 'budget', done: 25, failed: 0 })
    expect(summary.error).toBeInstanceOf(BudgetError)
    expect(model.asked).toHaveLength(25)
  })

  it('in USD wants a price, and finds out with one record', async () => {
    const model = scriptedModel(() => answer({ n: 1 }))
    const run = extractAll(itemExtractor(model), range(1000), { budget: { usd: 1 } })
    await expect(run).rejects.toBeInstanceOf(ConfigError)
    await expect(run).rejects.toThrow(
      'Cannot keep to a budget of $1: item has calls whose cost the provider does not report',
    )
    expect(model.asked).toHaveLength(1)
    const prices = { input: 10, output: 100 }
    expect(await extractAll(itemExtractor(model), range(5), { budget: { usd: 1 }, prices })).toMatchObject({ done: 5 })
  })

  it('in USD goes on after calls that were cut, and counts them as dear as the others', async () => {
    const model = scriptedModel(({ prompt }) => {
      if (Number(prompt) % 2 === 0) throw new TypeError('fetch failed')
      // Whole, but its usage was still to come.
      return answer({ n: Number(prompt) }, prompt === '3' ? { usage: false } : { cost: 0.01 })
    })
    const options = { budget: { usd: 0.1 }, concurrency: 1 }
    const summary = await extractAll(itemExtractor(model), range(1000), options)
    expect(summary).toMatchObject({ stopped: 'budget', error: { code: 'usd' } })
    expect(summary.cost).toBeUndefined()
    expect(summary.done).toBeGreaterThan(5)
    expect(summary.knownCost).toBeLessThan(0.1)
  })

  it('in tokens is not overrun', async () => {
    const summary = await extractAll(itemExtractor(priced()), range(1000), { budget: { tokens: 1250 } })
    expect(summary).toMatchObject({ stopped: 'budget', done: 10, error: { code: 'tokens' } })
    const { tokens, calls, ms } = (summary.error as BudgetError).spent!
    expect({ tokens, calls }).toEqual({ tokens: summary.inputTokens + summary.outputTokens, calls: 10 })
    expect(ms).toBeGreaterThanOrEqual(0)
  })

  it('in time has sufficed when it ends after the last record was begun', async () => {
    const model = scriptedModel(async ({ prompt }) => {
      await sleep(60)
      return answer({ n: Number(prompt) })
    })
    const run = extractAll(itemExtractor(model), range(3), { budget: { ms: 20 } })
    expect((await collect(run)).map(({ status }) => status)).toEqual(['done', 'done', 'done'])
    expect((await run).stopped).toBeUndefined()
  })

  it('that the extractor shares ends the run, one of each extraction its record', async () => {
    const model = scriptedModel(({ prompt, tries }) => answer({ n: prompt === '4' && tries === 0 ? 'x' : 1 }))
    const extractor = itemExtractor(model).with({ maxRepairs: 1 })
    const shared = extractAll(extractor.with({ budget: createBudget({ calls: 5 }) }), range(100), { concurrency: 1 })
    await expect(collect(shared)).rejects.toBeInstanceOf(BudgetError)
    // The fifth call was the first of record 4, which had none left for a repair.
    expect(await shared).toMatchObject({ stopped: 'budget', error: { code: 'calls' }, done: 4, failed: 1 })
    const spent = createBudget({ calls: 0 })
    expect(await extractAll(extractor.with({ budget: spent }), range(9))).toMatchObject({
      stopped: 'budget',
      failed: 0,
    })
    const each = await extractAll(extractor.with({ budget: { calls: 0 } }), range(9))
    expect(each).toMatchObject({ failed: 9 })
    expect(each.stopped).toBeUndefined()
  })

  it('in time lets what is in flight finish', async () => {
    const model = scriptedModel(async ({ prompt }) => {
      await sleep(5)
      return answer({ n: Number(prompt) })
    })
    const summary = await extractAll(itemExtractor(model), range(100_000), { budget: { ms: 60 } })
    expect(summary).toMatchObject({ stopped: 'budget', error: { code: 'ms' }, failed: 0, done: model.asked.length })
  })

  it('in time is kept to where no answer needs the network', async () => {
    const summary = await extractAll(itemExtractor(priced()), range(20_000), { budget: { ms: 30 } })
    expect(summary).toMatchObject({ stopped: 'budget', error: { code: 'ms' }, failed: 0 })
  })
})

describe('progress', () => {
  it('tells of every record at the end, and of what is known at the beginning', async () => {
    const seen: Progress[] = []
    const model = scriptedModel(async ({ prompt }) => {
      await sleep(30)
      return prompt === '7' ? answer({ n: 'x' }) : answer({ n: 1 }, { cost: 0.01 + Number(prompt) / 10_000 })
    })
    const onProgress = (progress: Progress) => {
      seen.push(progress)
      throw new Error('an observer breaks nothing')
    }
    const run = extractAll(itemExtractor(model), range(60), { concurrency: 6, onProgress })
    await run
    const last = seen.at(-1)!
    expect(last).toMatchObject({
      total: 60,
      done: 59,
      failed: 1,
      kept: 0,
      inFlight: { reading: 0, repairing: 0, waiting: 0 },
      left: 0,
      concurrency: 6,
      lastFailure: { key: '7', index: 7, code: 'schema_mismatch', path: 'n' },
    })
    expect(run.progress).toEqual(last)
    const middle = seen.find(({ done }) => done > 0)!
    expect(middle.inFlight.reading).toBeGreaterThan(0)
    expect(middle.rate).toBeGreaterThan(0)
    expect(middle.left).toBeGreaterThan(0)
    expect(seen.length).toBeLessThanOrEqual(last.elapsed / 100 + 2)
  })

  it('foretells the cost once enough is known', async () => {
    let halfway: Progress | undefined
    const run = extractAll(itemExtractor(priced(0.02)), range(100), { concurrency: 1 })
    for await (const { index } of run) if (index === 50) halfway = run.progress
    expect(halfway?.forecast?.cost).toBeCloseTo(2, 6)
    expect(halfway?.forecast?.margin).toBeCloseTo(0, 6)
  })

  it('says what is waited for after a 429', async () => {
    const model = scriptedModel(asked => (asked.tries === 0 ? refusal(429, { 'retry-after': '30' }) : never(asked)))
    const controller = new AbortController()
    const waits: Progress[] = []
    const onProgress = (progress: Progress) => {
      waits.push(progress)
      if (progress.wait !== undefined) controller.abort()
    }
    const extractor = itemExtractor(model)
    await extractAll(extractor, range(30), { concurrency: 8, onProgress, signal: controller.signal })
    const held = waits.find(({ wait }) => wait !== undefined)!
    expect(held).toMatchObject({ wait: { reason: '429 from scripted' }, inFlight: { waiting: 8 }, concurrency: 4 })
    expect(held.wait?.ms).toBeGreaterThan(25_000)
  })
})

describe('20 % of injected faults', () => {
  const faults: (() => Response | Promise<Response>)[] = [
    () => refusal(500),
    () => refusal(400),
    () => refusal(404),
    () => new Response('<html><title>Bad gateway</title>', { status: 502 }),
    () => Response.json({ error: { message: 'inside', code: 500 } }),
    () => answer({ n: 'no number' }),
    () => answer({ n: 1 }, { name: 'other' }),
    () => new Response('{"choices":[{"message":{"tool_calls":[{"function":{"name":"Item","arg'),
    () => Response.json({ choices: [] }),
    () => new Response('data: {"choices":[{"delta":{"content":"hi"}}]}\n\n'),
    () => Promise.reject(new TypeError('fetch failed')),
    () => null as unknown as Response,
    () => new Response(null, { status: 204 }),
  ]

  it('leave done + failed = total, each failure with a code', async () => {
    const model = scriptedModel(({ prompt }) => {
      const n = Number(prompt)
      return n % 5 === 0 ? faults[(n / 5) % faults.length]!() : answer({ n })
    })
    const run = extractAll(itemExtractor(model), range(1000), { ordered: true })
    const items = await collect(run)
    expect(items.map(({ index }) => index)).toEqual(range(1000))
    const failed = items.filter(item => item.status === 'failed')
    expect(failed).toHaveLength(200)
    for (const { error } of failed) expect((error as { code?: unknown }).code).toMatch(/^[a-z_]+$/)
    expect(await run).toMatchObject({ done: 800, failed: 200 })
  })
})
