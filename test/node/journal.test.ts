import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineExtractor, extractAll, JournalError } from 'decant'
import { fileJournal, readJournal } from 'decant/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { answer, collect, itemExtractor, never, range, scriptedModel } from '../helpers/scripted.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'decant-journal-'))
  path = join(folder, 'run.journal')
})
afterEach(() => rmSync(folder, { recursive: true }))

const echo = () => scriptedModel(({ prompt }) => answer({ n: Number(prompt) }, { cost: 0.25 }))
const lines = () => readFileSync(path, 'utf8').trimEnd().split('\n')
const key = (n: number) => `record ${n}`

describe('a journal', () => {
  it('begins with what it is a journal of, then has one line for each record', async () => {
    const model = echo()
    await extractAll(itemExtractor(model), range(5), { journal: fileJournal(path), key })
    const [header, ...entries] = lines().map(line => JSON.parse(line))
    expect(header).toEqual({
      decant: 'journal',
      version: 1,
      extractor: 'item',
      fingerprint: {
        model: 'scripted/model',
        schema: expect.stringMatching(/^[0-9a-f]{32}$/),
        prompt: expect.stringMatching(/^[0-9a-f]{32}$/),
        options: expect.stringMatching(/^[0-9a-f]{32}$/),
        validate: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    })
    expect(entries.map(entry => entry.key).sort()).toEqual(range(5).map(key))
    expect(entries[0]).toMatchObject({
      status: 'done',
      tries: 1,
      input: { n: entries[0].index },
      usage: { totalTokens: 120 },
      cost: 0.25,
      calls: [{ kind: 'first', outcome: 'ok', cost: 0.25 }],
    })
    expect([...readJournal(path)]).toEqual(entries)
  })

  it('has records by a hash of their JSON where no key is given', async () => {
    const model = scriptedModel(({ prompt }) => answer({ n: prompt.length }))
    const extractor = defineExtractor({
      name: 'mail',
      schema: z.object({ n: z.int() }).meta({ title: 'Item' }),
      model: model.model,
      prompt: (mail: { text: string; at?: unknown }) => mail.text,
    })
    const mails = [{ text: 'a' }, { text: 'b' }]
    await extractAll(extractor, mails, { journal: fileJournal(path) })
    await extractAll(extractor, [...mails].reverse(), { journal: fileJournal(path) })
    expect(model.asked.sort()).toEqual(['a', 'b'])
    expect(lines()).toHaveLength(3)
    const odd = extractAll(extractor, [{ text: 'c', at: new Map() }], { journal: fileJournal(path) })
    await expect(odd).rejects.toThrow(
      'Cannot tell record 0 from others by its JSON (it holds a Map): give the key option',
    )
  })
})

describe('going on with a journal', () => {
  it('buys nothing again, and yields every item', async () => {
    const model = echo()
    const first = extractAll(itemExtractor(model), range(50), { journal: fileJournal(path), concurrency: 4 })
    for await (const { index } of first) if (index > 20) break
    const bought = model.asked.length
    expect(bought).toBeLessThan(40)
    const again = extractAll(itemExtractor(model), range(50), { journal: fileJournal(path), ordered: true })
    const items = await collect(again)
    expect(items.map(item => item.status === 'done' && item.output)).toEqual(range(50).map(n => ({ n })))
    const { done, kept } = await again
    expect(done + kept).toBe(50)
    expect(kept).toBeGreaterThan(20)
    expect(items.filter(item => item.kept)).toHaveLength(kept)
    expect(
      new Set(
        lines()
          .slice(1)
          .map(line => JSON.parse(line).key),
      ).size,
    ).toBe(50)
    expect(items[0]).toMatchObject({ kept: true, cost: 0.25, usage: { totalTokens: 120 }, calls: [{ outcome: 'ok' }] })
  })

  it('runs the transforms of the schema on what was kept', async () => {
    const model = scriptedModel(() => answer({ day: '2026-01-31' }))
    const extractor = defineExtractor({
      name: 'day',
      model: model.model,
      schema: z.object({ day: z.iso.date().transform(text => new Date(text)) }).meta({ title: 'Item' }),
    })
    const [fresh] = await collect(extractAll(extractor, ['when'], { journal: fileJournal(path) }))
    const [kept] = await collect(extractAll(extractor, ['when'], { journal: fileJournal(path) }))
    expect(kept).toMatchObject({ kept: true, output: { day: new Date('2026-01-31') } })
    expect(fresh?.status === 'done' && fresh.output).toEqual(kept?.status === 'done' && kept.output)
    expect(model.asked).toHaveLength(1)
  })

  it('keeps what the model said, also of a schema that changes what it gets', async () => {
    const more = (list: any) => {
      list.push(9)
      return list
    }
    const schema = z.object({ n: z.preprocess(more, z.array(z.number())) }).meta({ title: 'Item' })
    const extractor = defineExtractor({ name: 'list', model: scriptedModel(() => answer({ n: [1] })).model, schema })
    for (const kept of [false, true])
      expect(await collect(extractAll(extractor, ['list'], { journal: fileJournal(path) }))).toMatchObject([
        { kept, output: { n: [1, 9] } },
      ])
    expect(JSON.parse(lines()[1]!).input).toEqual({ n: [1] })
  })

  it('keeps failures with what is known of them, and tries them again only when asked', async () => {
    const model = scriptedModel(({ tries, prompt }) => answer({ n: tries === 0 && prompt === '1' ? 'one' : 1 }))
    const run = (retryFailed: boolean) =>
      extractAll(itemExtractor(model), range(3), { journal: fileJournal(path), key, retryFailed })
    expect(await run(false)).toMatchObject({ done: 2, failed: 1 })
    const second = run(false)
    const failed = (await collect(second)).find(({ status }) => status === 'failed')
    expect(failed).toMatchObject({
      key: 'record 1',
      kept: true,
      error: { name: 'OutputError', code: 'schema_mismatch', issues: [{ path: ['n'] }], text: '{"n":"one"}' },
    })
    expect(await second).toMatchObject({ done: 0, failed: 0, kept: 3, keptFailed: 1 })
    expect(await run(true)).toMatchObject({ done: 1, failed: 0, kept: 2, keptFailed: 0 })
    expect(await run(true)).toMatchObject({ done: 0, kept: 3, keptFailed: 0 })
    expect(
      lines()
        .slice(1)
        .map(line => JSON.parse(line))
        .filter(entry => entry.key === key(1)),
    ).toMatchObject([
      { status: 'failed', tries: 1, error: { record: '1' } },
      { status: 'done', tries: 2 },
    ])
  })

  it('buys a key once, and yields an item for each record of it', async () => {
    const model = echo()
    const records = range(30).map(n => n % 3)
    const items = await collect(
      extractAll(itemExtractor(model), records, { journal: fileJournal(path), key, ordered: true }),
    )
    expect(model.asked).toEqual(['0', '1', '2'])
    expect(items.map(item => item.status === 'done' && item.output.n)).toEqual(records)
  })

  it('gives no record the answer of another one that has the same key', async () => {
    const model = echo()
    const run = (records: readonly number[]) =>
      extractAll(itemExtractor(model), records, { journal: fileJournal(path), key: n => `id ${n % 3}`, ordered: true })
    for (const _ of ['bought', 'kept']) {
      const items = await collect(run([0, 1, 2, 4, 2]))
      expect(items.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'failed', 'done'])
      expect(items[3]).toMatchObject({
        kept: false,
        calls: [],
        error: {
          code: 'key_conflict',
          message: `Cannot tell the record at index 3 by its key 'id 1': the one at index 1 has it and is another one; give each record a key of its own, or take another journal if the records have changed`,
        },
      })
      expect(model.asked).toHaveLength(3)
    }
    expect(await run([0, 1, 2, 4, 2])).toMatchObject({ done: 0, failed: 1, kept: 4 })
    expect(lines()).toHaveLength(4)
  })

  it('keeps a record that has changed in its place: its key says that it is the same', async () => {
    const extractor = defineExtractor({
      name: 'mail',
      schema: z.object({ n: z.int() }).meta({ title: 'Item' }),
      model: scriptedModel(() => answer({ n: 1 })).model,
      prompt: (mail: { id: string; text: string }) => mail.text,
    })
    const run = (text: string) =>
      extractAll(extractor, [{ id: 'a', text }], { journal: fileJournal(path), key: mail => mail.id })
    await run('a slip')
    expect(await run('a word')).toMatchObject({ kept: 1, failed: 0 })
  })

  it.each<[string, string | Buffer]>([
    ['half a line', '{"key":"x","status":"do'],
    ['half a character', Buffer.concat([Buffer.from('{"key":"caf'), Buffer.from('é').subarray(0, 1)])],
    ['a block of zeros', Buffer.alloc(4096)],
    ['zeros and a line end', `${'\0'.repeat(100)}\n`],
    ['a line end in half a character', Buffer.from([0x7b, 0x22, 0xc3, 0x0a])],
  ])('cuts off %s at its end', async (_, torn) => {
    const model = echo()
    await extractAll(itemExtractor(model), range(3), { journal: fileJournal(path), key })
    const whole = readFileSync(path)
    appendFileSync(path, torn)
    const { done, kept } = await extractAll(itemExtractor(model), range(4), { journal: fileJournal(path), key })
    expect({ done, kept }).toEqual({ done: 1, kept: 3 })
    expect(readFileSync(path).subarray(0, whole.length).equals(whole)).toBe(true)
    expect(lines()).toHaveLength(5)
  })

  it('works from every length that a crash may leave', async () => {
    await extractAll(itemExtractor(echo()), range(3), { journal: fileJournal(path), key })
    const whole = readFileSync(path)
    for (let length = 0; length <= whole.length; length += 7) {
      writeFileSync(path, whole)
      truncateSync(path, length)
      const { done, kept } = await extractAll(itemExtractor(echo()), range(3), { journal: fileJournal(path), key })
      expect(done + kept).toBe(3)
      expect(kept).toBe(Math.max(0, whole.subarray(0, length).toString().split('\n').length - 2))
      expect(lines()).toHaveLength(4)
    }
  })
})

