import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { citySchema, decant, endpoint, folderWith, parsed, refuse, start } from './command.ts'

const rome = { city: 'Rome', people: 4 }
const files = { 'city.json': citySchema }

describe('decant extract', () => {
  it('prints JSON and nothing else into a pipe', async () => {
    const { words } = await endpoint(() => rome)
    const ran = await decant(['extract', 'city.json', 'I live in Rome.', ...words], { folder: folderWith(files) })
    expect(ran).toEqual({ code: 0, stdout: '{"city":"Rome","people":4}\n', stderr: '' })
  })

  it('takes a text, a file or stdin', async () => {
    const { words, prompts } = await endpoint(() => rome)
    const folder = folderWith({ ...files, 'a.txt': 'from a file', 'a.json': '{"place":"from JSON"}' })
    await decant(['extract', 'city.json', 'from the line', ...words], { folder })
    await decant(['extract', 'city.json', '-f', 'a.txt', ...words], { folder })
    await decant(['extract', 'city.json', '-f', 'a.json', '--prompt', 'Say {{place}}', ...words], { folder })
    await decant(['extract', 'city.json', ...words], { folder, stdin: 'from stdin' })
    expect(prompts).toEqual(['from the line', 'from a file', 'Say from JSON', 'from stdin'])
  })

  it('shows the value as it grows on a terminal, then the JSON and one line', async () => {
    const { words } = await endpoint(() => rome)
    const { code, stdout, stderr } = await decant(['extract', 'city.json', 'Rome', ...words], {
      folder: folderWith(files),
      terminal: 80,
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{\n  "city": "Rome",\n  "people": 4\n}\n' })
    expect(stripVTControlCharacters(stderr.split('\u001b[J').at(-1)!)).toMatch(/^\d\.\d s {2}15 tokens {2}\?\n$/)
    expect(stderr).toContain('\u001b[2m')
  })

  it('says on a terminal what it repairs, and in the last line how often', async () => {
    const { words } = await endpoint((_, nth) => (nth === 0 ? { city: 'Rome', people: 'many' } : rome))
    const { stderr } = await decant(['extract', 'city.json', 'Rome', '--no-color', ...words], {
      folder: folderWith(files),
      terminal: 80,
    })
    expect(stderr).toMatch(/repair: people: .*number/)
    expect(stderr).toMatch(/ {2}30 tokens {2}\? {2}1 repair\n$/)
  })

  it('ends with 3 and one line where the model fails', async () => {
    const { words } = await endpoint(() => ({ city: 1 }))
    const { code, stdout, stderr } = await decant(['extract', 'city.json', 'Rome', ...words], {
      folder: folderWith(files),
    })
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr.trimEnd().split('\n')).toHaveLength(2)
    expect(stderr).toMatch(/^decant: .+\n {2}loosen the schema/)
  })

  it.each([
    [401, 4, /check the key: decant doctor/],
    [404, 3, /check the model id/],
  ])('after status %i ends with %i and a hint', async (status, exit, hint) => {
    const { words } = await endpoint((_, __, response) => refuse(response, status, 'no'))
    const { code, stderr } = await decant(['extract', 'city.json', 'Rome', ...words], { folder: folderWith(files) })
    expect(code).toBe(exit)
    expect(stderr).toMatch(hint)
  })

  it('stops at Ctrl-C with 130 and says nothing', async () => {
    const { words, prompts } = await endpoint(() => new Promise(() => {}))
    const command = start(['extract', 'city.json', 'Rome', ...words], { folder: folderWith(files) })
    await expect.poll(() => prompts.length).toBe(1)
    command.interrupt()
    expect(await command.code).toBe(130)
    expect(command.stderr.text).toBe('')
  })

  it('gives programs every event with --json', async () => {
    const { words } = await endpoint(() => rome)
    const { stdout, stderr } = await decant(['extract', 'city.json', 'Rome', '--json', ...words], {
      folder: folderWith(files),
    })
    expect(JSON.parse(stdout)).toEqual(rome)
    const events = parsed(stderr)
    expect(events[0]).toMatchObject({ event: 'request', attempt: 1 })
    expect(events).toContainEqual({ event: 'complete', attempt: 1, path: ['city'], value: 'Rome' })
    expect(events.at(-1)).toMatchObject({ event: 'finish' })
  })

  it('writes control characters of a value as escapes', async () => {
    const { words } = await endpoint(() => ({ city: 'R\u001b[2J\u009b31m\u202eome', people: 1 }))
    const { stdout } = await decant(['extract', 'city.json', 'Rome', ...words], { folder: folderWith(files) })
    expect(stdout).toBe('{"city":"R\\u001b[2J\\u009b31m\\u202eome","people":1}\n')
  })

  it('records with --cassette, and replays without an endpoint', async () => {
    const folder = folderWith(files)
    const { words, prompts } = await endpoint(() => rome)
    const extract = ['extract', 'city.json', 'Rome', '--cassette', 'rome.yaml', ...words]
    await decant(extract, { folder })
    expect(await decant(extract, { folder })).toMatchObject({ code: 0, stdout: '{"city":"Rome","people":4}\n' })
    expect(prompts).toHaveLength(1)
    expect(readFileSync(`${folder}/rome.yaml`, 'utf8')).toContain('version: 2')
  })

  it('shows no stack trace unless asked to', async () => {
    const folder = folderWith({ 'broken.ts': "throw new Error('at once')" })
    const quiet = await decant(['extract', 'broken.ts', 'x'], { folder })
    expect(quiet).toEqual({ code: 2, stdout: '', stderr: "decant: Cannot load extractor 'broken.ts': at once\n" })
    const verbose = await decant(['extract', 'broken.ts', 'x', '--verbose'], { folder })
    expect(verbose.stderr).toContain('\n    at ')
  })
})
