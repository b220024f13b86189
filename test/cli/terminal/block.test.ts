import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { blockLines } from '../../../src/cli/terminal/block.ts'
import type { Screen } from '../../../src/cli/terminal/line.ts'
import { PlainPace, progressLine, startLine } from '../../../src/cli/terminal/plain.ts'
import { endLines } from '../../../src/cli/terminal/summary.ts'
import { ended, running } from './runs.ts'

/** A terminal of so many columns; its last one stays free. */
const screen = (columns: number, other: Partial<Screen> = {}): Screen => ({
  width: columns - 1,
  colour: false,
  unicode: true,
  ...other,
})

describe('the live block', () => {
  it('at 80 columns', () => {
    expect(blockLines(running, screen(80))).toEqual([
      'decant run  invoice.ts  in.jsonl > out.jsonl            openai/gpt-4o-mini  c=8',
      ' ██████████████████████████████░░░░░░░░░░  75%     750 / 1,000   left 1m 12s',
      ' done 741   failed 9   kept 120   now 8: 5 reading, 2 repairing, 1 waiting',
      ' 3.4/s   1.9M in  210K out   $0.84 of $2.00   forecast $1.12 +-0.05',
      ' wait   429 from openai: next call in 5 s, concurrency 8 > 4',
      ' last   742  schema_mismatch  lines[3].qty: want number, got "two"',
    ])
  })

  it('at 60 columns', () => {
    expect(blockLines(running, screen(60))).toEqual([
      'decant run  invoice.ts  in.jsonl >… openai/gpt-4o-mini  c=8',
      ' ███████████████░░░░░  75%     750 / 1,000   left 1m 12s',
      ' done 741   failed 9   kept 120   now 8: 5 reading, 2 repa…',
      ' 3.4/s   1.9M in  210K out   $0.84 of $2.00   forecast $1.…',
      ' wait   429 from openai: next call in 5 s, concurrency 8 >…',
      ' last   742  schema_mismatch  lines[3].qty: want number, g…',
    ])
  })

  it('below 60 columns is the line that says how far it is', () => {
    expect(blockLines(running, screen(50))).toEqual([' ███████░░░  75%     750 / 1,000   left 1m 12s'])
  })

  it('in ASCII', () => {
    expect(blockLines(running, screen(60, { unicode: false }))).toEqual([
      'decant run  invoice.ts  in.jsonl... openai/gpt-4o-mini  c=8',
      ' ###############-----  75%     750 / 1,000   left 1m 12s',
      ' done 741   failed 9   kept 120   now 8: 5 reading, 2 re...',
      ' 3.4/s   1.9M in  210K out   $0.84 of $2.00   forecast $...',
      ' wait   429 from openai: next call in 5 s, concurrency 8...',
      ' last   742  schema_mismatch  lines[3].qty: want number,...',
    ])
  })

  it('in colour: green done, red failed, yellow waiting', () => {
    const lines = blockLines(running, screen(80, { colour: true }))
    expect(lines[2]).toContain(' \u001b[32mdone 741\u001b[39m   \u001b[31mfailed 9\u001b[39m   kept 120')
    expect(lines[4]).toContain('\u001b[33m429 from openai')
    expect(lines[5]).toContain('\u001b[31mschema_mismatch\u001b[39m')
  })

  it('says only what there is to say', () => {
    const { total, kept, rate, budget, forecast, left, wait, last, ...plain } = running
    const run = {
      ...plain,
      kept: 0,
      failed: 0,
      cost: 0,
      unpriced: 3,
      inFlight: { reading: 0, repairing: 0, waiting: 0 },
    }
    expect(blockLines(run, screen(80)).slice(1)).toEqual([
      ' 741 records',
      ' done 741   failed 0',
      ' 1.9M in  210K out   ?',
    ])
  })

  it('says in place of the wait that Ctrl-C was pressed', () => {
    expect(blockLines({ ...running, stopping: true }, screen(80))[4]).toBe(' stop   finishing 8, again to stop now')
  })

  it('shows what a model wrote as text only', () => {
    const evil = {
      ...running.last!,
      issues: [{ path: ['a\u001b[2J'], code: 'x', message: 'b\nc\u0007\u009b31m\u202e' }],
    }
    const line = blockLines({ ...running, last: evil }, screen(80)).at(-1)
    expect(line).toBe(' last   742  schema_mismatch  a: b c')
  })
})