describe('reading a journal', () => {
  it.each([
    [
      'that is not there',
      () => join(folder, 'none.journal'),
      /ENOENT: .*; give the path that fileJournal\(\) was given/,
    ],
    ['that is a folder', () => folder, /EISDIR: .*; give the path/],
    ['that is none', () => path, /the file is no journal/],
  ])('%s is a JournalError', (_, at, why) => {
    writeFileSync(path, 'a,b\n')
    const read = () => [...readJournal(at())]
    expect(read).toThrow(JournalError)
    expect(read).toThrow(expect.objectContaining({ code: 'unreadable', message: expect.stringMatching(why) }))
    expect(read).toThrow(`Cannot read journal '${at()}': `)
  })
})

describe('what is refused', () => {
  const code = async (run: PromiseLike<unknown>): Promise<string> =>
    Promise.resolve(run).then(
      () => 'nothing',
      error => (error instanceof JournalError ? `${error.code}: ${error.message}` : String(error)),
    )

  it('a journal of another extractor, with what differs', async () => {
    const model = echo()
    const extractor = itemExtractor(model)
    await extractAll(extractor, range(2), { journal: fileJournal(path) })
    const other = scriptedModel(() => answer({}), { name: 'other' })
    const before = readFileSync(path, 'utf8')
    expect(
      await code(
        extractAll(extractor.with({ model: other.model, temperature: 1 }), range(2), { journal: fileJournal(path) }),
      ),
    ).toBe(
      `foreign: Cannot go on with journal '${path}': extractor 'item' wrote it, and what changed since then is: model (was 'scripted/model', is 'other/model'), options; take another journal`,
    )
    expect(await code(extractAll(extractor.with({ instructions: 'x' }), [], { journal: fileJournal(path) }))).toContain(
      'since then is: instructions or prompt;',
    )
    expect(
      await code(extractAll(extractor.with({ validate: () => [] }), [], { journal: fileJournal(path) })),
    ).toContain('since then is: validate;')
    const wider = defineExtractor({ ...extractor.declaration, schema: z.object({ n: z.number() }) })
    expect(await code(extractAll(wider, [], { journal: fileJournal(path) }))).toContain('since then is: schema;')
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  it('takes options that change no answer for the same', async () => {
    const extractor = itemExtractor(echo())
    await extractAll(extractor, range(2), { journal: fileJournal(path) })
    const same = extractor.with({
      apiKey: 'sk-canary-000000000000',
      timeout: 5000,
      maxRetries: 5,
      headers: { 'x-a': 'b' },
      // How a failure is mended: what is done is as good with any of them, and what failed can be tried again with another.
      maxRepairs: 4,
      repair: 'whole',
      maxSteps: 9,
      maxOutputTokens: 5000,
      onTruncated: 'raise',
    })
    expect(await extractAll(same, range(3), { journal: fileJournal(path) })).toMatchObject({ done: 1, kept: 2 })
    expect(readFileSync(path, 'utf8')).not.toContain('canary')
  })

  it.each([
    ['text', 'a,b\n1,2\n'],
    ['text without a line end', 'hello'],
    ['items', '{"n":1}\n{"n":2}\n'],
  ])('a file of %s is left as it is', async (_, text) => {
    writeFileSync(path, text)
    expect(await code(extractAll(itemExtractor(echo()), range(2), { journal: fileJournal(path) }))).toBe(
      `unreadable: Cannot read journal '${path}': the file is no journal`,
    )
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it('a damaged line with whole ones after it', async () => {
    await extractAll(itemExtractor(echo()), range(3), { journal: fileJournal(path), key, concurrency: 1 })
    writeFileSync(path, readFileSync(path, 'utf8').replace('{"key":"record 1"', '{"kex":"record 1"'))
    expect(await code(extractAll(itemExtractor(echo()), range(3), { journal: fileJournal(path), key }))).toMatch(
      /^unreadable: .* damaged at byte \d+, and whole lines follow$/,
    )
  })

  it('a second writer, and not after the first has gone', async () => {
    const model = scriptedModel(asked => (asked.prompt === '1' ? never(asked) : answer({ n: 0 })))
    for await (const _ of extractAll(itemExtractor(model), range(2), { journal: fileJournal(path) })) {
      expect(await code(extractAll(itemExtractor(echo()), range(2), { journal: fileJournal(path) }))).toBe(
        `locked: Cannot write journal '${path}': process ${process.pid} is writing it; wait for it, or delete '${path}.lock' if it runs no more`,
      )
      break
    }
    expect(await extractAll(itemExtractor(echo()), range(2), { journal: fileJournal(path) })).toMatchObject({ kept: 1 })
    expect(() => statSync(`${path}.lock`)).toThrow('ENOENT')
  })

  it('a second run over the same journal, which takes nothing from the first', async () => {
    const journal = fileJournal(path)
    const model = scriptedModel(async ({ prompt }) => {
      if (prompt === '1')
        await expect(extractAll(itemExtractor(echo()), range(2), { journal })).rejects.toThrow(
          'one run uses it at a time',
        )
      return answer({ n: 0 })
    })
    const run = extractAll(itemExtractor(model), range(4), { journal, concurrency: 1 })
    expect(await run).toMatchObject({ done: 4 })
    expect([...readJournal(path)]).toHaveLength(4)
  })

  it.each([
    ['in a folder that is not there', () => join(folder, 'none', 'run.journal'), 'ENOENT'],
    ['that is a folder', () => folder, 'EISDIR'],
  ])('a file %s', async (_, at, why) => {
    expect(await code(extractAll(itemExtractor(echo()), range(2), { journal: fileJournal(at()) }))).toMatch(
      `failed: Cannot open journal '${at()}': ${why}: `,
    )
    expect(existsSync(`${at()}.lock`)).toBe(false)
  })

  it.each([
    ['of no process', { pid: 4_194_305, host: true }],
    ['of this process, started before', { pid: process.pid, host: true, started: 'before' }],
    ['of another start of a living process', { pid: process.ppid, host: true, started: '1' }],
  ])('not a lock %s', async (_, { host, ...holder }) => {
    const { hostname } = await import('node:os')
    writeFileSync(`${path}.lock`, JSON.stringify({ ...holder, host: hostname() }))
    expect(await extractAll(itemExtractor(echo()), range(2), { journal: fileJournal(path) })).toMatchObject({ done: 2 })
  })

  it('not a lock that was never written', async () => {
    writeFileSync(`${path}.lock`, '')
    expect(await extractAll(itemExtractor(echo()), range(2), { journal: fileJournal(path) })).toMatchObject({ done: 2 })
  })

  it('a lock of another machine', async () => {
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere' }))
    expect(await code(extractAll(itemExtractor(echo()), [], { journal: fileJournal(path) }))).toContain(
      `process 1 on 'elsewhere' is writing it`,
    )
  })
})
