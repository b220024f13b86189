import { describe, expect, test } from 'vitest'
import { BodyReader } from '../../src/http/body.ts'
import { bodyOf, bytesOf, perByte, read, sinkOf } from './streams.ts'

const mebi = 1024 * 1024

describe('framing of an event stream', () => {
  test.each([
    ['LF', 'data: {"a":1}\n\ndata: {"a":2}\n\ndata: [DONE]\n\n'],
    ['CRLF', 'data: {"a":1}\r\n\r\ndata: {"a":2}\r\n\r\ndata: [DONE]\r\n\r\n'],
    ['CR', 'data: {"a":1}\r\rdata: {"a":2}\r\rdata: [DONE]\r\r'],
    ['line ends mixed', 'data: {"a":1}\r\n\ndata: {"a":2}\n\r\ndata: [DONE]\r\r'],
    ['a byte order mark in front', '\ufeffdata: {"a":1}\n\ndata: {"a":2}\n\ndata: [DONE]\n\n'],
    ['blank lines in front', '\n\n\ndata: {"a":1}\n\ndata: {"a":2}\n\ndata: [DONE]\n\n'],
    ['comments', ': OPENROUTER PROCESSING\n\ndata: {"a":1}\n\n:\n: ping\ndata: {"a":2}\n\ndata: [DONE]\n\n'],
    ['no space after the colon', 'data:{"a":1}\n\ndata:{"a":2}\n\ndata:[DONE]\n\n'],
    [
      'events without data',
      'retry: 500\nid: 7\n\ndata\n\ndata: {"a":1}\n\nevent: ping\ndata:\n\ndata: {"a":2}\n\ndata: [DONE]\n\n',
    ],
    ['unknown fields', 'hello: x\ndata: {"a":1}\nretry: never\n\ndata: {"a":2}\n\ndata: [DONE]\n\n'],
    ['[DONE] padded with blanks', 'data: {"a":1}\n\ndata: {"a":2}\n\ndata:  [DONE] \n\n'],
    ['[DONE] not closed by a blank line', 'data: {"a":1}\n\ndata: {"a":2}\n\ndata: [DONE]'],
    ['bytes after [DONE]', 'data: {"a":1}\n\ndata: {"a":2}\n\ndata: [DONE]\n\ndata: {"a":3}\n\n<html>'],
  ])('%s', async (_, text) => {
    const expected = { payloads: ['{"a":1}', '{"a":2}'], whole: true }
    expect(await read([text])).toMatchObject(expected)
    expect(await read(perByte(bytesOf(text)))).toMatchObject(expected)
  })

  test('several data lines of one event are joined with LF', async () => {
    expect((await read(['data: {"a":\ndata: 1}\n\n'])).payloads).toEqual(['{"a":\n1}'])
  })

  test('a stream that ends without [DONE] is not whole, whatever stands in it', async () => {
    expect(await read(['data: {"a":1}\n\n'])).toMatchObject({ payloads: ['{"a":1}'], whole: false })
    expect(await read(['data: {"a":1}'])).toMatchObject({ payloads: ['{"a":1}'], whole: false })
    expect(await read([])).toMatchObject({ payloads: [], whole: false })
  })

  test('an event that the end has cut is no event', async () => {
    expect(await read(['data: {"a":1}\n\ndata: {"a":2,"b'])).toMatchObject({ payloads: ['{"a":1}'], whole: false })
    expect(await read([bytesOf('data: {"a":"é').slice(0, -1)])).toMatchObject({ payloads: [], whole: false })
  })

  test('what only begins like [DONE] is a payload like any other', async () => {
    expect((await read(['data: [DONE]xyz\n\n'])).payloads).toEqual(['[DONE]xyz'])
  })

  test('two events glued by a proxy stay one payload, for the decoder to refuse', async () => {
    expect((await read(['data: {"a":1}data: {"a":2}\n\ndata: data: {}\n\n'])).payloads).toEqual([
      '{"a":1}data: {"a":2}',
      'data: {}',
    ])
  })

  test('U+2028, U+2029 and NEL in data end no line', async () => {
    const payload = '{"a":"\u2028\u2029\u0085"}'
    expect((await read(perByte(bytesOf(`data: ${payload}\n\n`)))).payloads).toEqual([payload])
  })
})

