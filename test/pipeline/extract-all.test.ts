import { setTimeout as sleep } from 'node:timers/promises'
import { APIError, createProvider, defineExtractor, extractAll, OutputError, type RecordItem } from 'decant'
import { describe, expect, it } from 'vitest'
import { answer, collect, Item, itemExtractor, never, range, refusal, scriptedModel } from '../helpers/scripted.ts'

const echo = () => scriptedModel(({ prompt }) => answer({ n: Number(prompt) }))

describe('items', () => {
  it('come one for each record, as they settle', async () => {
    let release!: () => void
    const others = new Promise<void>(resolve => {
      release = resolve
    })
    const model = scriptedModel(async ({ prompt }) => {
      await (prompt === '0' ? others : sleep(1))
      return answer({ n: Number(prompt) })
    })
    const items: RecordItem<number, { n: number }>[] = []
    for await (const item of extractAll(itemExtractor(model), range(20), { concurrency: 4 })) {
      if (items.push(item) === 19) release()
    }
    expect(items.map(({ index }) => index).sort((a, b) => a - b)).toEqual(range(20))
    expect(items.at(-1)?.index).toBe(0)
    expect(items.every(item => item.status === 'done' && item.output.n === item.record)).toBe(true)
    expect(items[0]).toMatchObject({ key: '1', kept: false, usage: { totalTokens: 120 } })
    expect(model.load.most).toBe(4)
  })

  it('come in the order of the source when asked', async () => {
    const model = scriptedModel(async ({ prompt }) => {
      await sleep(Number(prompt) % 5)
      return answer({ n: Number(prompt) })
    })
    const items = await collect(extractAll(itemExtractor(model), range(50), { ordered: true }))
    expect(items.map(({ index }) => index)).toEqual(range(50))
  })

  it('hold failures, which end nothing', async () => {
    const model = scriptedModel(({ prompt }) =>
      prompt === '3' ? answer({ n: 'three' }) : prompt === '5' ? refusal(400) : answer({ n: Number(prompt) }),
    )
    const items = await collect(extractAll(itemExtractor(model), range(8), { ordered: true }))
    expect(items.filter(({ status }) => status === 'failed').map(({ index }) => index)).toEqual([3, 5])
    const [third, fifth] = [items[3]!, items[5]!]
    expect(third.status === 'failed' && third.error).toBeInstanceOf(OutputError)
    expect(third.calls).toMatchObject([{ outcome: 'schema_mismatch' }])
    expect(fifth.status === 'failed' && fifth.error).toBeInstanceOf(APIError)
  })

  it('hold what the prompt of a record threw', async () => {
    const extractor = defineExtractor({
      name: 'item',
      schema: Item,
      model: echo().model,
      prompt: (n: number) => {
        if (n === 1) throw new Error('no text')
        return String(n)
      },
    })
    const items = await collect(extractAll(extractor, range(3), { ordered: true }))
    expect(items.map(({ status }) => status)).toEqual(['done', 'failed', 'done'])
    expect(items[1]).toMatchObject({ error: new Error('no text'), calls: [], cost: 0 })
  })
})

describe('the summary', () => {
  it('counts, without a loop', async () => {
    const model = scriptedModel(({ prompt }) =>
      Number(prompt) % 5 === 0 ? answer({ n: 'no' }) : answer({ n: Number(prompt) }, { cost: 0.5 }),
    )
    const summary = await extractAll(itemExtractor(model), range(20))
    expect(summary).toMatchObject({
      done: 16,
      failed: 4,
      kept: 0,
      inputTokens: 2000,
      outputTokens: 400,
      knownCost: 8,
      costOf: { first: 8 },
      unpriced: 4,
      failures: [{ code: 'schema_mismatch', path: 'n', count: 4, keys: ['0', '5', '10', '15'] }],
    })
    expect(summary).not.toHaveProperty('stopped')
    // Four answers cost something that nobody told.
    expect(summary).not.toHaveProperty('cost')
  })

  it('says no cost where none is known, and 0 where nothing was bought', async () => {
    const unknown = extractAll(itemExtractor(echo()), range(3))
    expect(await unknown).not.toHaveProperty('cost')
    expect(unknown.progress).not.toHaveProperty('cost')
    expect(await unknown).toMatchObject({ knownCost: 0, unpriced: 3 })
    expect(await extractAll(itemExtractor(echo()), [])).toMatchObject({ cost: 0, knownCost: 0, unpriced: 0 })
  })

  it('is there after a loop', async () => {
    const run = extractAll(itemExtractor(echo()), range(5))
    await collect(run)
    expect(await run).toMatchObject({ done: 5, failed: 0 })
  })

  it('prices tokens where the provider tells no cost', async () => {
    const { cost, unpriced } = await extractAll(itemExtractor(echo()), range(10), { prices: { input: 1, output: 10 } })
    expect({ cost: cost?.toFixed(6), unpriced }).toEqual({ cost: '0.003000', unpriced: 0 })
  })
})

describe('a journal of the caller', () => {
  const journal = { open: async () => {}, read: () => undefined, append: async () => {}, close: async () => {} }
  const gone = () => {
    throw new Error('store gone')
  }

  it.each(['open', 'read', 'append', 'close'])(
    'that throws from %s breaks the run, its loop and its promise',
    async at => {
      const run = extractAll(itemExtractor(echo()), range(9), { journal: { ...journal, [at]: gone } })
      await expect(collect(run)).rejects.toThrow('store gone')
      await expect(run).rejects.toThrow('store gone')
    },
  )
})

