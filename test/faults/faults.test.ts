import { describe, expect, test } from 'vitest'
import { argumentGrowth } from './argument-growth.ts'
import { argumentText } from './argument-text.ts'
import { argumentValues } from './argument-values.ts'
import { bodies } from './bodies.ts'
import { callContent } from './call-content.ts'
import { callIdentity } from './call-identity.ts'
import { chunks } from './chunks.ts'
import { framing } from './framing.ts'
import { casesOf, type Outcome, play } from './play.ts'
import { refusals } from './refusals.ts'
import { report } from './report.ts'
import type { Case } from './scenario.ts'
import { statuses } from './statuses.ts'

const scenarios = [
  framing,
  bodies,
  chunks,
  callIdentity,
  callContent,
  argumentText,
  argumentValues,
  argumentGrowth,
  statuses,
  refusals,
].flat()
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
  await expect(report(scenarios, outcomes)).toMatchFileSnapshot('REPORT.md')
})
