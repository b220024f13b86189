import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { cassette, parseCassette } from '../../src/cassette/index.ts'
import { goDuration } from '../../src/cassette/recorder.ts'
import { CassetteError } from '../../src/errors.ts'
import { chunksOf, serve, temporaryFolder } from './setup.ts'

const newPath = (): string => join(temporaryFolder(), 'new', 'folder', 'x.yaml')
const read = (path: string) => parseCassette(readFileSync(path, 'utf8'), path).interactions
const post = (body: string): RequestInit => ({ method: 'POST', body })

/** A fetch whose answer to a body is a stream that the test drives. */
function driven() {
  const streams = new Map<string, ReadableStreamDefaultController<Uint8Array>>()
  const fetch = async (_: unknown, init?: RequestInit) =>
    new Response(new ReadableStream({ start: controller => void streams.set(String(init?.body), controller) }))
  const say = (body: string, text: string) => streams.get(body)!.enqueue(new TextEncoder().encode(text))
  return {
    fetch,
    say,
    end: (body: string) => streams.get(body)!.close(),
    fail: (body: string) => streams.get(body)!.error(new Error('broken')),
  }
}

test('a recording has the layout of the go recorder', async () => {
  const base = await serve((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.setHeader('x-request-id', 'req-1')
    response.setHeader('x-ratelimit-remaining-tokens', '9')
    response.setHeader('set-cookie', '__cf_bm=abcdefgh')
    response.setHeader('openai-organization', 'acme')
    response.end('{"answer":"40 °C"}')
  })
  const path = newPath()
  const fetch = cassette(path, { mode: 'record' })
  const headers = { authorization: 'Bearer t0p-secret-value', 'x-other': 'x', 'user-agent': 'decant', accept: '*/*' }
  const answer = await fetch(`${base}/v1`, { method: 'POST', body: '{"city":"Zürich"}', headers })
  expect(answer.url).toBe(`${base}/v1`)
  expect(await answer.json()).toEqual({ answer: '40 °C' })
  expect(readFileSync(path, 'utf8').replace(/duration: [\d.]+m?s/, 'duration: 1ms')).toBe(`---
version: 2
interactions:
- id: 0
  request:
    proto: HTTP/1.1
    proto_major: 1
    proto_minor: 1
    content_length: 18
    host: ""
    body: '{"city":"Zürich"}'
    headers:
      Accept:
      - '*/*'
      User-Agent:
      - decant
    url: ${base}/v1
    method: POST
  response:
    proto: HTTP/1.1
    proto_major: 1
    proto_minor: 1
    content_length: 19
    body: '{"answer":"40 °C"}'
    headers:
      Content-Type:
      - application/json
      X-Ratelimit-Remaining-Tokens:
      - "9"
      X-Request-Id:
      - req-1
    status: 200 OK
    code: 200
    duration: 1ms
`)
})

test('what is recorded over a socket replays the same, chunk for chunk', async () => {
  const events = ['data: {"a":1}\n\n', 'data: {"b":"é', '😀"}\n\ndata: [DO', 'NE]\n\n']
  let requests = 0
  const base = await serve(async (_, response) => {
    requests++
    response.setHeader('content-type', 'text/event-stream')
    for (const event of events) await new Promise(resolve => response.write(event, () => setTimeout(resolve, 5)))
    response.end()
  })
  const path = newPath()
  const recorder = cassette(path)
  const recorded = await chunksOf(await recorder(base, post('1')))
  expect(recorded.join('')).toBe(events.join(''))
  expect(recorder.interactions).toEqual(read(path))
  expect(recorder.unused).toEqual([])

  const player = cassette(path)
  expect(await chunksOf(await player(base, post('1')))).toEqual(recorded)
  expect(player.unused).toEqual([])
  expect(requests).toBe(1)
})

test('the caller reads the body while it is recorded', async () => {
  const path = newPath()
  const { fetch, say, end } = driven()
  const reader = (await cassette(path, { fetch })('https://a.example', post('1'))).body!.getReader()
  say('1', 'one ')
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('one ')
  expect(existsSync(path)).toBe(false)
  say('1', 'two')
  end('1')
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('two')
  expect((await reader.read()).done).toBe(true)
  expect(read(path)[0]?.response).toMatchObject({ body: 'one two', content_length: 7, chunk_offsets: [4] })
})

test('a reader that changes its chunks does not change the recording', async () => {
  const path = newPath()
  const { fetch, say, end } = driven()
  const { body } = await cassette(path, { fetch })('https://a.example', post('1'))
  say('1', 'hello')
  end('1')
  for await (const chunk of body!) chunk.fill(0)
  expect(read(path)[0]?.response.body).toBe('hello')
})

test('requests stand in the order in which they were made', async () => {
  const path = newPath()
  const { fetch, say, end } = driven()
  const recorder = cassette(path, { fetch })
  const answers = await Promise.all(['1', '2', '3'].map(body => recorder('https://a.example', post(body))))
  for (const body of ['3', '1', '2']) {
    say(body, `answer ${body}`)
    end(body)
    await answers[Number(body) - 1]!.text()
    expect(read(path).map(({ id }) => id)).toEqual(body === '3' ? [0] : body === '1' ? [0, 1] : [0, 1, 2])
  }
  expect(read(path).map(({ request, response }) => [request.body, response.body])).toEqual([
    ['1', 'answer 1'],
    ['2', 'answer 2'],
    ['3', 'answer 3'],
  ])
})

