import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { modelServer } from '../helpers/model-server.ts'
import { citySchema, decant, endpoint, folderWith, lines, parsed, refuse, start } from './command.ts'

const cities = ['Rome', 'Paris', 'Oslo']
const files = { 'city.json': citySchema, 'in.jsonl': lines(cities) }
const asked = (prompt: string) => ({ city: prompt, people: prompt.length })
const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8')
const records = (folder: string, name: string) => parsed(read(folder, name)).sort((a, b) => a.row - b.row)

describe('decant run', () => {
  it('writes a line for every record and says what it came to', async () => {
    const folder = folderWith(files)
    const { words } = await endpoint(asked)
    const { code, stdout, stderr } = await decant(['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', ...words], {
      folder,
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(records(folder, 'out.jsonl')).toEqual(
      cities.map((city, index) => ({ row: index + 1, output: { city, people: city.length } })),
    )
    const said = stderr.split('\n')
    expect(said[0]).toBe('decant run city.json in.jsonl > out.jsonl endpoint/scripted c=8 total=3')
    expect(said).toContain('wrote   out.jsonl 3   journal out.jsonl.journal')
    expect(stderr).toMatch(/\n3 done, 0 failed +\ds\n/)
    expect(stderr).not.toContain('\r')
    expect(stderr).not.toContain('\u001b')
  })

  it('buys nothing again that the journal has, and writes it again', async () => {
    const folder = folderWith(files)
    const { words, prompts } = await endpoint(asked)
    await decant(['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', '--limit', '2', ...words], { folder })
    const { code, stderr } = await decant(['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', ...words], { folder })
    expect(code).toBe(0)
    expect([...prompts].sort()).toEqual([...cities].sort())
    expect(records(folder, 'out.jsonl').map(each => each.output.city)).toEqual(cities)
    expect(stderr).toContain('3 done, 0 failed, 2 kept from the journal')
  })

  it('keeps answers in the folder of --cache, for any run', async () => {
    const folder = folderWith(files)
    const { words, prompts } = await endpoint(asked)
    await decant(['extract', 'city.json', 'Oslo', '--cache', 'kept', ...words], { folder })
    const run = ['run', 'city.json', 'in.jsonl', '--cache', 'kept', ...words]
    await decant([...run, '-o', 'out.jsonl'], { folder })
    expect([...prompts].sort()).toEqual([...cities].sort())
    const { code, stdout, stderr } = await decant([...run, '--ordered'], { folder })
    expect(code).toBe(0)
    expect(parsed(stdout).map(each => each.output.city)).toEqual(cities)
    expect(stderr).toMatch(/\n3 done, 0 failed.*\$0/s)
    expect(stderr).toContain('tokens  0 in   0 out   3 calls from the cache\n')
    expect(prompts).toHaveLength(3)
    const { stdout: why } = await decant(['why', 'out.jsonl.journal', '3'], { folder })
    expect(why).toMatch(/call {4}first ok, from the cache {2}endpoint\/scripted {2}0 in {2}0 out {2}\$0/)
    const { stderr: receipt } = await decant(
      ['extract', 'city.json', 'Oslo', '--cache', 'kept', '--verbose', ...words],
      {
        folder,
      },
    )
    expect(receipt).toContain('0 tokens  $0.00  from the cache')
  })

  it('tells the first failure of each kind in full, goes on, and ends with 3', async () => {
    const folder = folderWith(files)
    const { words } = await endpoint(prompt => (prompt === 'Oslo' ? { city: 'Oslo', people: 'many' } : asked(prompt)))
    const run = ['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', '--failed', 'failed.jsonl', ...words]
    const { code, stderr } = await decant(run, { folder })
    expect(code).toBe(3)
    expect(records(folder, 'out.jsonl').map(each => each.row)).toEqual([1, 2])
    expect(stderr).toContain('failed  3  schema_mismatch')
    expect(stderr).toContain('  record  Oslo')
    expect(stderr).toMatch(/ {2}at {6}people {2}.*number.*, got "many"/)
    expect(stderr).toContain('  next    decant why out.jsonl.journal 3')
    expect(stderr).toMatch(/ {2}1 {2}schema_mismatch {2}people {2}3 /)
    expect(stderr).toContain(`next    decant ${run.join(' ')} --retry-failed`)
    expect(parsed(read(folder, 'failed.jsonl'))).toMatchObject([
      { row: 3, code: 'schema_mismatch', record: 'Oslo', text: '{"city":"Oslo","people":"many"}', retryable: true },
    ])
  })

  it('tries failed records again with --retry-failed, and only then', async () => {
    const folder = folderWith(files)
    let broken = true
    const { words, prompts } = await endpoint(prompt => (broken ? { city: prompt, people: 'many' } : asked(prompt)))
    const run = ['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', ...words]
    expect((await decant(run, { folder })).code).toBe(3)
    broken = false
    const before = prompts.length
    expect((await decant(run, { folder })).code).toBe(3)
    expect(prompts.length).toBe(before)
    expect((await decant([...run, '--retry-failed'], { folder })).code).toBe(0)
    expect(records(folder, 'out.jsonl')).toHaveLength(3)
  })

  it('reads CSV and writes CSV', async () => {
    const folder = folderWith({
      'city.json': citySchema,
      'in.csv': 'name,land\r\n"Rome, old",Italy\r\nOslo,Norway\r\n',
    })
    const { words, prompts } = await endpoint(prompt => ({ city: `=${prompt}`, people: 7 }))
    const run = [
      'run',
      'city.json',
      'in.csv',
      '-o',
      'out.csv',
      '--ordered',
      '--prompt',
      '{{name}} in {{land}}',
      ...words,
    ]
    expect((await decant(run, { folder })).code).toBe(0)
    expect([...prompts].sort()).toEqual(['Oslo in Norway', 'Rome, old in Italy'])
    expect(read(folder, 'out.csv')).toBe(`row,city,people\r\n1,"'=Rome, old in Italy",7\r\n2,'=Oslo in Norway,7\r\n`)
  })

  it('reads a folder of text files, each known by its path', async () => {
    const folder = folderWith({
      'city.json': citySchema,
      'texts/b.txt': 'Rome',
      'texts/a/c.txt': 'Oslo',
      'texts/.x': 'no',
    })
    const { words } = await endpoint(asked)
    await decant(['run', 'city.json', 'texts', '-o', 'out.jsonl', '--ordered', ...words], { folder })
    expect(parsed(read(folder, 'out.jsonl')).map(({ row, key, output }) => [row, key, output.city])).toEqual([
      [1, 'texts/a/c.txt', 'Oslo'],
      [2, 'texts/b.txt', 'Rome'],
    ])
  })

  it('reads stdin and writes stdout, nothing else there', async () => {
    const folder = folderWith(files)
    const { words } = await endpoint(asked)
    const { code, stdout, stderr } = await decant(['run', 'city.json', '-', '--quiet', ...words], {
      folder,
      stdin: lines(cities),
    })
    expect(code).toBe(0)
    expect(
      parsed(stdout)
        .map(each => each.output.city)
        .sort(),
    ).toEqual([...cities].sort())
    expect(stderr.split('\n')[0]).toMatch(/^3 done, 0 failed/)
    expect(existsSync(join(folder, '-.journal'))).toBe(false)
  })

  it('stops when the output cannot be written, says so, and loses nothing that was bought', async () => {
    const folder = folderWith(files)
    symlinkSync('/dev/full', join(folder, 'out.jsonl'))
    const { words, prompts } = await endpoint(asked)
    const run = ['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', '-c', '1', '--quiet', ...words]
    expect(await decant(run, { folder })).toEqual({
      code: 2,
      stdout: '',
      stderr: `decant: Cannot write 'out.jsonl': ENOSPC: no space left on device, write
  make room and run it again: what the journal has is not bought again
`,
    })
    rmSync(join(folder, 'out.jsonl'))
    expect((await decant(run, { folder })).code).toBe(0)
    expect(records(folder, 'out.jsonl').map(each => each.output.city)).toEqual(cities)
    // Paris was in flight.
    expect(prompts.filter(each => each !== 'Paris')).toEqual(['Rome', 'Oslo'])
  })

  it('gives no record the output of another that has its key', async () => {
    const people = [
      { id: 'a', city: 'Rome' },
      { id: 'b', city: 'Oslo' },
      { id: 'a', city: 'Paris' },
    ]
    const folder = folderWith({ 'city.json': citySchema, 'in.jsonl': lines([...people, people[1]]) })
    const { words, prompts } = await endpoint(asked)
    const run = ['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', '-c', '1', '--key', 'id', '--prompt', '{{city}}']
    const { code, stderr } = await decant([...run, ...words], { folder })
    expect(code).toBe(3)
    expect([...prompts].sort()).toEqual(['Oslo', 'Rome'])
    expect(records(folder, 'out.jsonl').map(({ row, key, output }) => [row, key, output.city])).toEqual([
      [1, 'a', 'Rome'],
      [2, 'b', 'Oslo'],
      [4, 'b', 'Oslo'],
    ])
    expect(stderr).toContain(
      "failed  a  key_conflict  Cannot tell the record at index 2 by its key 'a': the one at index 0 has it",
    )
    expect(stderr).toMatch(/\n2 done, 1 failed, 1 kept from the journal|\n3 done, 1 failed/)
  })

  it('stops when the first ten all fail with one code, unless told to go on', async () => {
    const many = Array.from({ length: 40 }, (_, index) => `city ${index}`)
    const folder = folderWith({ 'city.json': citySchema, 'in.jsonl': lines(many) })
    const { words, prompts } = await endpoint(() => ({ city: 1 }))
    const run = ['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', '-c', '2', ...words]
    const stopped = await decant(run, { folder })
    expect(stopped.code).toBe(4)
    expect(stopped.stderr).toContain(`next    decant ${run.join(' ')} --retry-failed`)
    expect(stopped.stderr).toContain('stopped: the first 10 all failed with schema_mismatch; --keep-going goes on')
    expect(new Set(prompts).size).toBeLessThan(20)
    expect((await decant([...run, '--keep-going'], { folder })).code).toBe(3)
    expect(new Set(prompts).size).toBe(40)
  })

  it('does not stop for ten that fail again where others are done', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `city ${index}`)
    const folder = folderWith({ 'city.json': citySchema, 'in.jsonl': lines(many) })
    const { words } = await endpoint(prompt => ({ city: Number(prompt.slice(5)) < 12 ? 'Rome' : 1, people: 1 }))
    const run = ['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', ...words]
    expect((await decant(run, { folder })).code).toBe(3)
    const again = await decant([...run, '--retry-failed'], { folder })
    expect(again.stderr).not.toContain('stopped')
    expect(again.code).toBe(3)
    expect(records(folder, 'out.jsonl')).toHaveLength(12)
  })

  it('stops at a key that is refused, with 4', async () => {
    const folder = folderWith(files)
    const { words } = await endpoint((_, __, response) => refuse(response, 401, 'no such key'))
    const { code, stderr } = await decant(['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', ...words], { folder })
    expect(code).toBe(4)
    expect(stderr).toMatch(/stopped: .*401/)
  })

  it('stops at the budget, with 4', async () => {
    const many = Array.from({ length: 50 }, (_, index) => `city ${index}`)
    const folder = folderWith({ 'city.json': citySchema, 'in.jsonl': lines(many) })
    const { words, prompts } = await endpoint(asked)
    const { code, stderr } = await decant(
      ['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', '--budget-usd', '0.01', ...words],
      { folder },
    )
    expect(code).toBe(4)
    expect(stderr).toContain('stopped: ')
    expect(prompts.length).toBeLessThanOrEqual(10)
  })

  it('finishes what is in flight at the first Ctrl-C, writes it, and ends with 130', async () => {
    const many = Array.from({ length: 40 }, (_, index) => `city ${index}`)
    const folder = folderWith({ 'city.json': citySchema, 'in.jsonl': lines(many) })
    const held: (() => void)[] = []
    const { words, prompts } = await endpoint(async prompt => {
      if (prompts.length > 3) await new Promise<void>(resolve => held.push(resolve))
      return asked(prompt)
    })
    const run = ['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', '-c', '2', '--progress', 'plain', ...words]
    const command = start(run, { folder })
    await expect.poll(() => held.length).toBe(2)
    command.interrupt()
    expect(command.stderr.text).toContain('finishing 2, again to stop now')
    for (const release of held) release()
    expect(await command.code).toBe(130)
    expect(records(folder, 'out.jsonl')).toHaveLength(5)
    expect(command.stderr.text).toContain('stopped: interrupted')
    expect(command.stderr.text).toContain(`next    decant ${run.join(' ')}`)
  })

  it('leaves what is in flight at the second Ctrl-C; it does not count', async () => {
    const folder = folderWith(files)
    let release = () => {}
    const { words, prompts } = await endpoint(async prompt => {
      if (prompt === 'Oslo') await new Promise<void>(resolve => (release = resolve))
      return asked(prompt)
    })
    const run = ['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', '--failed', 'failed.jsonl', ...words]
    const command = start(run, { folder })
    await expect.poll(() => (existsSync(join(folder, 'out.jsonl')) ? records(folder, 'out.jsonl').length : 0)).toBe(2)
    command.interrupt()
    command.interrupt()
    expect(await command.code).toBe(130)
    release()
    expect(command.stderr.text).toContain('wrote   out.jsonl 2   journal out.jsonl.journal\n')
    expect(prompts).toHaveLength(3)
    expect(records(folder, 'out.jsonl').map(each => each.row)).toEqual([1, 2])
  })

  it('counts and estimates with --dry-run, and sends nothing', async () => {
    const folder = folderWith(files)
    const { words, prompts } = await endpoint(asked)
    const { code, stdout } = await decant(['run', 'city.json', 'in.jsonl', '--dry-run', '--prices', '1,2', ...words], {
      folder,
    })
    expect({ code, prompts }).toEqual({ code: 0, prompts: [] })
    expect(stdout).toContain('records   3\n')
    expect(stdout).toMatch(/cost {6}about \$0\.0\d+ for the input\n/)
    expect(stdout).toContain('"name": "City"')
  })

  it('draws a block on a terminal, at most ten times a second, and takes it away', async () => {
    const folder = folderWith(files)
    const { words } = await endpoint(asked)
    const { stderr } = await decant(['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', ...words], {
      folder,
      terminal: 80,
    })
    const [last, ...drawn] = stderr.split('\u001b[J').reverse()
    expect(drawn.join('')).toContain('░')
    expect(last).not.toContain('░')
    expect(last).toContain('3 done')
  })

  it('tells programs the same facts with --json', async () => {
    const folder = folderWith(files)
    const { words } = await endpoint(prompt => (prompt === 'Oslo' ? { city: 1 } : asked(prompt)))
    const { stderr } = await decant(['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', '--json', ...words], { folder })
    const events = parsed(stderr)
    expect(events[0]).toMatchObject({ event: 'start', total: 3, model: 'endpoint/scripted' })
    expect(events.find(({ event }) => event === 'failed')).toMatchObject({ name: '3', code: 'schema_mismatch' })
    expect(events.at(-1)).toMatchObject({
      event: 'end',
      extractor: 'city.json',
      input: 'in.jsonl',
      output: 'out.jsonl',
      done: 2,
      failed: 1,
      cost: 0.004,
    })
    expect(events.at(-1)).not.toHaveProperty('source')
  })

  it('tells programs no cost where it is not known', async () => {
    const folder = folderWith(files)
    await using server = await modelServer(
      ...cities.map(city => ({ call: 'City', args: JSON.stringify({ city, people: 1 }) })),
    )
    const words = ['--base-url', server.baseURL, '--model', 'scripted']
    const { stderr } = await decant(['run', 'city.json', 'in.jsonl', '--json', ...words], { folder })
    const end = parsed(stderr).at(-1)
    expect(end).toMatchObject({ event: 'end', knownCost: 0, unpriced: 3, spent: [] })
    expect(end).not.toHaveProperty('cost')
    const { stderr: said } = await decant(['run', 'city.json', 'in.jsonl', '--dry-run', ...words], { folder })
    expect(said).toBe('')
  })

  describe('says what a prompt reads and the record does not have', () => {
    const extractor = `import { defineExtractor, jsonSchema } from 'decant'
      export default defineExtractor({
        name: 'mail', model: 'openai/m', schema: jsonSchema(${citySchema}), prompt: mail => \`From: \${mail.from}\`,
      })`
    const csv = { 'mail.ts': extractor, 'in.csv': 'von,body\nann,hello\nben,hi\n' }
    const note =
      "note    the prompt of record 1 holds 'undefined': it reads what the record does not have (it has von, body)\n"

    it('before a run, once', async () => {
      const { words, prompts } = await endpoint(asked)
      const run = ['run', 'mail.ts', 'in.csv', ...words]
      const { stderr } = await decant(run, { folder: folderWith(csv) })
      expect(stderr.split(note)).toHaveLength(2)
      expect(prompts).toHaveLength(2)
      const json = await decant([...run, '--json'], { folder: folderWith(csv) })
      expect(parsed(json.stderr)).toContainEqual({ event: 'note', text: note.slice(8, -1) })
      expect((await decant([...run, '--quiet'], { folder: folderWith(csv) })).stderr).not.toContain('note')
    })

    it('in a dry run', async () => {
      expect((await decant(['run', 'mail.ts', 'in.csv', '--dry-run'], { folder: folderWith(csv) })).stderr).toBe(note)
    })

    it('of a text that should have been a record', async () => {
      const { words } = await endpoint(asked)
      const { stderr } = await decant(['extract', 'mail.ts', 'hello', ...words], { folder: folderWith(csv) })
      expect(stderr).toBe(
        "note    the prompt holds 'undefined': it reads what the record does not have (it is a text; a record is a -f FILE.json)\n",
      )
    })

    it('and nothing of a word that stands in the record or in the prompt itself', async () => {
      const { words } = await endpoint(asked)
      const given = {
        'mail.ts': extractor.replace('From:', 'Say undefined if unsure.'),
        'in.jsonl': lines([{ from: 'ann' }]),
      }
      const one = await decant(['run', 'mail.ts', 'in.jsonl', ...words], { folder: folderWith(given) })
      const folder = folderWith({ 'mail.ts': extractor, 'in.jsonl': lines([{ from: 'undefined' }]) })
      const other = await decant(['run', 'mail.ts', 'in.jsonl', ...words], { folder })
      expect(one.stderr + other.stderr).not.toContain('note')
    })
  })

  it('gives the next command as npx was used for this one', async () => {
    const folder = folderWith(files)
    const { words } = await endpoint(() => ({ city: 1 }))
    const env = { npm_command: 'exec' }
    const { stderr } = await decant(['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', ...words], { folder, env })
    expect(stderr).toMatch(/\nnext {4}npx decant run city\.json .* --retry-failed\n {8}npx decant why out/)
    expect(stderr).toMatch(/\n {2}next {4}npx decant why out/)
  })
})

