import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { checkCassette } from '../../src/cassette/index.ts'
import { pathOf, person, recordings, temporaryFolder } from './setup.ts'

afterEach(() => vi.unstubAllEnvs())

/** The recorded person with something changed in it. */
const changed = (change: (text: string) => string): string => {
  const path = join(temporaryFolder(), 'changed.yaml')
  writeFileSync(path, change(readFileSync(pathOf(person), 'utf8')))
  return path
}

describe('checkCassette', () => {
  test.each(recordings)('finds nothing in %s', recording => {
    expect(checkCassette(pathOf(recording))).toEqual([])
  })

  test('names the line of what looks like a key, not the key', () => {
    const key = `sk-${'a1'.repeat(20)}`
    const path = changed(text => text.replace('Alice', `Alice ${key}`))
    const [fault, ...more] = checkCassette(path)
    const line =
      readFileSync(path, 'utf8')
        .split('\n')
        .findIndex(each => each.includes(key)) + 1
    expect(fault).toEqual({ line, message: 'holds something that looks like an sk- key' })
    expect(more).toEqual([])
  })

  test('finds the value of a variable of the environment', () => {
    vi.stubEnv('SOME_API_KEY', 'entirely-unsuspicious')
    const faults = checkCassette(changed(text => text.replace('Alice', 'entirely-unsuspicious')))
    expect(faults.map(({ message }) => message)).toEqual(['holds the value of the environment variable SOME_API_KEY'])
  })

  test('finds headers that no file should hold, and credentials in a URL', () => {
    const path = changed(text =>
      text
        .replace('    headers:\n', '    headers:\n      Openai-Organization:\n      - acme\n')
        .replace('https://api.x.ai', 'https://me:pass@api.x.ai'),
    )
    expect(checkCassette(path).map(({ message }) => message)).toEqual([
      'interactions[0].request.headers holds Openai-Organization, which is not on the list of harmless ones',
      'interactions[0].request.url holds a user, a password or a key',
    ])
  })

  test('says why a file cannot be read', () => {
    const [fault] = checkCassette(changed(text => text.replace('version: 2', 'version: 1')))
    expect(fault!.message).toMatch(/^Cannot read cassette '.*', line \d+: version must be 2/)
    expect(checkCassette('no.yaml')[0]!.message).toContain('there is no such file')
  })
})
