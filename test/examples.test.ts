import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { modelServer, type Reply } from './helpers/model-server.ts'

const run = promisify(execFile)

/** Runs an example as a person would, with no key in the environment and standard output piped. */
const example = async (name: string, ...args: string[]): Promise<{ stdout: string; stderr: string; code: number }> => {
  const { PATH, HOME } = process.env
  try {
    const { stdout, stderr } = await run(process.execPath, ['examples/run.mjs', name, ...args], {
      env: { PATH, HOME, NO_COLOR: '1' },
    })
    return { stdout, stderr, code: 0 }
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number }
    return { stdout, stderr, code }
  }
}

/** One declaration, as every schema language comes to it. */
const stay = {
  type: 'object',
  properties: { city: { type: 'string' }, nights: { type: 'integer', exclusiveMinimum: 0 } },
  required: ['city', 'nights'],
}

/** What each example prints, whole. */
const printed: Record<string, string> = {
  languages: ['Zod 4', 'Zod 4 mini', 'Zod 3', 'Valibot', 'ArkType', 'JSON Schema']
    .map(language => `${language.padEnd(11)} ${JSON.stringify(stay)}\n`)
    .join(''),
  photo: `1 EMH00 4711 2026-11-20T16:04:00.000Z Map(2) { 'day' => 20417.3, 'night' => 8806 }
`,
  shopping: `buy 2 x bread
buy 6 x eggs
2026-12-03: the dentist
buy 1 x coffee
4 calls of functions in 1 request
`,
  loose: `first { title: 'Login bug', status: 'in_progress', priority: 1 } from the model
  status normalized: "In Progress" was read as "in_progress"
  priority normalized: "1" was read as 1
second { title: 'Login bug', status: 'in_progress', priority: 1 } from the cache
  status normalized: "In Progress" was read as "in_progress"
  priority normalized: "1" was read as 1
`,
  receipt: `{
  shop: 'Corner Bakery',
  lines: [
    { item: 'croissants', cents: 500 },
    { item: 'baguette', cents: 180 },
    { item: 'coffee', cents: 270 }
  ],
  totalCents: 950
}
first: schema_mismatch, 226 tokens [ 'totalCents must be the sum of the cents of all lines' ]
repair: ok, 345 tokens []
in all 571 tokens, $0.00013785
`,
  'answer-with-quotes': `A lamp that was not used can be returned for 30 days.
  87-159: You may return anything unused within 30 days of the day it reached you.
The return of an order for 25 euros costs 4.90 euros.
  160-260: The return label is free for orders above 40 euros; below that, 4.90 euros are taken off the refund.
The refund goes to your card within ten days of its return.
  261-351: Refunds go to the card that paid, at the latest ten days after the parcel is back with us.
first: schema_mismatch, 139 tokens out claims.1.quote
repair: ok, 33 tokens out
`,
  judge: `[
  'The harbour bridge is closed because of cracks in two piers.',
  'Ferries stand in for it, free of charge.',
  'The repairs take six weeks.'
]
first [
  {
    path: [ 'points', 2 ],
    code: 'custom',
    message: 'is not what the text says: repairs are expected to take six weeks'
  }
]
repair []
4 calls, $0.00485955
`,
  moderation: `fine   Great write-up, thanks!
       It thanks the author.
       openai/gpt-4o-mini ok: $0.000038
spam   Cheap likes and followers at likes.example
       It advertises a service that has nothing to do with the article.
       openai/gpt-4o-mini ok: $0.000038
threat I know where you live. See you tonight.
       It says that its writer will come to where the reader lives.
       openai/gpt-4o-mini refused, groq/llama-3.3-70b-versatile ok: $0.000225
fine   I would kill for a second part of this.
       A figure of speech: the reader wants to read more.
       openai/gpt-4o-mini ok, openrouter/anthropic/claude-sonnet-4 ok: $0.002762
`,
  explain: `openai: about 119 tokens; mode tool
  leaves: Date as string; JSON has no word for it: made again of what comes
openai-strict: about 157 tokens; mode tool
  leaves: Date as string; JSON has no word for it: made again of what comes
  remark: optional as null; openai-strict wants every key: null says that it is absent
  seats: records as pairs; openai-strict takes no keys but those that are named: sent as a list of { key, value }
xai: about 119 tokens; mode tool
  leaves: Date as string; JSON has no word for it: made again of what comes
`,
  'inbox-router': `order { number: '4711' } { item: 'desk lamp', cents: 4900, delivered: '2026-11-16' }
so far: {"name":"refund","value":{"order":"47"}}
so far: {"name":"refund","value":{"order":"4711"}}
so far: {"name":"refund","value":{"order":"4711","cents":4900}}
refund 49 for order 4711
`,
  'search-filters': `one of the colors green, blue
with the words bike helmet
price up to 80
json-schema - the answer is the text of the message, which the provider holds to the schema
`,
  weather: `tool weather started: { location: 'Florence, Italy' }
tool weather done: 40 C
text: The
text:  current
text:  weather in Florence, Italy is 40
text: °C (104°F). That
text: 's quite
text:  hot
text: ! It's a very
text:  warm day there
text: .
thought: The user is asking for weather information for Florence, Italy. I have a weather function available that takes a location parameter. The user has provided the specific location "Florence, Italy" so I have all the required parameters to make the function call.
cost: $0.005076
`,
  mails: `ann@example.com { topic: 'delivery', order: '4711', urgent: true }
ben@example.com { topic: 'refund', order: '4712', urgent: false }
cem@example.com { topic: 'other', order: null, urgent: false }
schema_mismatch [
  {
    path: [ 'topic' ],
    code: 'invalid_value',
    message: 'Invalid option: expected one of "refund"|"delivery"|"other"'
  }
]
`,
  table: `2026-11-03 Bakery -4.8 = -4.8
2026-11-05 Salary 2100 = 2095.2
row 2.amount: 'see note' is no amount
2026-11-12 Electricity -61.25 = 2033.95
`,
  meeting: `a1  Draft the offer: Ines, 2026-11-27
a2  Have the offer checked by legal: Tom, no date, after a1
a3  Send the offer to the customer: nobody yet, 2026-11-30, after a2
first schema_mismatch, repair ok
`,
  resume: `Head of data, Lumen: 2021-03-01 to today, of a person whose name is certain
Analyst, Northwind: 2016-06-15 to 2021-02-28, of a person whose name is certain
Tutor, City library: ? to ?, of a person whose name is certain
Ada Moreau has no address
`,
  local: `[]
[ '' ]
[ 'Rome' ]
[ 'Rome', 'F' ]
[ 'Rome', 'Flore' ]
[ 'Rome', 'Florence' ]
[ 'Rome', 'Florence', 'Si' ]
AbortError
aborted undefined { inputTokens: 130, outputTokens: 8, totalTokens: 138 }
`,
  parser: `{"city":"Pa"}
{"city":"Paris"}
{"city":"Paris","zip":75001,"sights":["Lou"]}
{"city":"Paris","zip":75001,"sights":["Louvre"]}
{ city: 'Paris', zip: 75001, sights: [ 'Louvre' ] }
unexpected_character at 9
`,
}

