import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { scenarios } from './catalogue.ts'
import { casesOf, type Outcome, play } from './play.ts'
import { report } from './report.ts'
import type { Case } from './scenario.ts'

const outcomes = new Map<Case, Outcome>()

describe.each(scenarios)('$row $title', scenario => {
  const cases = casesOf(scenario).map(([wire, each]) => ({ wire, each, name: each.name }))
  test.each(cases)('$wire: $name', async ({ wire, each }) => {
    const outcome = await play(each, wire)
    outcomes.set(each, outcome)
    expect(`${outcome.verdict} ${outcome.why}`).toBe('as required ')
  })
})

test('every row of a single call is there, once', () => {
  expect(scenarios.map(({ row }) => row).sort((a, b) => a - b)).toEqual(Array.from({ length: 91 }, (_, i) => i + 1))
})

test('REPORT.md says what came of them', async () => {
  const fuzzed = readFileSync('test/fuzz/LOG.md', 'utf8')
  await expect(report(scenarios, outcomes, fuzzed)).toMatchFileSnapshot('REPORT.md')
})
