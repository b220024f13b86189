import { getEventListeners } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Cassette, cassette, formatCassette, type Interaction } from '../../src/cassette/index.ts'
import { CassetteError } from '../../src/errors.ts'
import { chunksOf, pathOf, person, recordings, temporaryFolder } from './setup.ts'

const noNetwork = () => {
  throw new Error('the network was reached')
}
const replay = (path: string): Cassette => cassette(path, { mode: 'replay', fetch: noNetwork })

const url = 'https://api.example.com/v1/chat/completions'
const post = (body: unknown): RequestInit => ({ method: 'POST', body: JSON.stringify(body) })

/** A cassette file with one interaction for each body sent and answer. */
function scripted(...pairs: [sent: unknown, response: Partial<Interaction['response']>][]): string {
  const path = join(temporaryFolder(), 'scripted.yaml')
  const interactions = pairs.map(([sent, response], id) => ({
    id,
    request: { method: 'POST', url, body: typeof sent === 'string' ? sent : JSON.stringify(sent) },
    response: { code: 200, ...response },
  }))
  writeFileSync(path, formatCassette({ comment: '# scripted: for a test\n', interactions }))
  return path
}

const failureOf = async (call: Promise<Response>): Promise<CassetteError> => {
  const error = await call.then(noNetwork, (reason: unknown) => reason)
  if (error instanceof CassetteError) return error
  throw error
}

describe.each(recordings)('%s', recording => {
  test('is replayed whole, one event at a time', async () => {
    const fetch = replay(pathOf(recording))
    for (const { request, response } of fetch.interactions) {
      const answer = await fetch(request.url, { method: request.method, body: request.body! })
      expect(answer.status).toBe(200)
      expect(answer.statusText).toBe('OK')
      expect(answer.url).toBe(request.url)
      expect(answer.headers.get('content-type')).toBe(response.headers?.['Content-Type']?.[0])
      const chunks = await chunksOf(answer)
      expect(chunks.join('')).toBe(response.body)
      expect(chunks.every(chunk => /^data: .*\n\n$/.test(chunk))).toBe(true)
    }
    expect(fetch.unused).toEqual([])
    expect(fetch.recut).toBe(0)
  })
})

describe('a request finds its recording', () => {
  test('with object keys in any order', async () => {
    const fetch = replay(scripted([{ a: 1, b: [{ c: 2, d: 3 }] }, { body: 'yes' }]))
    expect(await (await fetch(url, post({ b: [{ d: 3, c: 2 }], a: 1 }))).text()).toBe('yes')
  })

  test('but with list items in theirs', async () => {
    const fetch = replay(scripted([{ a: [1, 2] }, {}]))
    await expect(fetch(url, post({ a: [2, 1] }))).rejects.toThrow(CassetteError)
  })

  test('by text where a body is not JSON', async () => {
    const fetch = replay(scripted(['{a', { body: 'yes' }]))
    await expect(fetch(url, { method: 'POST', body: '{b' })).rejects.toThrow(CassetteError)
    expect(await (await fetch(url, { method: 'POST', body: '{a' })).text()).toBe('yes')
  })

  test('the first unused one, in flight together as well', async () => {
    const fetch = replay(scripted([1, { body: 'first' }], [2, { body: 'other' }], [1, { body: 'second' }]))
    const answers = await Promise.all([fetch(url, post(1)), fetch(url, post(1)), fetch(url, post(2))])
    expect(await Promise.all(answers.map(answer => answer.text()))).toEqual(['first', 'second', 'other'])
  })

  test('however the request is given', async () => {
    const given: (() => [RequestInfo | URL, RequestInit?])[] = [
      () => [url, { method: 'post', body: 'a=1' }],
      () => [new URL(url), { method: 'POST', body: new TextEncoder().encode('a=1') }],
      () => [url, { method: 'POST', body: new URLSearchParams({ a: '1' }) }],
      () => [new Request(url, { method: 'POST', body: 'a=1' })],
      () => [new Request(url, { method: 'PUT', body: 'a=2' }), { method: 'POST', body: 'a=1' }],
      () => [`${url}#fragment`, { method: 'POST', body: 'a=1' }],
      () => [url.replace('//', '//user:password@').concat('?api_key=abc'), { method: 'POST', body: 'a=1' }],
    ]
    const fetch = replay(scripted(...given.map((_, id): ['a=1', object] => ['a=1', { body: String(id) }])))
    for (const [index, make] of given.entries()) {
      expect(await (await fetch(...make())).text()).toBe(String(index))
    }
  })

  test('and a Request stays usable', async () => {
    const request = new Request(url, { method: 'POST', body: 'a' })
    await replay(scripted(['a', {}]))(request)
    expect(await request.text()).toBe('a')
  })
})

