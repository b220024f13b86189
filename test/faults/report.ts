import { casesOf, type Outcome, type Verdict } from './play.ts'
import type { Case, Scenario } from './scenario.ts'

const verdicts: readonly Verdict[] = ['as required', 'silent', 'hang', 'untyped', 'leak', 'other']

/** The table of all rows: what is sent, what is required, what came of it; and that of the log of the fuzz target. */
export const report = (
  scenarios: readonly Scenario[],
  outcomes: ReadonlyMap<Case, Outcome>,
  fuzzed: string,
): string => {
  const all = [...scenarios].sort((a, b) => a.row - b.row)
  const counts = verdicts.map(verdict => {
    const count = [...outcomes.values()].filter(outcome => outcome.verdict === verdict).length
    return `| ${verdict} | ${count} |`
  })
  return `# Faults of providers, and what comes of them

Each row is a way in which servers, gateways or models were seen to deviate, break or attack. Its cases are played over loopback
through the public API. Written by \`npx vitest run test/faults/faults.test.ts -u\`; the test fails where this page is another.

\`silent\`: a value where an error or another value is required. \`untyped\`: an error outside the family. \`leak\`: the key shows in
an error, an event, a result or the ledger. \`other\`: an error that is not the required one. The last table is that
of the fuzz target ([test/fuzz/LOG.md](../fuzz/LOG.md)).

| verdict | cases |
|---|--:|
${counts.join('\n')}

| row | what goes wrong | streamed | plain | required | verdict |
|--:|---|--:|--:|---|---|
${all.map(each => rowOf(each, outcomes)).join('\n')}

${fuzzed.slice(fuzzed.indexOf('|'))}`
}

const rowOf = (scenario: Scenario, outcomes: ReadonlyMap<Case, Outcome>): string => {
  const { row, title, streamed, plain } = scenario
  const cases = casesOf(scenario).map(([, each]) => each)
  const required = [
    ...new Set(cases.map(({ wants }) => ('value' in wants ? 'value' : `${wants.error} \`${wants.code}\``))),
  ]
  const came = [...new Set(cases.map(each => outcomes.get(each)?.verdict ?? 'not played'))]
  const cells = [row, title, streamed.length || '', plain.length || '', required.join(', '), came.join(', ')]
  return `| ${cells.join(' | ')} |`
}
