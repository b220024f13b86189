import type { RunState } from '../../../src/cli/terminal/run-state.ts'
import type { Ending } from '../../../src/cli/terminal/summary.ts'

/** A run in its middle, with something to say on every line. */
export const running: RunState = {
  extractor: 'invoice.ts',
  input: 'in.jsonl',
  output: 'out.jsonl',
  model: 'openai/gpt-4o-mini',
  concurrency: 8,
  total: 1000,
  done: 741,
  failed: 9,
  kept: 120,
  inFlight: { reading: 5, repairing: 2, waiting: 1 },
  rate: 3.4,
  inputTokens: 1_900_000,
  outputTokens: 210_000,
  cost: 0.84,
  unpriced: 0,
  cached: 0,
  budget: 2,
  forecast: { usd: 1.12, plusMinus: 0.05 },
  left: 72_000,
  wait: { reason: '429 from openai', ms: 5000, concurrency: 4 },
  last: {
    row: 742,
    key: '742',
    code: 'schema_mismatch',
    message: 'The answer does not match the schema',
    issues: [{ path: ['lines', 3, 'qty'], code: 'invalid_type', message: 'want number, got "two"' }],
  },
  stopping: false,
}

export const ended: Ending = {
  run: {
    ...running,
    done: 991,
    inputTokens: 2_600_000,
    cachedInputTokens: 1_586_000,
    outputTokens: 280_000,
    cost: 1.09,
  },
  took: 302_000,
  kinds: [
    {
      code: 'schema_mismatch',
      place: 'lines[].qty',
      message: 'want number, got "two"',
      rows: [742, 750, 761],
      count: 6,
    },
    { code: 'truncated', place: '-', message: '1,024 tokens reached', rows: [88, 410], count: 2 },
    { code: 'rate_limit', place: '-', message: 'gave up after 3 tries', rows: [910], count: 1 },
  ],
  spent: [
    ['first tries', 1.01],
    ['repairs', 0.06],
    ['retries', 0.02],
  ],
  wrote: [
    ['out.jsonl', 991],
    ['failed.jsonl', 9],
    ['journal out.jsonl.journal', undefined],
  ],
  next: ['decant run invoice.ts in.jsonl -o out.jsonl --retry-failed', 'decant why out.jsonl.journal 742'],
}
