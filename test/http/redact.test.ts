import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redact, redactHeaders } from '../../src/http/redact.ts'
import { law } from './streams.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('known secrets', () => {
  const secret = 'pässword/+ of=mine'

  test.each([
    ['plain', secret],
    ['base64', base64(secret)],
    ['base64 without padding', base64(secret).replace(/=+$/, '')],
    ['base64url', Buffer.from(secret).toString('base64url')],
    ['URL', encodeURIComponent(secret)],
    ['form', new URLSearchParams({ k: secret }).toString().slice(2)],
    ['URL in small letters', encodeURIComponent(secret).toLowerCase()],
    ['URL in an URL', encodeURIComponent(encodeURIComponent(secret))],
    ['JSON of PHP', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/').replaceAll('ä', '\\u00e4')],
    ['JSON of .NET, in JSON', 'p\\\\u00E4ssword\\\\/\\\\u002B of\\\\u003Dmine'],
    ['a page', 'p&#228;ssword&#x2F;&#43; of&#61;mine'],
    ['capitals', secret.toUpperCase()],
  ])('%s', (_, form) => {
    expect(redact(`before ${form} after`, [secret])).toMatch(/^before \[redacted\]=* after$/)
  })

  test('as it stands in JSON', () => {
    const key = 'my"secret\\key'
    expect(redact(JSON.stringify({ key }), [key])).toBe('{"key":"[redacted]"}')
  })

  test('what is no text is no secret and does not throw', () => {
    expect(redact('text', [12345678, null, { toString: 1 }] as never)).toBe('text')
  })

  test('every time it stands there', () => {
    expect(redact('abcd1 abcd1', ['abcd1'])).toBe('[redacted] [redacted]')
  })

  test('one that another begins with does not leave the rest of that one', () => {
    expect(redact('hunter22-suffix', ['hunter22', 'hunter22-suffix'])).toBe('[redacted]')
  })

  test('a key read from a file with its line end, as it travels and is echoed without', () => {
    expect(redact('Incorrect key: abcdefgh.', ['abcdefgh\n'])).toBe('Incorrect key: [redacted].')
  })

  test('half a surrogate pair does not throw', () => {
    expect(redact('text', ['key-\ud83d'])).toBe('text')
  })

  test('an empty or very short one does not blacken the text', () => {
    expect(redact('a banana', ['', 'a', 'ana'])).toBe('a banana')
  })

  test('none survives in plain, base64 or URL form', () => {
    const char = fc.constantFrom(...'abcXYZ019-_+/=.~ %é😀"')
    const secrets = fc.array(
      fc
        .array(char, { minLength: 4, maxLength: 24 })
        .map(chars => chars.join('').trim())
        // The mark itself holds a few words that would be poor secrets.
        .filter(text => text.length >= 4 && !'[redacted]'.includes(text)),
      { minLength: 1, maxLength: 3 },
    )
    fc.assert(
      fc.property(secrets, fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.string())), (all, parts) => {
        const forms = all.map(each => [
          each,
          base64(each),
          Buffer.from(each).toString('base64url'),
          encodeURIComponent(each),
        ])
        const text = parts.map(([which, form, noise]) => forms[which % forms.length]![form] + noise).join(' ')
        const clean = redact(text, all)
        for (const form of forms.flat()) expect(clean).not.toContain(form)
      }),
      { ...law, numRuns: 2000 },
    )
  })
})

describe('unknown secrets, by their shape', () => {
  test.each([
    ['OpenAI', 'sk-proj-abcdefghijklmnop1234'],
    ['OpenRouter', 'sk-or-v1-0123456789abcdef0123456789abcdef'],
    ['xAI', 'xai-abcdefghijklmnop'],
    ['Groq', 'gsk_abcdefghijklmnop'],
    ['a bearer value', 'Bearer abc.def-ghi_jkl=='],
    ['a JSON web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP'],
    ['half hidden by stars, as OpenAI echoes it', 'sk-proj-ab****************************wxyz'],
    ['Cerebras', 'csk-abcdefghijklmnopqrst'],
    ['Google', `AIza${'x'.repeat(35)}`],
  ])('%s', (_, key) => {
    expect(redact(`Incorrect API key provided: ${key}, see the docs`, [])).toBe(
      'Incorrect API key provided: [redacted], see the docs',
    )
  })

  test('words that only look a little like one stay', () => {
    expect(redact('the task-list of bearers, sk-1', [])).toBe('the task-list of bearers, sk-1')
  })

  test('a user and a password in a URL', () => {
    expect(
      redact('GET https://me:hunter2@acme.test:80/v1 and http://:p@b, not ab:c@d or http://[::1]:80/a@b', []),
    ).toBe('GET https://[redacted]@acme.test:80/v1 and http://[redacted]@b, not ab:c@d or http://[::1]:80/a@b')
  })
})

describe('inside of what base64 hides, as in the header x-error-json', () => {
  const secret = 'hunter22-secret'
  const hidden = (text: string): string => base64(`{"error":{"message":"${text}"}}`)

  test.each([
    ['a known secret', secret],
    ['one with letters beyond ASCII', 'pässwörter'],
    ['a shape', 'sk-proj-abcdefghijklmnop1234'],
  ])('%s', (_, key) => {
    for (const padding of ['', '.', '..', '...']) {
      const run = hidden(`${padding}${key}`)
      for (const form of [run, run.replace(/=+$/, ''), Buffer.from(run, 'base64').toString('base64url')]) {
        for (const text of [`header ${form}`, `/path/${form}`, `{"x":"${form}"}`]) {
          const clean = redact(text, [secret, 'pässwörter'])
          expect(clean).toContain('[redacted]')
          const left = clean.match(/[A-Za-z0-9+/_-]{8,}/g) ?? []
          for (const each of left) expect(Buffer.from(each, 'base64').toString()).not.toMatch(/hunter|ssw|abcdef/)
        }
      }
    }
  })

  test('what hides nothing stays as it is', () => {
    const text = `request 01234567-89ab-cdef-0123-456789abcdef of ${hidden('busy')} at /v1/chat/completions-with-a-long-path`
    expect(redact(text, [secret])).toBe(text)
  })
})

test('headers are the same where no value holds a key, else a copy without', () => {
  const plain = new Headers({ 'content-type': 'text/plain', 'x-secret-id': 'a' })
  expect(redactHeaders(plain, ['secret'])).toBe(plain)
  const headers = new Headers([
    ['x-echo', 'Bearer a-secret-value'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=secret'],
  ])
  expect([...redactHeaders(headers, ['secret'])]).toEqual([
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=[redacted]'],
    ['x-echo', 'Bearer a-[redacted]-value'],
  ])
})
