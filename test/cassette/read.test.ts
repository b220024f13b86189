import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCassette } from '../../src/cassette/file.ts'
import { parseCassette } from '../../src/cassette/read.ts'
import { CassetteError } from '../../src/errors.ts'
import { temporaryFolder } from './setup.ts'

const good = `---
version: 2
interactions:
- id: 0
  request:
    body: hello
    headers:
      Accept:
      - text/plain
    url: https://api.example.com/v1
    method: POST
  response:
    body: world
    headers:
      Content-Type:
      - text/plain
    status: 200 OK
    code: 200
`

const failureOf = (read: () => unknown): CassetteError => {
  try {
    read()
  } catch (error) {
    if (error instanceof CassetteError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('the example of this file is good', () => {
  expect(parseCassette(good, 'x.yaml').interactions[0]?.response.body).toBe('world')
})

describe('a file that is no cassette is refused with its line', () => {
  const changed = (from: string, to: string): string => {
    expect(good).toContain(from)
    return good.replace(from, to)
  }
  test.each([
    ['no map', '- 1\n', 1, 'the document must be a map'],
    ['nothing', '', 1, 'the document must be a map'],
    ['another version', changed('version: 2', 'version: 1'), 2, 'version must be 2'],
    ['a version in quotes', changed('version: 2', 'version: "2"'), 2, 'version must be 2'],
    ['no interactions', '---\nversion: 2\n', 2, 'interactions must be a list'],
    ['a stranger on top', `${good}more: 1\n`, 19, `the top-level key 'more'`],
    ['an interaction that is none', changed('- id: 0\n', '- 7\n- id: 0\n'), 4, 'interactions[0] must be a map'],
    ['no id', changed('- id: 0\n  request', '- request'), 4, 'interactions[0].id must be a whole number'],
    ['no request', '---\nversion: 2\ninteractions:\n- id: 0\n', 4, 'interactions[0].request must be a map'],
    ['a relative URL', changed('https://api.example.com/v1', '/v1'), 10, 'request.url must be an absolute URL'],
    ['a strange method', changed('POST', 'a b'), 11, 'request.method must be a method'],
    ['a body of another type', changed('body: world', 'body: 12'), 13, 'response.body must be a string'],
    [
      'headers of another shape',
      changed('      - text/plain', '        text/plain'),
      8,
      'request.headers must be a map',
    ],
    ['a header with a line break', changed('- text/plain', '- "a\\nb"'), 8, 'request.headers must be a map'],
    ['a status no response has', changed('code: 200', 'code: 100'), 18, 'response.code must be a status'],
    ['a status text with a line break', changed('200 OK', '"200\\nOK"'), 17, 'response.status must be a line'],
    ['falling offsets', `${good}    chunk_offsets: [3, 2]\n`, 19, 'response.chunk_offsets must be a list of rising'],
    ['an alias', changed('- text/plain', '- *a'), 9, 'alias'],
    ['an anchor', changed('- text/plain', '- &a text/plain'), 9, 'an anchor stands here'],
    ['a tag', changed('body: hello', 'body: !!binary aGVsbG8='), 6, 'the tag tag:yaml.org,2002:binary stands here'],
    ['a tag of its own', changed('body: hello', 'body: !js x'), 6, '!js'],
    ['two documents', `${good}---\na: 1\n`, 19, 'one plain YAML document'],
    ['a key twice', changed('body: hello', 'body: hello\n    body: again'), 7, 'one plain YAML document'],
    ['a key that is no text', `${good}? [a]\n: 1\n`, 19, 'one plain YAML document'],
    ['broken YAML', changed('body: hello', 'body: "hello'), 19, 'one plain YAML document'],
    ['a thousandfold nest', `a: ${'['.repeat(10_000)}`, 1, 'one plain YAML document'],
  ])('%s', (_, text, line, problem) => {
    const error = failureOf(() => parseCassette(text, 'some/x.yaml'))
    expect(error.code).toBe('unreadable')
    expect(error.message).toContain(problem)
    expect(error.message).toContain(`Cannot read cassette 'some/x.yaml', line ${line}: `)
  })
})

describe('a file that cannot be read is refused', () => {
  test('missing', () => {
    const path = join(temporaryFolder(), 'missing.yaml')
    expect(failureOf(() => readCassette(path)).message).toBe(
      `Cannot read cassette '${path}': there is no such file; record it with mode 'record'.`,
    )
  })

  test('not UTF-8', () => {
    const path = join(temporaryFolder(), 'x.yaml')
    writeFileSync(path, Uint8Array.of(0x61, 0xff))
    expect(failureOf(() => readCassette(path)).message).toContain('it is not UTF-8 text')
  })

  test('larger than 64 MiB', () => {
    const path = join(temporaryFolder(), 'x.yaml')
    writeFileSync(path, Buffer.alloc(64 * 1024 * 1024 + 1, '#'))
    expect(failureOf(() => readCassette(path)).message).toContain('67108865 bytes')
  })
})
