import { createBudget, extract } from 'decant'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { law } from '../json/documents.ts'

const some = { ...law, numRuns: 60 }
const Person = z.object({ name: z.string(), age: z.int() }).meta({ title: 'Person' })
const right = JSON.stringify({ name: 'Ann', age: 30 })
const model = 'openai/scripted'

interface Billed {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
}

/** What a server does with one request: what it answers, what it bills, whether it says so, and where it breaks. */
interface Turn {
  readonly does: 'right' | 'wrong' | 'busy' | 'breaks' | 'hangs'
  readonly bill: Billed
  readonly tells: boolean
}

const turn: fc.Arbitrary<Turn> = fc
  .record({
    does: fc.constantFrom<Turn['does']>('wrong', 'wrong', 'busy', 'breaks'),
    tells: fc.boolean(),
    input: fc.nat(1000),
    output: fc.nat(1000),
  })
  .map(({ does, tells, input, output }) => ({
    does,
    tells: tells && does !== 'breaks',
    bill: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  }))

const usageOf = ({ prompt_tokens, completion_tokens, total_tokens }: Billed) => ({
  inputTokens: prompt_tokens,
  outputTokens: completion_tokens,
  totalTokens: total_tokens,
})

/** The answer to the nth request, whichever wire it came by. */
const answerOf = ({ does, bill, tells }: Turn, nth: number, stream: boolean, signal: AbortSignal): Response => {
  if (does === 'busy')
    return new Response('{"error":{"message":"busy"}}', { status: 429, headers: { 'retry-after-ms': '0' } })
  const args = does === 'right' ? right : JSON.stringify({ name: 'Ann', age: `${nth} years` })
  const tool_calls = [{ index: 0, id: `c${nth}`, type: 'function', function: { name: 'Person', arguments: args } }]
  const usage = tells ? { usage: bill } : {}
  const payloads = stream
    ? [
        { choices: [{ index: 0, delta: { tool_calls } }] },
        ...(does === 'breaks' || does === 'hangs'
          ? []
          : [{ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }, { choices: [], ...usage }]),
      ].map(each => `data: ${JSON.stringify(each)}\n\n`)
    : [JSON.stringify({ choices: [{ index: 0, message: { tool_calls }, finish_reason: 'tool_calls' }], ...usage })]
  const text = does === 'breaks' && !stream ? payloads[0]!.slice(0, 20) : payloads.join('')
  const body = new ReadableStream({
    start(controller) {
      if (does !== 'hangs' || stream) controller.enqueue(new TextEncoder().encode(text))
      if (does === 'hangs') signal.addEventListener('abort', () => controller.error(signal.reason))
      else if (does === 'breaks') controller.error(new TypeError('terminated'))
      else controller.close()
    },
  })
  return new Response(body, { headers: { 'content-type': stream ? 'text/event-stream' : 'application/json' } })
}

// The waits before retries are a random part of their length.
beforeAll(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterAll(() => void vi.restoreAllMocks())

describe('Ledger', () => {
  const script = fc.tuple(
    fc.array(turn, { maxLength: 4 }),
    turn,
    fc.constantFrom('right', 'abort', 'timeout'),
    fc.boolean(),
  )

  test('1. Equal to what was billed, in success, failure, abort and timeout, on both wires', async () => {
    await fc.assert(
      fc.asyncProperty(script, async ([before, last, end, stream]) => {
        const does = end === 'right' ? 'right' : 'hangs'
        let asked = 0
        const turns = [...before, { ...last, does, tells: last.tells && does === 'right' } as Turn]
        const extraction = extract(Person, 'Who?', {
          model,
          stream,
          maxRetries: 9,
          maxRetryDelay: 0,
          maxRepairs: 9,
          repair: 'whole',
          timeout: end === 'timeout' ? { total: 30 } : undefined,
          prices: { [model]: { input: 2, output: 10 } },
          fetch: async (_, init) => answerOf(turns[asked++]!, asked, stream, init!.signal!),
          onEvent(event) {
            if (end === 'abort' && event.type === 'request' && asked === turns.length - 1)
              setTimeout(() => extraction.abort(new Error('enough')), 5)
          },
        })
        const outcome = await extraction.result().catch(reason => reason)
        const sent = turns.slice(0, extraction.calls.length)
        expect(sent.length).toBe(asked)
        if (end === 'right') expect(outcome.output).toEqual({ name: 'Ann', age: 30 })
        for (const [i, { usage, estimated, cost }] of extraction.calls.entries()) {
          const { does, tells, bill } = turns[i]!
          if (does === 'busy') expect([usage, estimated, cost]).toEqual([undefined, undefined, undefined])
          else if (tells) {
            expect([usage, estimated]).toEqual([usageOf(bill), undefined])
            expect(cost).toBeCloseTo((bill.prompt_tokens * 2 + bill.completion_tokens * 10) / 1e6, 12)
          } else {
            expect([usage, cost]).toEqual([undefined, undefined])
            expect(estimated!.inputTokens).toBeGreaterThan(0)
          }
        }
        const counted = sent.filter(({ does }) => does !== 'busy')
        const known = counted.every(({ tells }) => tells) && counted.length > 0
        const total = counted.reduce((sum, { bill }) => sum + bill.total_tokens, 0)
        if (end !== 'abort') expect(outcome.usage.totalTokens).toBe(known ? total : undefined)
      }),
      some,
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
        const price = { input: 2, output: 10 }
        let sent = 0
        let dearest = 0
        const work = async (): Promise<void> => {
          for (;;) {
            const error = await extract(Person, 'Who?', {
              model,
              maxRetries: 2,
              maxRepairs: 3,
              budget,
              prices: { [model]: price },
              async fetch(_, init) {
                // `spent` counts a call as soon as it is let through.
                expect(budget.spent[kind] - (kind === 'calls' ? 1 : 0)).toBeLessThan(most)
                const each = turns[sent++ % turns.length]!
                const { inputTokens, outputTokens, totalTokens } = usageOf(each.bill)
                const usd = (inputTokens * price.input + outputTokens * price.output) / 1e6
                const estimate = (init!.body as string).length
                dearest = Math.max(dearest, kind === 'usd' ? usd + estimate * 1e-5 : totalTokens + estimate)
                return answerOf(each, sent, false, init!.signal!)
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