describe('the source', () => {
  const sources: Record<string, () => any> = {
    list: () => range(9),
    set: () => new Set(range(9)),
    generator: function* () {
      yield* range(9)
    },
    'async generator': async function* () {
      yield* range(9)
    },
    stream: () =>
      new ReadableStream({
        start(controller) {
          for (const n of range(9)) controller.enqueue(n)
          controller.close()
        },
      }),
  }
  it.each(Object.keys(sources))('may be a %s', async name => {
    const items = await collect(extractAll(itemExtractor(echo()), sources[name]!(), { ordered: true }))
    expect(items.map(({ record }) => record)).toEqual(range(9))
  })

  it('is not read before the run is touched', async () => {
    let read = 0
    const model = echo()
    extractAll(itemExtractor(model), {
      [Symbol.iterator]: () => {
        read++
        return range(3)[Symbol.iterator]()
      },
    })
    await sleep(5)
    expect({ read, asked: model.asked }).toEqual({ read: 0, asked: [] })
  })

  it('is read no further than the loop and the calls need', async () => {
    let read = 0
    function* records() {
      for (;;) yield read++
    }
    const run = extractAll(itemExtractor(echo()), records(), { concurrency: 4 })
    for await (const _ of run) {
      await sleep(10)
      if (read > 30) break
      expect(read).toBeLessThanOrEqual(4 * 2 + _.index + 1)
      if (_.index > 20) break
    }
  })

  it('breaks the run when it throws, after what is in flight', async () => {
    function* records() {
      yield 0
      yield 1
      throw new Error('disk gone')
    }
    const seen: number[] = []
    const run = extractAll(itemExtractor(echo()), records())
    await expect(async () => {
      for await (const { index } of run) seen.push(index)
    }).rejects.toThrow('disk gone')
    expect(seen).toEqual([0, 1])
    await expect(run).rejects.toThrow('disk gone')
    expect(run.progress.done).toBe(2)
  })
})

describe('leaving', () => {
  it('aborts what is in flight and closes the source', async () => {
    let closed = false
    const aborted: string[] = []
    const model = scriptedModel(asked => {
      if (asked.prompt === '0') return answer({ n: 0 })
      asked.signal.addEventListener('abort', () => aborted.push(asked.prompt))
      return never(asked)
    })
    function* records() {
      try {
        yield* range(100)
      } finally {
        closed = true
      }
    }
    const run = extractAll(itemExtractor(model), records(), { concurrency: 3 })
    for await (const _ of run) break
    expect({ closed, live: model.load.now }).toEqual({ closed: true, live: 0 })
    expect(aborted).toEqual(model.asked.slice(1))
    expect(await run).toMatchObject({ stopped: 'abort', done: 1, failed: 0 })
  })

  it('by a signal throws its reason from the loop', async () => {
    const controller = new AbortController()
    const model = scriptedModel(asked => (asked.prompt === '0' ? answer({ n: 0 }) : never(asked)))
    const run = extractAll(itemExtractor(model), range(100), { signal: controller.signal })
    const reason = new Error('enough')
    await expect(async () => {
      for await (const _ of run) controller.abort(reason)
    }).rejects.toBe(reason)
    expect(await run).toMatchObject({ stopped: 'abort', error: reason, done: 1 })
  })

  it('while the source is stuck ends all the same', async () => {
    async function* records() {
      yield 0
      await new Promise(() => {})
    }
    const controller = new AbortController()
    const run = extractAll(itemExtractor(echo()), records(), { signal: controller.signal })
    setTimeout(() => controller.abort(), 20)
    expect(await run).toMatchObject({ stopped: 'abort', done: 1 })
  })

  it('by stop() finishes what is in flight', async () => {
    const model = scriptedModel(async ({ prompt }) => {
      await sleep(10)
      return answer({ n: Number(prompt) })
    })
    const run = extractAll(itemExtractor(model), range(1000), { concurrency: 5 })
    const seen: number[] = []
    for await (const { index } of run) {
      seen.push(index)
      run.stop()
    }
    expect(seen.map(String)).toEqual(model.asked)
    expect(model.asked.length).toBeLessThan(12)
    expect(await run).toMatchObject({ stopped: 'stop', done: model.asked.length, failed: 0 })
  })
})

describe('misuse', () => {
  const extractor = itemExtractor(echo())
  it.each<[string, () => unknown, string]>([
    ['no extractor', () => extractAll((() => {}) as any, []), 'make one with defineExtractor()'],
    ['a string', () => extractAll(extractor, 'abc' as any), 'they must be iterable'],
    ['nothing', () => extractAll(extractor, null as any), 'that are null'],
    ['an unknown option', () => extractAll(extractor, [], { concurency: 3 } as any), "did you mean 'concurrency'?"],
    ['an unknown limit', () => extractAll(extractor, [], { limits: { rps: 3 } as any }), "'limits.rps'"],
    ['a wrong number', () => extractAll(extractor, [], { concurrency: 0 }), 'concurrency 0: it must be an integer'],
    ['half a price', () => extractAll(extractor, [], { prices: { input: 1 } as any }), 'prices.output'],
    ['a path for a journal', () => extractAll(extractor, [], { journal: 'run.journal' as any }), 'fileJournal(path)'],
  ])('%s throws at once', (_, run, message) => {
    expect(run).toThrow(message)
  })

  it('a schema or a model that cannot be sent throws at once', () => {
    const provider = createProvider({ name: 'x', baseURL: 'https://x.example' })
    const bad = defineExtractor({ name: 'bad', schema: Item.extend({}).meta({}) as any, model: provider('m') })
    expect(() => extractAll(bad.with({ model: 'nowhere/m' }), [])).toThrow("no provider is named 'nowhere'")
  })

  it('a second loop is refused', async () => {
    const run = extractAll(extractor, range(3))
    await collect(run)
    await expect(collect(run)).rejects.toThrow('one loop reads them')
  })
})