describe('a response is as recorded', () => {
  test('chunks as they came over the network, where the file says so', async () => {
    const fetch = replay(scripted([1, { body: 'one é two', chunk_offsets: [2, 5, 99] }]))
    const body = (await fetch(url, post(1))).body!
    const sizes: number[] = []
    for await (const chunk of body) sizes.push(chunk.length)
    expect(sizes).toEqual([2, 3, 5])
  })

  test('events with other line ends', async () => {
    const headers = { 'Content-Type': ['text/event-stream'] }
    const body = 'data: 1\r\n\r\ndata: 2\r\rdata: 3\n\ndata: 4'
    const fetch = replay(scripted([1, { headers, body }]))
    expect(await chunksOf(await fetch(url, post(1)))).toEqual([
      'data: 1\r\n\r\n',
      'data: 2\r\r',
      'data: 3\n\n',
      'data: 4',
    ])
  })

  test('any other body in one chunk', async () => {
    const fetch = replay(scripted([1, { body: '{"a":\n\n1}', headers: { 'Content-Type': ['application/json'] } }]))
    expect(await chunksOf(await fetch(url, post(1)))).toEqual(['{"a":\n\n1}'])
  })

  test('status, status text and headers', async () => {
    const headers = { 'Retry-After': ['7'], 'X-Many': ['a', 'b'] }
    const fetch = replay(scripted([1, { code: 429, status: '429 Too Many Requests', headers }]))
    const answer = await fetch(url, post(1))
    expect([answer.status, answer.statusText, answer.ok]).toEqual([429, 'Too Many Requests', false])
    expect([answer.headers.get('retry-after'), answer.headers.get('x-many')]).toEqual(['7', 'a, b'])
  })

  test('no body where a status has none', async () => {
    expect((await replay(scripted([1, { code: 204 }]))(url, post(1))).body).toBe(null)
  })
})