describe('what does not arrive whole is not recorded', () => {
  test('cancelled, broken off or aborted', async () => {
    const path = newPath()
    const { fetch, say, end, fail } = driven()
    const recorder = cassette(path, { fetch })
    const [whole, cancelled, broken] = await Promise.all(
      ['1', '2', '3'].map(body => recorder('https://a.example', post(body))),
    )
    say('2', 'half')
    await cancelled!.body!.cancel()
    say('3', 'half')
    fail('3')
    await expect(broken!.text()).rejects.toThrow('broken')
    await expect(recorder('https://a.example', { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
    expect(existsSync(path)).toBe(false)
    end('1')
    await whole!.text()
    expect(read(path).map(({ request }) => request.body)).toEqual(['1'])
  })

  test('a fetch that fails', async () => {
    const recorder = cassette(newPath(), { fetch: () => Promise.reject(new Error('down')) })
    await expect(recorder('https://a.example')).rejects.toThrow('down')
    expect(recorder.interactions).toEqual([])
  })

  test('a body that is not UTF-8', async () => {
    const path = newPath()
    const recorder = cassette(path, { fetch: async () => new Response(Uint8Array.of(0xff, 0xfe)) })
    const answer = await recorder('https://a.example')
    await expect(answer.arrayBuffer()).rejects.toThrow(
      new CassetteError(
        `Cannot record into cassette '${path}': a response body is not UTF-8 text, the only kind that a cassette holds.`,
        'unreadable',
      ),
    )
    expect(existsSync(path)).toBe(false)
  })
})

test('an empty answer is recorded at once and replayed', async () => {
  const path = newPath()
  const recorder = cassette(path, { fetch: async () => new Response(null, { status: 204 }) })
  expect((await recorder('https://a.example')).status).toBe(204)
  expect((await cassette(path)('https://a.example')).status).toBe(204)
})

describe('modes', () => {
  const hello: typeof fetch = async () => new Response('new')

  test('record starts anew, and keeps the old file until the first body is complete', async () => {
    const path = newPath()
    for (const body of ['1', '2'])
      await (await cassette(path, { mode: 'record', fetch: hello })('https://a.example', post(body))).text()
    expect(read(path).map(({ request }) => request.body)).toEqual(['2'])
    await (await cassette(path, { mode: 'record', fetch: hello })('https://a.example', post('3'))).body!.cancel()
    expect(read(path).map(({ request }) => request.body)).toEqual(['2'])
  })

  test('auto goes on recording after its first body', async () => {
    const path = newPath()
    const recorder = cassette(path, { fetch: hello })
    for (const body of ['1', '2']) await (await recorder('https://a.example', post(body))).text()
    expect(read(path).map(({ request }) => request.body)).toEqual(['1', '2'])
  })

  test('bypass is the plain fetch', async () => {
    const path = newPath()
    const stream = cassette(path, { mode: 'bypass', fetch: hello })
    expect(await (await stream('relative', { method: 'POST', body: new FormData() })).text()).toBe('new')
    expect([stream.interactions, stream.unused, stream.recut, existsSync(path)]).toEqual([[], [], 0, false])
  })

  test('a path may be a file URL', async () => {
    const path = newPath()
    const url = pathToFileURL(path)
    await (await cassette(url, { fetch: hello })('https://a.example')).text()
    expect(await (await cassette(url)('https://a.example')).text()).toBe('new')
  })
})

test('a file that cannot be replaced fails the last read and leaves no draft', async () => {
  const path = newPath()
  mkdirSync(join(path, 'in the way'), { recursive: true })
  const answer = await cassette(path, { mode: 'record', fetch: async () => new Response('x') })('https://a.example')
  await expect(answer.text()).rejects.toThrow(/EISDIR|ENOTEMPTY|EPERM/)
  expect(readdirSync(dirname(path))).toEqual(['x.yaml'])
})

test('the file is replaced at once: whoever has it open keeps the old one', async () => {
  const path = newPath()
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'old')
  const { openSync, readSync, closeSync } = await import('node:fs')
  const file = openSync(path, 'r')
  await (await cassette(path, { mode: 'record', fetch: async () => new Response('x') })('https://a.example')).text()
  const buffer = Buffer.alloc(10)
  expect(buffer.toString('utf8', 0, readSync(file, buffer))).toBe('old')
  closeSync(file)
  expect(read(path)).toHaveLength(1)
})

test.each([
  [0, '0s'],
  [0.000_5, '500ns'],
  [0.017_25, '17.25µs'],
  [635.784, '635.784ms'],
  [1497.798_917, '1.497798917s'],
  [2000, '2s'],
  [62_500, '1m2.5s'],
  [3_723_004, '1h2m3.004s'],
])('%d ms are %s', (milliseconds, text) => expect(goDuration(milliseconds)).toBe(text))