describe('decant run refuses, before anything is sent,', () => {
  const refusals: readonly (readonly [
    what: string,
    files: Record<string, string>,
    words: string[],
    message: RegExp,
  ])[] = [
    ['a broken line', { 'in.jsonl': '1\n{\n' }, ['in.jsonl'], /^decant: Cannot read 'in\.jsonl', line 2: /],
    [
      'an input that is not there',
      {},
      ['no.jsonl'],
      /^decant: Cannot read 'no\.jsonl': there is no such file\n {2}INPUT is/,
    ],
    ['a glob that matches nothing', {}, ['x/*.txt'], /^decant: Cannot read 'x\/\*\.txt': no file has such a name/],
    ['an empty input', { 'in.jsonl': '\n' }, ['in.jsonl'], /^decant: Cannot run over 'in\.jsonl': it holds no record/],
    [
      'an output in no known format',
      { 'in.jsonl': '1' },
      ['in.jsonl', '-o', 'out.xlsx'],
      /must end in \.jsonl or \.csv/,
    ],
    [
      'to overwrite a stranger',
      { 'in.jsonl': '1', 'out.csv': 'mine' },
      ['in.jsonl', '-o', 'out.csv'],
      /it exists, and no journal/,
    ],
    ['a pipe or a device that can be read only once', {}, ['/dev/null'], /Cannot read '\/dev\/null' twice/],
    ['to overwrite its input', { 'in.jsonl': '1' }, ['in.jsonl', '-o', './in.jsonl'], /it is the input/],
    [
      'to overwrite its input by another name',
      { 'in.jsonl': '1', 'link.jsonl': '' },
      ['in.jsonl', '-o', 'link.jsonl', '--overwrite'],
      /'link\.jsonl': it is the input/,
    ],
    [
      'failures that take the place of the input',
      { 'in.jsonl': '1' },
      ['in.jsonl', '-o', 'out.jsonl', '--failed', 'in.jsonl', '--overwrite'],
      /'in\.jsonl': it is the input/,
    ],
    [
      'failures that take the place of the output',
      { 'in.jsonl': '1' },
      ['in.jsonl', '-o', 'out.jsonl', '--failed', './out.jsonl'],
      /it is the output/,
    ],
    [
      'failures that take the place of the extractor',
      { 'in.jsonl': '1' },
      ['in.jsonl', '--failed', 'city.json', '--overwrite'],
      /it is the extractor/,
    ],
    [
      'failures that overwrite a stranger',
      { 'in.jsonl': '1', 'out.csv': 'mine' },
      ['in.jsonl', '--failed', 'out.csv'],
      /it exists, and no journal/,
    ],
    [
      'a journal that is the output',
      { 'in.jsonl': '1' },
      ['in.jsonl', '-o', 'out.jsonl', '--journal', 'out.jsonl'],
      /it is the output/,
    ],
    [
      'an output that the next run would read',
      { 'mails/1.txt': 'Rome' },
      ['mails', '-o', 'mails/out.jsonl'],
      /the input is all of 'mails'/,
    ],
    [
      'an output in no folder',
      { 'mails/1.txt': '1' },
      ['m*/*.txt', '-o', 'none/out.jsonl'],
      /there is no folder 'none'/,
    ],
    [
      'failures in no folder',
      { 'in.jsonl': '1' },
      ['in.jsonl', '--failed', 'none/f.jsonl'],
      /there is no folder 'none'/,
    ],
    ['an output that is a folder', { 'in.jsonl': '1', 'd.csv/1': '' }, ['in.jsonl', '-o', 'd.csv'], /it is a folder/],
    [
      'a concurrency of 0',
      { 'in.jsonl': '1' },
      ['in.jsonl', '-c', '0'],
      /'0' is invalid\. It must be a whole number from 1\./,
    ],
    [
      'an unknown option',
      { 'in.jsonl': '1' },
      ['in.jsonl', '--concurency', '2'],
      /unknown option.*did you mean --concurrency\?/i,
    ],
    [
      'a field that is not there',
      { 'in.jsonl': '{"a":1}' },
      ['in.jsonl', '--key', 'id'],
      /Cannot know record 1 by its 'id'/,
    ],
  ]
  it.each(refusals)('%s', async (_, given, words, message) => {
    const folder = folderWith({ 'city.json': citySchema, ...given })
    if ('link.jsonl' in given) {
      rmSync(join(folder, 'link.jsonl'))
      symlinkSync('in.jsonl', join(folder, 'link.jsonl'))
    }
    const { words: there, prompts } = await endpoint(asked)
    const { code, stdout, stderr } = await decant(['run', 'city.json', ...words, ...there], { folder })
    expect({ code, stdout, prompts }).toEqual({ code: 2, stdout: '', prompts: [] })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    for (const [name, text] of Object.entries(given)) if (text !== '') expect(read(folder, name)).toBe(text)
  })

  it('no journal of another extractor that holds no record: there was no key, and now there is another model', async () => {
    const folder = folderWith(files)
    const run = ['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', '--quiet']
    vi.stubEnv('OPENAI_API_KEY', undefined)
    expect((await decant([...run, '--model', 'openai/gpt-4o-mini'], { folder })).code).toBe(4)
    vi.unstubAllEnvs()
    const { words } = await endpoint(asked)
    expect((await decant([...run, ...words], { folder })).code).toBe(0)
  })

  it('a journal of another extractor', async () => {
    const folder = folderWith(files)
    const { words } = await endpoint(asked)
    const run = ['run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', ...words]
    await decant(run, { folder })
    writeFileSync(join(folder, 'city.json'), citySchema.replace('people', 'inhabitants'))
    const { code, stderr } = await decant(run, { folder })
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /Cannot go on with journal .*schema; take another journal\n {2}give --journal PATH or another -o/,
    )
    expect(records(folder, 'out.jsonl')).toHaveLength(3)
  })
})
