import { expect, test } from 'vitest'
import { execute } from './execute.ts'

const seed = 1
const executions = 3000

/** The long run is `npm run fuzz`; its log stands in test/fuzz/LOG.md. */
test(`${executions} broken answers of seed ${seed}: an error with a type, or the value that JSON.parse and the schema give`, async () => {
  const outcomes = new Set<string>()
  for (let i = 0; i < executions; i++) {
    const { outcome, finding } = await execute(seed, i)
    if (finding !== undefined) expect.fail(`execution ${i}: ${finding}`)
    outcomes.add(outcome)
  }
  // The generator reaches what it is there for.
  for (const code of ['value', 'malformed', 'invalid_json', 'schema_mismatch', 'interrupted', 'truncated']) {
    expect(outcomes).toContain(code)
  }
})

test('the nth execution of a seed is the same every time', async () => {
  const [once, again] = [await execute(seed, 7), await execute(seed, 7)]
  expect(again).toEqual(once)
})