describe('examples', () => {
  it.each(Object.entries(printed))('%s prints what it should, without a key', async (name, stdout) => {
    expect(await example(name)).toEqual({ stdout, stderr: '', code: 0 })
  })

  it('are all run here', () => {
    const files = readdirSync('examples').filter(file => file.endsWith('.ts'))
    expect(files.sort()).toEqual(
      ['invoices', 'person', 'triage', ...Object.keys(printed)].map(name => `${name}.ts`).sort(),
    )
  })
})

describe('triage', () => {
  it('labels a file of mails, line for line', async () => {
    const { stdout, stderr, code } = await example('triage')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '6 done, 0 failed, 793 tokens in, 30 out\n' })
    const labels = stdout.trimEnd().split('\n')
    expect(labels.map(line => JSON.parse(line))).toEqual(
      ['outage', 'billing', 'question', 'praise', 'billing', 'outage'].map((label, i) => ({ id: `m${i + 1}`, label })),
    )
  })
})

describe('invoices', () => {
  let folder: string
  let out: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'decant-invoices-'))
    out = join(folder, 'invoices.csv')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const csv = `file,number,seller,date,total,currency
"2026-001.txt","2026-001","Corner Bakery","2026-01-03",23.8,"EUR"
"2026-002.txt","2026-002","Blue Bikes Ltd","2026-01-14",368.9,"EUR"
"2026-003.txt","2026-003","Print & Co","2026-02-02",54.15,"EUR"
"2026-004.txt","2026-004","Corner Bakery","2026-02-09",21.42,"EUR"
"2026-005.txt","2026-005","Nordic Chairs","2026-02-27",1428,"EUR"
"2026-006.txt","2026-006","Blue Bikes Ltd","2026-03-03",89.25,"EUR"
`

  it('become a CSV file, and a second run buys nothing', async () => {
    expect(await example('invoices', '--out', out)).toEqual({
      code: 0,
      stderr: '',
      stdout: '6 done, 0 failed, 0 kept from the journal, $0.0002301\n',
    })
    expect(readFileSync(out, 'utf8')).toBe(csv)
    const { stdout } = await example('invoices', '--out', out)
    expect(stdout).toBe('0 done, 0 failed, 6 kept from the journal, $0\n')
    expect(readFileSync(out, 'utf8')).toBe(csv)
  })

  it('killed half-way go on where they were', async () => {
    const rows = csv.split('\n').slice(1, -1)
    const asked: string[] = []
    let stuck: (() => void) | undefined
    const reply: Reply = ({ body }, response) => {
      const number = /INVOICE (\S+)/.exec(body.messages.at(-1).content)![1]!
      asked.push(number)
      // The first run gets three answers and then none.
      if (asked.length > 3 && stuck !== undefined) return stuck()
      const [, , seller, date, total] = rows
        .find(row => row.includes(number))!
        .split(',')
        .map(each => JSON.parse(each))
      const args = JSON.stringify({ number, seller, date, total, currency: 'EUR' })
      const tool_calls = [{ id: 'c', type: 'function', function: { name: 'Invoice', arguments: args } }]
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ choices: [{ message: { tool_calls }, finish_reason: 'tool_calls' }] }))
    }
    await using server = await modelServer(...Array.from({ length: 20 }, () => reply))
    const killed = new Promise<void>(resolve => {
      stuck = resolve
    })
    const child = spawn(process.execPath, ['examples/run.mjs', 'invoices', '--out', out, '--url', server.baseURL])
    const gone = new Promise(resolve => child.once('exit', (_, signal) => resolve(signal)))
    await killed
    child.kill('SIGKILL')
    expect(await gone).toBe('SIGKILL')
    const before = [...new Set(asked)]
    const kept = readFileSync(`${out}.journal`, 'utf8').trimEnd().split('\n').length - 1
    stuck = undefined
    const { stdout, stderr } = await example('invoices', '--out', out, '--url', server.baseURL)
    expect(stderr).toBe('')
    expect(stdout).toMatch(new RegExp(`^${6 - kept} done, 0 failed, ${kept} kept from the journal`))
    expect(readFileSync(out, 'utf8')).toBe(csv)
    // Two were in flight; what was answered is not asked again.
    expect(kept).toBeGreaterThanOrEqual(2)
    expect(asked.length).toBeLessThanOrEqual(6 + 2)
    expect(before.length).toBeLessThan(6)
  })
})

