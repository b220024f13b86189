import { defineExtractor, dryRun } from 'decant'
import { expect, it } from 'vitest'
import { answer, itemExtractor, range, scriptedModel } from '../helpers/scripted.ts'

const silent = () => scriptedModel(() => answer({ n: 1 }))

it('counts the records and estimates what they would send, and sends nothing', async () => {
  const model = silent()
  const extractor = itemExtractor(model)
  const { records, inputTokens, request, ...rest } = await dryRun(extractor, range(10))
  expect(model.asked).toEqual([])
  expect({ records, request }).toEqual({ records: 10, request: extractor(0).request })
  // About four characters a token.
  expect(inputTokens).toBeCloseTo((10 * JSON.stringify(extractor(0).request).length) / 4, -1)
  expect(rest).toEqual({})
})

it('knows the most that may come, and what it costs, where the extractor and prices say so', async () => {
  const extractor = itemExtractor(silent()).with({ maxOutputTokens: 100 })
  const { inputTokens, outputTokens, cost } = await dryRun(extractor, range(10), { prices: { input: 1, output: 10 } })
  expect(outputTokens).toBe(1000)
  expect(cost?.least).toBeCloseTo(inputTokens / 1e6, 12)
  expect(cost?.most).toBeCloseTo((inputTokens + 10_000) / 1e6, 12)
  const open = await dryRun(itemExtractor(silent()), range(10), { prices: { input: 1, output: 10 } })
  expect(open.cost).toEqual({ least: expect.any(Number) })
})

it('reads any source once and closes it, also where a prompt throws', async () => {
  let closed = 0
  async function* source() {
    try {
      yield* range(3)
    } finally {
      closed++
    }
  }
  expect(await dryRun(itemExtractor(silent()), source())).toMatchObject({ records: 3 })
  const { schema, model } = itemExtractor(silent()).declaration
  const prompt = (n: number): string => {
    if (n === 1) throw new Error('no text')
    return String(n)
  }
  const broken = defineExtractor({ name: 'broken', schema, model, prompt })
  await expect(dryRun(broken, source())).rejects.toThrow('no text')
  expect(closed).toBe(2)
  expect(await dryRun(itemExtractor(silent()), [])).toEqual({ records: 0, inputTokens: 0 })
})
