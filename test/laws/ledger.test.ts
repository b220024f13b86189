import { createBudget, extract } from 'decant'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { law } from '../json/documents.ts'

const some = { ...law, numRuns: 60 }
const Person = z.object({ name: z.string(), age: z.int() }).meta({ title: 'Person' })
const model = 'openai/scripted'

/** What a provider has on its bill for one request; the cost only where it reports one. */
interface Billed {
  readonly input: number
  readonly cached: number
  readonly output: number
  readonly reasoning: number
  /** Reasoning is counted beside the output, as xAI does, and not in it. */
  readonly apart: boolean
  readonly cost: number | undefined
}

/** What a server does with one request: what it answers, what it bills, whether and when it says so, and where it breaks. */
interface Turn {
  readonly does: 'right' | 'wrong' | 'busy' | 'breaks' | 'hangs'
  readonly bill: Billed
  readonly tells: 'first' | 'last' | 'never'
}

const billed: fc.Arbitrary<Billed> = fc
  .record({
    input: fc.nat(1000),
    cached: fc.nat(1000),
    output: fc.nat(1000),
    reasoning: fc.nat(1000),
    apart: fc.boolean(),
    cost: fc.option(fc.nat(1000), { nil: undefined }),
  })
  .map(({ cached, reasoning, cost, ...bill }) => ({
    ...bill,
    cached: Math.min(cached, bill.input),
    reasoning: bill.apart ? reasoning : Math.min(reasoning, bill.output),
    cost: cost && cost / 1e6,
  }))

const turn: fc.Arbitrary<Turn> = fc.record({
  does: fc.constantFrom<Turn['does']>('wrong', 'wrong', 'busy', 'breaks'),
  tells: fc.constantFrom<Turn['tells']>('first', 'last', 'never'),
  bill: billed,
})

const prices = { [model]: { input: 2, output: 10, cachedInput: 0.5 } }

const sent = ({ input, cached, output, reasoning, apart, cost }: Billed) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output + (apart ? reasoning : 0),
  prompt_tokens_details: { cached_tokens: cached },
  completion_tokens_details: { reasoning_tokens: reasoning },
  ...(cost !== undefined && { cost }),
})

const usageOf = ({ input, cached, output, reasoning, apart }: Billed) => {
  const outputTokens = apart ? output + reasoning : output
  const totalTokens = input + outputTokens
  return { inputTokens: input, cachedInputTokens: cached, outputTokens, reasoningTokens: reasoning, totalTokens }
}

const costOf = (bill: Billed): number => {
  const { inputTokens, cachedInputTokens, outputTokens } = usageOf(bill)
  return bill.cost ?? ((inputTokens - cachedInputTokens) * 2 + cachedInputTokens * 0.5 + outputTokens * 10) / 1e6
}

/** Whether the client has got to know what the request is billed with. */
const isTold = ({ does, tells }: Turn, stream: boolean): boolean =>
  does !== 'busy' && (does === 'right' || does === 'wrong' ? tells !== 'never' : stream && tells === 'first')