describe('the demo', () => {
  it('prints one line per snapshot, each strictly grown, then one line with the end', async () => {
    const { stdout, stderr, code } = await example('person')
    expect(code).toBe(0)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    const last = lines.pop()
    expect(last).toEqual({
      output: { name: 'Alice', age: 30, city: 'Paris' },
      usage: { inputTokens: 401, outputTokens: 301, cachedInputTokens: 400, reasoningTokens: 257, totalTokens: 702 },
      cost: 0.0001707,
    })
    expect(lines.length).toBeGreaterThanOrEqual(5)
    expect(lines.map(line => Object.keys(line))).toEqual(lines.map(() => ['partial']))
    lines.reduce((before, { partial }) => {
      if (before !== undefined) expect(grows(before, partial)).toBe(true)
      return partial
    }, undefined)
    expect(lines.at(-1)?.partial).toEqual(last.output)
  })

  it('says which variable is missing when a model is asked without a key', async () => {
    const { stdout, stderr, code } = await example('person', '--model', 'openai/gpt-4o-mini', 'Some text')
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
    expect(stderr.trimEnd()).toBe(
      'Cannot call openai without a key: set OPENAI_API_KEY in the environment, or give the apiKey option',
    )
  })
})

/** Everything of the one is in the other, and something more: a new key or a longer string. */
const grows = (before: Record<string, unknown>, after: Record<string, unknown>): boolean => {
  const kept = Object.entries(before).every(([key, value]) =>
    typeof value === 'string' ? String(after[key]).startsWith(value) : after[key] === value,
  )
  return kept && JSON.stringify(after).length > JSON.stringify(before).length
}
