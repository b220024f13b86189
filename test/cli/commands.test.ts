import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { citySchema, decant, endpoint, folderWith, lines, parsed, start } from './command.ts'

describe('decant schema', () => {
  it('prints the function as it is sent, and its size apart', async () => {
    const { code, stdout, stderr } = await decant(['schema', 'city.json'], {
      folder: folderWith({ 'city.json': citySchema }),
    })
    expect(code).toBe(0)
    const sent = JSON.parse(stdout)
    expect(sent).toMatchObject({ name: 'City', parameters: { required: ['city', 'people'] } })
    const size = JSON.stringify(sent).length
    expect(stderr).toBe(
      `City: ${size} bytes, about ${Math.ceil(size / 4)} tokens in every request\n` +
        'mode tool: the answer is the arguments of a forced function call\n',
    )
  })

  it('says when there is none', async () => {
    const text = "import { z } from 'zod'\nexport default z.string()"
    const { stdout, stderr } = await decant(['schema', 'text.ts'], { folder: folderWith({ 'text.ts': text }) })
    expect([stdout, stderr]).toEqual(['', 'no function: the schema asks for text\n'])
  })

  it('says what was rewritten for the provider, and what to ask for instead', async () => {
    const text = `import { z } from 'zod'
      import { defineExtractor } from 'decant'
      const schema = z.object({ days: z.array(z.date()), note: z.string().optional() })
      export default defineExtractor({ name: 'trip', schema, model: 'groq/m', strict: true })`
    const folder = folderWith({ 'trip.ts': text })
    const { stderr } = await decant(['schema', 'trip.ts'], { folder })
    expect(stderr.split('\n').slice(1)).toEqual([
      'extract.days[]: Date as string; JSON has no word for it: made again of what comes',
      'extract.note: optional as null; openai-strict wants every key: null says that it is absent',
      "mode tool: the answer is the arguments of a forced function call; groq sends them in one piece, so for growing partials use mode 'json-schema'",
      '',
    ])
    const told = await decant(['schema', 'trip.ts', '--json'], { folder })
    expect(parsed(told.stderr).map(({ event, path, used }) => [event, path ?? used])).toEqual([
      ['function', undefined],
      ['rewrite', ['days', '[]']],
      ['rewrite', ['note']],
      ['mode', 'tool'],
    ])
  })

  it('says everything that cannot be sent', async () => {
    const text = `import { z } from 'zod'
      import { defineExtractor } from 'decant'
      const schema = z.object({ a: z.unknown(), b: z.unknown() })
      export default defineExtractor({ name: 'any', schema, model: 'openai/m', strict: true })`
    const { code, stderr } = await decant(['schema', 'any.ts'], { folder: folderWith({ 'any.ts': text }) })
    expect(code).toBe(2)
    expect(stderr).toMatch(/any value at 'b'.*\n.*any value at 'a'/)
  })

  it('says what cannot be sent, with 2', async () => {
    const text = "import { z } from 'zod'\nexport default z.object({ when: z.symbol() })"
    const { code, stderr } = await decant(['schema', 'when.ts'], { folder: folderWith({ 'when.ts': text }) })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^decant: Cannot .*when/)
  })
})

