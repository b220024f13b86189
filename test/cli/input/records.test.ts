import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filesOf } from '../../../src/cli/input/files.ts'
import { type InputOptions, openInput } from '../../../src/cli/input/records.ts'
import { decoded, linesOf } from '../../../src/cli/input/text.ts'
import type { Io } from '../../../src/cli/io.ts'
import { folderWith } from '../command.ts'

const seed = 20261121

const read = async (files: Record<string, string>, inputs: string[], options: InputOptions = {}, stdin?: string) => {
  async function* pipe() {
    yield stdin!
  }
  const input = await openInput(inputs, options, { cwd: folderWith(files), stdin: pipe() } as unknown as Io)
  const records = []
  for await (const each of input.records()) records.push(each)
  return { ...input, records }
}
const recordsOf = async (...given: Parameters<typeof read>) =>
  (await read(...given)).records.map(({ record }) => record)

describe('records', () => {
  it('of JSONL: a value a line, blank lines aside, whatever ends them', async () => {
    const text = '\ufeff{"a":1}\r\n\n"x\u2028y"\n3'
    expect(await recordsOf({ 'in.jsonl': text }, ['in.jsonl'])).toEqual([{ a: 1 }, 'x\u2028y', 3])
  })

  it('of CSV: objects of text by the first row', async () => {
    const text = '\ufeffa,"b c",__proto__\n1,"x ""y""\nz",p\n,,\n'
    expect(await recordsOf({ 'in.csv': text }, ['in.csv'])).toEqual([
      Object.fromEntries([
        ['a', '1'],
        ['b c', 'x "y"\nz'],
        ['__proto__', 'p'],
      ]),
      Object.fromEntries([
        ['a', ''],
        ['b c', ''],
        ['__proto__', ''],
      ]),
    ])
  })

  it('of TSV, JSON, lines and texts', async () => {
    const files = { 'a.tsv': 'x\ty\n1\t2', 'a.json': '[1,{"b":2}]', 'a.txt': 'one\ntwo\n' }
    expect(await recordsOf(files, ['a.tsv'])).toEqual([{ x: '1', y: '2' }])
    expect(await recordsOf(files, ['a.json'])).toEqual([1, { b: 2 }])
    expect(await recordsOf(files, ['a.txt'], { format: 'lines' })).toEqual(['one', 'two'])
    expect(await recordsOf(files, ['a.txt'])).toEqual(['one\ntwo\n'])
    expect(await recordsOf({}, ['-'], {}, '1\n2')).toEqual([1, 2])
    expect(await recordsOf({}, ['-'], { format: 'csv' }, 'a\n1')).toEqual([{ a: '1' }])
  })

  it('have a total except on stdin, and stop at the limit', async () => {
    expect(await read({ 'a.jsonl': '1\n2\n3' }, ['a.jsonl'])).toMatchObject({ total: 3, keyed: false, name: 'a.jsonl' })
    expect((await read({ 'a.jsonl': '1\n2\n3' }, ['a.jsonl'], { limit: 2 })).total).toBe(2)
    expect(await read({}, ['-'], {}, '1')).not.toHaveProperty('total')
  })

  it('are known by their path or by a field', async () => {
    const files = { 'x/b.txt': 'B', 'x/a.txt': 'A', 'in.jsonl': '{"id":7}\n{"id":"x"}' }
    expect((await read(files, ['x'])).records).toEqual([
      { record: 'A', key: join('x', 'a.txt') },
      { record: 'B', key: join('x', 'b.txt') },
    ])
    expect((await read(files, ['in.jsonl'], { key: 'id' })).records.map(({ key }) => key)).toEqual(['7', 'x'])
    expect(await read(files, ['in.jsonl', 'x/a.txt'])).toMatchObject({ keyed: false, name: 'in.jsonl and 1 more' })
  })

  it.each([
    ['a.jsonl', '1\n{"a"\n', {}, /^Cannot read 'a\.jsonl', line 2: /],
    ['a.json', '{}', {}, /must hold a list of records/],
    ['a.csv', 'a,b\n1\n', {}, /^Cannot read 'a\.csv': .*line 2/],
    ['a.csv', 'a,a\n1,2\n', {}, /two columns are named 'a'/],
    ['a.jsonl', '{"a":""}', { key: 'a' }, /Cannot know record 1 by its 'a'/],
    ['a.jsonl', '\n\n', {}, /holds no record/],
  ])('of %s that is %j are refused', async (file, text, options, message) => {
    await expect(read({ [file]: text }, [file], options)).rejects.toThrow(message)
  })

  it('that are no UTF-8 text are refused by name', async () => {
    async function* bytes() {
      yield new Uint8Array([0x41, 0xff, 0x41])
    }
    await expect(async () => {
      for await (const _ of decoded(bytes(), 'scan.pdf'));
    }).rejects.toThrow("Cannot read 'scan.pdf': it is not UTF-8 text")
  })
})

it('lines are the same however the bytes are cut', async () => {
  const text = fc.array(fc.constantFrom('a', '\n', '\r\n', '漢', '😀', '\r', ' ')).map(parts => parts.join(''))
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (whole, size) => {
      async function* cut() {
        const bytes = new TextEncoder().encode(whole)
        for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
      }
      const lines: string[] = []
      for await (const [line, number] of linesOf(decoded(cut(), 'x'))) {
        lines.push(line)
        expect(number).toBe(lines.length)
      }
      const want = whole.split('\n').map((line, index, all) => (index < all.length ? line.replace(/\r$/, '') : line))
      if (want.at(-1) === '' && (whole === '' || whole.endsWith('\n'))) want.pop()
      expect(lines).toEqual(want)
    }),
    { seed },
  )
})

it('globs and folders stand for their files', () => {
  const folder = folderWith({
    'a/1.txt': '',
    'a/b/2.txt': '',
    'a/b/3.md': '',
    'a/.h/4.txt': '',
    'c[1].txt': '',
    '(x).txt': '',
  })
  const slashed = (input: string) => filesOf(input, folder).map(path => path.replaceAll('\\', '/'))
  expect(slashed('a')).toEqual(['a/1.txt', 'a/b/2.txt', 'a/b/3.md'])
  expect(slashed('a/*.txt')).toEqual(['a/1.txt'])
  expect(slashed('a/**/*.txt')).toEqual(['a/1.txt', 'a/b/2.txt'])
  expect(slashed('a/b/?.[mt]*')).toEqual(['a/b/2.txt', 'a/b/3.md'])
  expect(slashed('c[1].txt')).toEqual(['c[1].txt'])
  expect(slashed('(?).txt')).toEqual(['(x).txt'])
  expect(() => filesOf('b/*.txt', folder)).toThrow('no file has such a name')
})