describe('abort', () => {
  test('before: the call rejects with the reason and takes no recording', async () => {
    const fetch = replay(pathOf(person))
    const reason = new Error('too late')
    await expect(fetch(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(fetch.unused).toHaveLength(1)
  })

  test('while streaming: the body fails with the reason', async () => {
    const fetch = replay(pathOf(person))
    const [{ request }] = fetch.interactions as [Interaction]
    const stop = new AbortController()
    const answer = await fetch(request.url, { method: 'POST', body: request.body!, signal: stop.signal })
    const reader = answer.body!.getReader()
    expect((await reader.read()).done).toBe(false)
    const pending = reader.read()
    const reason = new Error('enough')
    stop.abort(reason)
    await expect(pending).rejects.toBe(reason)
    await expect(reader.read()).rejects.toBe(reason)
  })

  test('nothing listens any more after the end or a cancel', async () => {
    const fetch = replay(scripted([1, { body: 'a' }], [1, { body: 'b' }]))
    const { signal } = new AbortController()
    const cancelled = await fetch(url, { ...post(1), signal })
    const read = await fetch(url, { ...post(1), signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(2)
    await cancelled.body?.cancel()
    expect(await read.text()).toBe('b')
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

describe('no match', () => {
  test('shows the difference to the nearest recording', async () => {
    const path = scripted(
      [{ model: 'other', messages: [], n: 1 }, {}],
      [{ model: 'small', messages: [{ role: 'user', content: `${'x'.repeat(80)} Paris` }], seed: 7, stop: null }, {}],
    )
    const sent = {
      model: 'small',
      messages: [{ role: 'user', content: `${'x'.repeat(80)} Rome` }],
      temperature: 0.2,
      stop: null,
    }
    const error = await failureOf(replay(path)(url, post(sent)))
    expect(error.code).toBe('no_match')
    expect(error.message).toBe(
      [
        `Cannot replay POST ${url} from cassette '${path}': no recorded request is equal to it (2 recorded, used: none). The nearest, interaction 1, differs at:`,
        '  body.messages[0].content: recorded …xxxxxxxxxxxxxx Paris", sent …xxxxxxxxxxxxxx Rome"',
        '  body.seed: recorded 7, not sent',
        '  body.temperature: not recorded, sent 0.2',
        'Set these options as they were when it was recorded, or record again.',
      ].join('\n'),
    )
  })

  test('names method and URL, and counts them as the largest differences', async () => {
    const error = await failureOf(replay(scripted([{ a: 1, b: 2 }, {}]))('https://other.example/v1', { method: 'GET' }))
    expect(error.message).toContain('method: recorded "POST", sent "GET"')
    expect(error.message).toContain(
      'url: recorded "https://api.example.com/v1/chat/completions", sent "https://other.example/v1"',
    )
  })

  test('shows eight differences and counts the rest', async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index)
    const error = await failureOf(replay(scripted([numbers, {}]))(url, post(numbers.map(n => n + 100))))
    expect(error.message.match(/\n {2}body\[\d+\]:/g)).toHaveLength(8)
    expect(error.message).toContain('\n  and at 12 more\n')
  })

  test('says when the recording is used', async () => {
    const fetch = replay(scripted([1, {}], [2, {}], [1, {}]))
    await fetch(url, post(1))
    await fetch(url, post(1))
    const { message } = await failureOf(fetch(url, post(1)))
    expect(message).toContain('every recording of this request is used (interaction 0, 2)')
    expect((await failureOf(fetch(url, post(3)))).message).toContain('used: 0, 2')
  })

  test('says when nothing is recorded', async () => {
    expect((await failureOf(replay(scripted())(url, post(1)))).message).toContain('it holds no interaction')
  })

  test('shows no secret', async () => {
    const key = 'correct horse battery'
    const fetch = replay(scripted([{ a: `${'y'.repeat(50)}` }, {}]))
    const body = JSON.stringify({ a: `${'y'.repeat(50)}${key} and sk-abcdefghijklmnopqrst0123` })
    const { message } = await failureOf(
      fetch(`${url}?api_key=tellnoone`, { method: 'POST', body, headers: { authorization: `Bearer ${key}` } }),
    )
    expect(message).toContain('[redacted]')
    for (const part of ['correct', 'horse', 'battery', 'sk-abc', 'tellnoone']) expect(message).not.toContain(part)
  })
})

describe('misuse', () => {
  test('a body that cannot be read twice', async () => {
    await expect(replay(scripted())(url, { method: 'POST', body: new FormData() })).rejects.toThrow(TypeError)
    await expect(replay(scripted())(url, { method: 'POST', body: Uint8Array.of(0xff) })).rejects.toThrow(TypeError)
  })

  test('a relative URL', async () => {
    await expect(replay(scripted())('/v1')).rejects.toThrow(`Cannot fetch '/v1': the URL must be absolute`)
  })

  test('a mode, a recut, a secret that is none', () => {
    expect(() => cassette('x.yaml', { mode: 'play' as 'replay' })).toThrow(
      `Cannot use cassette 'x.yaml' with mode 'play': it must be one of auto, record, replay, bypass`,
    )
    for (const recut of [0, 1.5, -1, Number.NaN, Infinity])
      expect(() => cassette('x.yaml', { recut })).toThrow(RangeError)
    expect(() => cassette('x.yaml', { secrets: [''] })).toThrow(RangeError)
  })

  test('a file that is not there', async () => {
    const path = join(temporaryFolder(), 'none.yaml')
    expect((await failureOf(replay(path)(url))).code).toBe('unreadable')
  })
})