describe('the plain lines', () => {
  it('are one at the start and one for how far it is', () => {
    expect(startLine(running)).toBe('decant run invoice.ts in.jsonl > out.jsonl openai/gpt-4o-mini c=8 total=1000')
    expect(progressLine(running)).toBe('750/1000 75% done=741 failed=9 kept=120 rate=3.4/s cost=$0.84 left=72s')
    const { total, left, rate, ...unknown } = running
    expect(progressLine({ ...unknown, kept: 0, unpriced: 1 })).toBe('750 done=741 failed=9 cost=>$0.84')
  })

  it('come at each tenth, and at least every 30 s', () => {
    const pace = new PlainPace(0)
    const due = (done: number, now: number) => pace.due({ ...running, done, failed: 0 }, now)
    expect([due(99, 1), due(100, 2), due(199, 3), due(450, 4), due(451, 30_003), due(452, 30_004)]).toEqual([
      false,
      true,
      false,
      true,
      false,
      true,
    ])
  })
})

describe('the end', () => {
  it('at 80 columns', () => {
    expect(endLines(ended, screen(80))).toEqual([
      '991 done, 9 failed, 120 kept from the journal                            5m 02s',
      '  6  schema_mismatch  lines[].qty  742, 750, 761 …  want number, got "two"',
      '  2  truncated        -            88, 410          1,024 tokens reached',
      '  1  rate_limit       -            910              gave up after 3 tries',
      'cost    $1.09   first tries $1.01, repairs $0.06, retries $0.02',
      'tokens  2.6M in (61% cached)   280K out',
      'wrote   out.jsonl 991   failed.jsonl 9   journal out.jsonl.journal',
      'next    decant run invoice.ts in.jsonl -o out.jsonl --retry-failed',
      '        decant why out.jsonl.journal 742',
    ])
  })

  it('at 60 columns never cuts a command', () => {
    const lines = endLines(ended, screen(60))
    expect(lines[0]).toBe('991 done, 9 failed, 120 kept from the journal        5m 02s')
    expect(lines[1]).toBe('  6  schema_mismatch  lines[].qty  742, 750, 761 …  want n…')
    expect(lines.at(-2)).toBe('next    decant run invoice.ts in.jsonl -o out.jsonl --retry-failed')
  })

  it('at 60 columns in ASCII', () => {
    const run = { ...ended.run, cost: 0, unpriced: 3 }
    expect(endLines({ ...ended, run, spent: [], stopped: 'interrupted' }, screen(60, { unicode: false }))).toEqual([
      'stopped: interrupted',
      '991 done, 9 failed, 120 kept from the journal        5m 02s',
      '  6  schema_mismatch  lines[].qty  742, 750, 761 ...  wa...',
      '  2  truncated        -            88, 410            1,...',
      '  1  rate_limit       -            910                ga...',
      'cost    ?   3 calls without a price: --prices IN,OUT',
      'tokens  2.6M in (61% cached)   280K out',
      'wrote   out.jsonl 991   failed.jsonl 9   journal out.jso...',
      'next    decant run invoice.ts in.jsonl -o out.jsonl --retry-failed',
      '        decant why out.jsonl.journal 742',
    ])
  })

  it('in colour says the same', () => {
    const coloured = endLines({ ...ended, stopped: 'interrupted' }, screen(80, { colour: true }))
    const plain = coloured.map(line => stripVTControlCharacters(line))
    expect(plain).toEqual(['stopped: interrupted', ...endLines(ended, screen(80))])
    expect(coloured[1]).toContain('\u001b[32m991 done\u001b[39m, \u001b[31m9 failed\u001b[39m, 120 kept')
  })

  it('tells at most eight kinds of failure one by one', () => {
    const kinds = Array.from({ length: 11 }, (_, index) => ({ ...ended.kinds[0]!, place: `field${index}` }))
    expect(endLines({ ...ended, kinds }, screen(80))[9]).toBe('  … 3 more kinds')
  })
})