describe('decant why', () => {
  const run = async () => {
    const folder = folderWith({ 'city.json': citySchema, 'in.jsonl': lines(['Rome', 'Oslo']) })
    const { words } = await endpoint(city => ({ city, people: city === 'Oslo' ? 'many' : 4 }))
    await decant(['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', ...words], { folder })
    return folder
  }

  it('tells everything about a failed record', async () => {
    const folder = await run()
    const { code, stdout } = await decant(['why', 'out.jsonl.journal', '2'], { folder })
    expect(code).toBe(0)
    expect(stdout).toContain('failed  2  schema_mismatch')
    expect(stdout).toContain('  record  "Oslo"')
    expect(stdout).toMatch(/ {2}at {6}people {2}.*, got "many"/)
    expect(stdout).toContain('  answer  {"city":"Oslo","people":"many"}')
    expect(stdout).toMatch(
      / {2}calls {3}2 calls \(first schema_mismatch, repair schema_mismatch\), 240 tokens, \$0\.002/,
    )
    expect(stdout).toContain('  next    ')
    expect(stdout).toMatch(/ {2}call {4}repair schema_mismatch {2}endpoint\/scripted {2}100 in {2}20 out/)
  })

  it('knows a record by its row, its key and the beginning of its key', async () => {
    const folder = await run()
    const whole = parsed((await decant(['why', 'out.jsonl.journal', '1', '--json'], { folder })).stdout)
    expect(whole).toMatchObject([{ status: 'done', index: 0, input: { city: 'Rome', people: 4 } }])
    const { key } = whole[0]
    for (const name of [key, key.slice(0, 8)]) {
      const { stdout } = await decant(['why', 'out.jsonl.journal', name], { folder })
      expect(stdout).toContain('done    1')
      expect(stdout).toContain('{"city":"Rome","people":4}')
    }
  })

  it.each([
    [['why', 'no.journal', '1'], /Cannot read journal 'no\.journal': there is no such file/],
    [['why', 'out.jsonl.journal', '77'], /Cannot find record '77' in journal/],
    [['why', 'in.jsonl', '1'], /Cannot read journal .*the file is no journal/],
  ])('refuses %j', async (words, message) => {
    const { code, stderr } = await decant(words, { folder: await run() })
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})

describe('decant cassette check', () => {
  it('finds nothing in our own', async () => {
    const { code, stdout, stderr } = await decant(['cassette', 'check', 'cassettes'], { folder: process.cwd() })
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(/^\d+ cassettes, nothing wrong\n$/)
  })

  it('names file and line of a secret, not the secret, and ends with 3', async () => {
    const folder = folderWith()
    const text = readFileSync('cassettes/xai/grok-4-fast/simple_object_streaming.yaml', 'utf8')
    const key = `sk-${'b2'.repeat(20)}`
    writeFileSync(join(folder, 'bad.yaml'), text.replace('Alice', key))
    writeFileSync(join(folder, 'good.yaml'), text)
    const { code, stdout, stderr } = await decant(['cassette', 'check', '.'], { folder })
    expect(code).toBe(3)
    expect(stdout).toMatch(/^bad\.yaml:\d+: holds something that looks like an sk- key\n$/)
    expect(stderr).toBe('1 of 2 cassettes with faults; renew every key that leaked\n')
    expect(stdout + stderr).not.toContain(key)
  })
})

it.each([
  [
    ['cassette', 'check', 'no.yaml'],
    "decant: Cannot read 'no.yaml': there is no such file\n  give recordings (.yaml), or folders of them\n",
  ],
  [['extract', 'city.json', '-f', 'no.txt', '-m', 'openai/m'], "decant: Cannot read 'no.txt': there is no such file\n"],
  [['extract', 'city.json', '-f', '.', '-m', 'openai/m'], "decant: Cannot read '.': it is a folder\n"],
  [['init', 'no/x.ts'], "decant: Cannot write 'no/x.ts': there is no folder 'no'\n  make it first\n"],
])('%j says in words what is not there', async (words, said) => {
  const { code, stderr } = await decant(words, { folder: folderWith({ 'city.json': citySchema }) })
  expect({ code, stderr }).toEqual({ code: 2, stderr: said })
})

describe('decant doctor', () => {
  it('says which keys are there and never what they are', async () => {
    const env = { OPENAI_API_KEY: 'sk-secret-value', XAI_API_KEY: '"quoted"', HTTPS_PROXY: 'http://me:pass@proxy:8080' }
    const { code, stdout } = await decant(['doctor'], { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/openai +OPENAI_API_KEY +found +https:\/\/api\.openai\.com\/v1/)
    expect(stdout).toMatch(/xai +XAI_API_KEY +found, but it stands in quotes/)
    expect(stdout).toMatch(/groq +GROQ_API_KEY +not set/)
    expect(stdout).toContain('HTTPS_PROXY=http://redacted@proxy:8080/')
    expect(stdout).toContain('NODE_USE_ENV_PROXY=1')
    const all = stdout + (await decant(['doctor', '--json'], { env })).stdout
    for (const secret of ['secret-value', 'quoted"', ':pass']) expect(all).not.toContain(secret)
  })
})

describe('decant doctor behind a proxy', () => {
  const env = { HTTPS_PROXY: 'http://proxy:8080', NODE_USE_ENV_PROXY: '1' }

  it.each([false, true])('believes the environment only where Node reads it: %s', async known => {
    const flags = known ? ['--use-env-proxy'] : []
    vi.spyOn(process, 'allowedNodeEnvironmentFlags', 'get').mockReturnValue(new Set(flags))
    const { stdout } = await decant(['doctor'], { env })
    vi.restoreAllMocks()
    expect(stdout.includes('does not know; 22.21 and 24.5 do')).toBe(!known)
    expect(stdout.includes("Node's fetch passes it by")).toBe(!known)
  })
})

describe('decant demo', () => {
  it('plays the recording: JSON into a pipe', async () => {
    const { code, stdout, stderr } = await decant(['demo'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({ name: 'Alice', age: 30, city: 'Paris' })
  })

  it('grows on a terminal and says that it is a recording', async () => {
    const { stderr, stdout } = await decant(['demo'], { terminal: 80 })
    const seen = stripVTControlCharacters(stderr)
    expect(seen).toContain('A recorded answer of xai/grok-4-fast, played slowly: no key, no network.')
    expect(seen).toContain('"name": "Ali\n')
    expect(seen).toMatch(/ s {2}702 tokens {2}\$0\.00017\n$/)
    expect(JSON.parse(stdout).name).toBe('Alice')
  })

  it('stops at Ctrl-C', async () => {
    const command = start(['demo'], { terminal: 80 })
    await expect.poll(() => command.stderr.text).toContain('asking')
    command.interrupt()
    expect(await command.code).toBe(130)
  })
})

describe('decant init', () => {
  it.each(['extractor.ts', 'other.mjs'])('writes %s, which can be used as it is', async file => {
    const folder = folderWith()
    expect((await decant(['init', file], { folder })).code).toBe(0)
    const { stdout } = await decant(['schema', file], { folder })
    expect(JSON.parse(stdout).parameters.required).toEqual(['topic', 'order', 'urgent'])
    const { words, prompts } = await endpoint(() => ({ topic: 'other', order: null, urgent: false }))
    const { code } = await decant(['run', file, 'mails.jsonl', '-o', 'out.csv', '--ordered', ...words], { folder })
    expect(code).toBe(0)
    expect(readFileSync(join(folder, 'out.csv'), 'utf8').split('\r\n')[1]).toBe('1,other,,false')
    expect([...prompts].sort()[0]).toBe('From: ann@example.com\n\nWhere is my parcel 4711? I need it today.')
  })

  it('takes nothing’s place', async () => {
    const folder = folderWith({ 'extractor.ts': 'mine' })
    const { code, stderr } = await decant(['init'], { folder })
    expect(code).toBe(2)
    expect(stderr).toContain("Cannot write 'extractor.ts': it exists")
    expect(readFileSync(join(folder, 'extractor.ts'), 'utf8')).toBe('mine')
    expect(existsSync(join(folder, 'mails.jsonl'))).toBe(false)
  })

  it('leaves records that are there already', async () => {
    const folder = folderWith({ 'mails.jsonl': 'mine' })
    const { code, stderr } = await decant(['init', 'other.ts'], { folder })
    expect(code).toBe(0)
    expect(stderr).toMatch(/^wrote other\.ts; mails\.jsonl is there already; next:\n/)
    expect(readFileSync(join(folder, 'mails.jsonl'), 'utf8')).toBe('mine')
  })
})

describe('the command line itself', () => {
  it.each([[['--help']], [['run', '--help']]])('%j goes to stdout with 0', async words => {
    const { code, stdout, stderr } = await decant(words)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('Usage: decant')
  })

  it('says its exit codes', async () => {
    expect((await decant(['--help'])).stdout).toContain('130 interrupted')
  })

  it.each([
    [['rum'], "decant: unknown command 'rum' (Did you mean run?)\n  see decant --help\n"],
    [['run', 'x.ts'], "decant: missing required argument 'input'\n  see decant --help\n"],
    [['run', 'x.ts', 'a', '--json', '--nope'], /^\{"event":"error","message":"unknown option '--nope'"/],
  ])('refuses %j with 2', async (words, message) => {
    const { code, stderr } = await decant(words)
    expect(code).toBe(2)
    expect(stderr).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
  })
})