describe('framing by the first character, whatever was asked for and whatever the content type says', () => {
  test('a stream sent as application/json', async () => {
    const init = { headers: { 'content-type': 'application/json' } }
    expect((await read(['data: {"a":1}\n\ndata: [DONE]\n\n'], { init })).payloads).toEqual(['{"a":1}'])
  })

  test('plain JSON sent as text/event-stream, behind the blanks that keep a connection alive', async () => {
    const init = { headers: { 'content-type': 'text/event-stream' } }
    const body = ['\n', '  \n\n', '{"a"', ':1}', '\n']
    expect(await read(body, { init })).toMatchObject({ payloads: ['{"a":1}\n'], whole: true })
  })

  test('a page of HTML is an error that names status, type and the first words', async () => {
    const init = { status: 203, headers: { 'content-type': 'text/html' } }
    for (const chunks of [['<html><title>Sign in</title>'], perByte(bytesOf('<html><title>Sign in</title>'))]) {
      await expect(read(chunks, { init })).rejects.toMatchObject({
        name: 'StreamError',
        code: 'malformed',
        message:
          "An answer was expected and an HTML page: Sign in came (status 203, content-type 'text/html'); check the base URL",
      })
    }
  })

  test('a page quotes no key, not even half of one', async () => {
    const secret = 'verysecretkey'
    const page = `<p>${'x'.repeat(190)}${secret}${'y'.repeat(5000)}`
    const error = await read([page], { secrets: [secret] }).catch(String)
    expect(error).toContain('an HTML page: <p>xxx')
    expect(error).not.toContain('very')
  })

  test('nor does its content type or its URL, which is named without its query', async () => {
    const secret = 'verysecretkey'
    const init = { headers: { 'content-type': `text/${secret}` } }
    const response = new Response('<title>Sign in</title>', init)
    Object.defineProperty(response, 'url', { value: `https://acme.test/v1/${secret}?key=x` })
    const reading = new BodyReader(response, [secret]).read(sinkOf(), new AbortController().signal)
    await expect(reading).rejects.toMatchObject({
      message:
        "An answer was expected from https://acme.test/v1/[redacted] and an HTML page: Sign in came (status 200, content-type 'text/[redacted]'); check the base URL",
    })
  })

  test('a page is refused as soon as enough of it is there', async () => {
    await expect(read(['<'.repeat(5000)], { after: 'silence' })).rejects.toMatchObject({ code: 'malformed' })
  })
})

describe('bytes', () => {
  test('a character cut between chunks is one character', async () => {
    const payload = '{"a":"é€😀"}'
    expect((await read(perByte(bytesOf(`data: ${payload}\n\n`)))).payloads).toEqual([payload])
    expect((await read(perByte(bytesOf(payload)))).payloads).toEqual([payload])
  })

  test('bytes that are not UTF-8 are an error, not silent replacement characters', async () => {
    const body = [bytesOf('data: {"a":"'), new Uint8Array([0xf0, 0x9f]), bytesOf('"}\n\n')]
    await expect(read(body)).rejects.toMatchObject({ name: 'StreamError', code: 'malformed', retryable: true })
  })

  test('empty chunks are nothing', async () => {
    const empty = new Uint8Array()
    expect((await read([empty, 'data: {}', empty, '\n\n', empty])).payloads).toEqual(['{}'])
  })
})

describe('limits', () => {
  const event = (length: number): string => `{"a":"${'x'.repeat(length - 8)}"}`
  const limit = 32 * mebi
  const pieces = (text: string): Uint8Array[] => {
    const bytes = bytesOf(text)
    return Array.from({ length: Math.ceil(bytes.length / mebi) }, (_, i) => bytes.subarray(i * mebi, (i + 1) * mebi))
  }

  test.each([
    ['an event in one chunk', (length: number) => [`data: ${event(length)}\n\n`]],
    ['an event in many chunks', (length: number) => pieces(`data: ${event(length)}\n\n`)],
    ['a plain body', (length: number) => pieces(event(length))],
  ])('%s may be 32 MiB long and no longer', async (_, chunks) => {
    expect((await read(chunks(limit))).payloads[0]).toHaveLength(limit)
    await expect(read(chunks(limit + 1))).rejects.toMatchObject({ code: 'malformed', retryable: false })
  })

  test('an event that never ends is given up at the limit, not gathered for ever', async () => {
    const endless = new ReadableStream<Uint8Array>({ pull: c => c.enqueue(new Uint8Array(mebi).fill(120)) })
    const reader = new BodyReader(new Response(endless), [])
    const reading = reader.read(sinkOf(), new AbortController().signal)
    await expect(reading).rejects.toMatchObject({ code: 'malformed' })
  })
})

describe('what a sink may read where it stands', () => {
  const event = 'data: {"a":1}\n\n'
  /** What comes as a payload, and what the sink took of events by itself. */
  const readInPlace = async (chunks: (string | Uint8Array)[]) => {
    const seen: unknown[] = []
    const sink = sinkOf(text => seen.push(text))
    sink.repeats = (bytes, from) => {
      const taken = Buffer.from(bytes).toString('latin1', from, from + event.length) === event
      if (taken) seen.push('in place')
      return taken ? from + event.length : from
    }
    await new BodyReader(new Response(bodyOf(chunks).stream), []).read(sink, new AbortController().signal)
    return seen
  }

  test('is any event behind the first one, between two that are framed', async () => {
    expect(await readInPlace([event, event, `${event}data: [1]\n\n${event}`])).toEqual([
      '{"a":1}',
      ...['in place', 'in place', '[1]', 'in place'],
    ])
  })

  test.each([
    ['a line that was begun', ': ', `${event}data: 2\n\n`, ['2']],
    ['an event that was begun', 'data: 2\n', event, ['2\n{"a":1}']],
    ['the name of an error', 'event: error\n', event, ['{"error":{"a":1}}']],
  ])('is nothing behind %s', async (_, begun, rest, expected) => {
    expect(await readInPlace([event, begun, rest])).toEqual(['{"a":1}', ...expected])
  })

  test('is nothing behind a character that was begun', async () => {
    await expect(readInPlace([event, Uint8Array.of(0xc3), event])).rejects.toMatchObject({ code: 'malformed' })
  })
})