/** The answer to the nth request, whichever wire it came by, and whether the whole is asked for or a part. */
const answerOf = ({ does, bill, tells }: Turn, nth: number, init: RequestInit): Response => {
  if (does === 'busy')
    return new Response('{"error":{"message":"busy"}}', { status: 429, headers: { 'retry-after-ms': '0' } })
  const { stream = false, tools } = JSON.parse(init.body as string)
  const { name } = tools[0].function
  const age = does === 'right' ? 30 : `${nth} years`
  const args = JSON.stringify(name === 'repair' ? { p1: age } : { name: 'Ann', age })
  const tool_calls = [{ index: 0, id: `c${nth}`, type: 'function', function: { name, arguments: args } }]
  const usage = { choices: [], usage: sent(bill) }
  const payloads = stream
    ? [
        ...(tells === 'first' ? [usage] : []),
        { choices: [{ index: 0, delta: { tool_calls } }] },
        ...(does === 'breaks' || does === 'hangs'
          ? []
          : [
              { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
              ...(tells === 'last' ? [usage] : []),
            ]),
      ].map(each => `data: ${JSON.stringify(each)}\n\n`)
    : [
        JSON.stringify({
          choices: [{ index: 0, message: { tool_calls }, finish_reason: 'tool_calls' }],
          ...(tells !== 'never' && { usage: usage.usage }),
        }),
      ]
  const text = does === 'breaks' && !stream ? payloads[0]!.slice(0, 20) : payloads.join('')
  const signal = init.signal!
  let given = does === 'hangs' && !stream
  const body = new ReadableStream({
    start: controller => signal.addEventListener('abort', () => controller.error(signal.reason)),
    pull(controller) {
      // An error throws away what stands in the queue: it comes when that was read.
      if (!given) controller.enqueue(new TextEncoder().encode(text))
      else if (does === 'breaks') controller.error(new TypeError('terminated'))
      else if (does === 'hangs') return new Promise<void>(() => {})
      else controller.close()
      given = true
      return undefined
    },
  })
  return new Response(body, { headers: { 'content-type': stream ? 'text/event-stream' : 'application/json' } })
}

// The waits before retries are a random part of their length.
beforeAll(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterAll(() => void vi.restoreAllMocks())

describe('Ledger', () => {
  const script = fc.record({
    before: fc.array(turn, { maxLength: 4 }),
    last: turn,
    end: fc.constantFrom('right', 'wrong', 'abort', 'timeout'),
    stream: fc.boolean(),
    repair: fc.constantFrom('whole', 'patch' as const),
  })

  test('1. Equal to what was billed, in success, failure, abort and timeout, on both wires', async () => {
    await fc.assert(
      fc.asyncProperty(script, async ({ before, last, end, stream, repair }) => {
        const does = end === 'right' || end === 'wrong' ? end : 'hangs'
        const turns: Turn[] = [...before, { ...last, does }]
        let asked = 0
        const extraction = extract(Person, 'Who?', {
          model,
          stream,
          repair: repair as 'whole' | 'patch',
          maxRetries: 9,
          maxRetryDelay: 0,
          maxRepairs: end === 'wrong' ? before.filter(each => each.does === 'wrong').length : 9,
          timeout: end === 'timeout' ? { total: 30 } : undefined,
          prices,
          fetch: async (_, init) => answerOf(turns[asked++]!, asked, init!),
          onEvent(event) {
            if (end === 'abort' && event.type === 'request' && asked === turns.length - 1)
              setTimeout(() => extraction.abort(new Error('enough')), 5)
          },
        })
        const outcome = await extraction.result().catch(reason => reason)
        const { calls } = extraction
        expect(calls.length).toBe(asked)
        if (end === 'right') expect(outcome.output).toEqual({ name: 'Ann', age: 30 })
        if (end === 'wrong') expect(outcome.code).toBe('schema_mismatch')
        if (end === 'abort') expect(outcome.message).toBe('enough')
        else expect(outcome.calls).toBe(calls)
        for (const [i, { usage, estimated, cost, outcome }] of calls.entries()) {
          const turn = turns[i]!
          // On a busy machine a clock may run out before what was sent is read.
          if (end === 'timeout' && outcome === 'total' && turn.does !== 'hangs') return
          if (turn.does === 'busy') expect([usage, estimated, cost]).toEqual([undefined, undefined, undefined])
          else if (isTold(turn, stream)) {
            expect([usage, estimated]).toEqual([usageOf(turn.bill), undefined])
            expect(cost).toBeCloseTo(costOf(turn.bill), 12)
          } else {
            expect([usage, cost]).toEqual([undefined, undefined])
            expect(estimated!.inputTokens).toBeGreaterThan(0)
          }
        }
        if (end === 'abort') return
        const counted = turns.slice(0, asked).filter(each => each.does !== 'busy')
        const known = counted.length > 0 && counted.every(each => isTold(each, stream))
        const sumOf = (part: (bill: Billed) => number): number => counted.reduce((sum, { bill }) => sum + part(bill), 0)
        for (const field of [
          'inputTokens',
          'cachedInputTokens',
          'outputTokens',
          'reasoningTokens',
          'totalTokens',
        ] as const)
          expect(outcome.usage[field]).toBe(known ? sumOf(bill => usageOf(bill)[field]) : undefined)
        if (known) expect(outcome.cost).toBeCloseTo(sumOf(costOf), 10)
        else expect(outcome.cost).toBeUndefined()
      }),
      { ...some, numRuns: 4 * some.numRuns },
    )
  }, 120_000)
})

describe('Budget', () => {
  const kinds = fc.constantFrom('calls', 'tokens', 'usd')

  test('1. Nothing is sent once it is spent', async () => {
    const workload = fc.record({
      kind: kinds,
      limit: fc.nat(12),
      workers: fc.integer({ min: 1, max: 4 }),
      turns: fc.array(turn, { minLength: 20, maxLength: 20 }),
    })
    await fc.assert(
      fc.asyncProperty(workload, async ({ kind, limit, workers, turns }) => {
        const most = { calls: limit, tokens: limit * 400, usd: limit * 0.004 }[kind]
        const budget = createBudget({ [kind]: most })
        let sent = 0
        let dearest = 0
        const work = async (): Promise<void> => {
          for (;;) {
            const error = await extract(Person, 'Who?', {
              model,
              maxRetries: 2,
              maxRepairs: 3,
              budget,
              prices,
              async fetch(_, init) {
                // `spent` counts a call as soon as it is let through.
                expect(budget.spent[kind] - (kind === 'calls' ? 1 : 0)).toBeLessThan(most)
                const each = turns[sent++ % turns.length]!
                const { totalTokens } = usageOf(each.bill)
                const usd = costOf(each.bill)
                const estimate = (init!.body as string).length
                dearest = Math.max(dearest, kind === 'usd' ? usd + estimate * 1e-5 : totalTokens + estimate)
                return answerOf(each, sent, init!)
              },
            }).catch(reason => reason)
            if (error.name === 'BudgetError') {
              expect(error.code).toBe(kind)
              return
            }
          }
        }
        await Promise.all(Array.from({ length: workers }, work))
        if (kind === 'calls') expect(sent).toBe(limit)
        else expect(budget.spent[kind]).toBeLessThanOrEqual(most + workers * dearest)
        // Where a long request did not fit, a short one still may.
        if (budget.spent[kind] < most) return
        const before = sent
        await work()
        expect(sent).toBe(before)
      }),
      some,
    )
  }, 120_000)
})
