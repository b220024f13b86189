import { getEventListeners } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CassetteError } from '../../src/errors.ts'
import { requestIdOf, type Sending, send } from '../../src/http/send.ts'
import { bodyOf, serve } from './streams.ts'

const secret = 'hunter22-secret'

const sending = (given: Partial<Sending>): Sending => ({
  provider: 'acme',
  url: 'http://127.0.0.1:1/v1/chat/completions',
  headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
  body: '{"model":"m"}',
  fetch: globalThis.fetch,
  signal: new AbortController().signal,
  secrets: [secret],
  ...given,
})

const answering =
  (...given: ConstructorParameters<typeof Response>): typeof fetch =>
  async () =>
    new Response(...given)

const throwing =
  (error: unknown): typeof fetch =>
  async () => {
    throw error
  }

/** A fetch that never answers and knows no signal. */
const deaf: typeof fetch = () => new Promise(() => {})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('the request', () => {
  test('is one POST with the headers and the body as given', async () => {
    const seen: unknown[] = []
    const url = await serve(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      seen.push({ method: request.method, url: request.url, key: request.headers.authorization, body })
      response.end('{}')
    })
    const response = await send(sending({ url: `${url}/v1/chat/completions?a=b` }))
    expect(await response.text()).toBe('{}')
    expect(seen).toEqual([
      { method: 'POST', url: '/v1/chat/completions?a=b', key: `Bearer ${secret}`, body: '{"model":"m"}' },
    ])
  })

  test('follows no redirect: the key reaches no other port', async () => {
    const reached = vi.fn()
    const other = await serve((_, response) => {
      reached()
      response.end('{}')
    })
    const url = await serve((_, response) => response.writeHead(307, { location: other }).end('<title>Moved</title>'))
    await expect(send(sending({ url }))).rejects.toMatchObject({
      name: 'APIError',
      code: 'bad_request',
      status: 0,
      retryable: false,
      message: 'acme answered: a redirect, which is not followed: check the base URL',
    })
    expect(reached).not.toHaveBeenCalled()
  })

  test('is not made at all when the signal has aborted before', async () => {
    const fetch = vi.fn(deaf)
    await expect(send(sending({ fetch, signal: AbortSignal.abort('before') }))).rejects.toBe('before')
    expect(fetch).not.toHaveBeenCalled()
  })
})

describe('an error status', () => {
  test('becomes an APIError with the words, the wait and the id of the answer', async () => {
    const url = await serve((_, response) => {
      response.writeHead(429, { 'retry-after': '2', 'x-request-id': 'req-7' })
      response.end(`{"error":{"message":"slow down, ${secret}"}}`)
    })
    await expect(send(sending({ url }))).rejects.toMatchObject({
      code: 'rate_limit',
      status: 429,
      retryable: true,
      retryAfter: 2000,
      requestId: 'req-7',
      message: 'acme answered 429: slow down, [redacted] (it asks to wait 2 s)',
    })
  })

  test('with a page of HTML, as proxies send it', async () => {
    const fetch = answering('<html><title>502 Bad Gateway</title>', { status: 502 })
    await expect(send(sending({ fetch }))).rejects.toMatchObject({
      code: 'upstream',
      message: 'acme answered 502: an HTML page: 502 Bad Gateway',
    })
  })

  test('a success without a body is none', async () => {
    await expect(send(sending({ fetch: answering(null, { status: 204 }) }))).rejects.toMatchObject({
      code: 'upstream',
      message: 'acme answered 204: no body came with it',
    })
  })

  test('whose body breaks is told by the status', async () => {
    const { stream } = bodyOf(['{"err'], { error: new Error('reset') })
    await expect(send(sending({ fetch: answering(stream, { status: 401 }) }))).rejects.toMatchObject({
      code: 'auth',
      message: 'acme answered 401: {"err',
    })
  })

  test('whose body never ends is told by the status after two seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { stream, seen } = bodyOf(['no such key'], 'silence')
    const result = send(sending({ fetch: answering(stream, { status: 401 }) })).catch(error => error)
    await vi.advanceTimersByTimeAsync(2000)
    expect(await result).toMatchObject({ code: 'auth', message: 'acme answered 401: no such key' })
    expect(seen.cancelled).toBe(true)
  })

  test('whose body is endless is read up to 64 KiB', async () => {
    let read = 0
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        read += 1024
        controller.enqueue(new Uint8Array(1024).fill(120))
      },
    })
    await expect(send(sending({ fetch: answering(stream, { status: 500 }) }))).rejects.toMatchObject({ status: 500 })
    expect(read).toBeLessThan(70 * 1024)
  })

  test('an abort while its body is awaited is the abort', async () => {
    const abort = new AbortController()
    const { stream } = bodyOf([], 'silence')
    const result = send(sending({ fetch: answering(stream, { status: 500 }), signal: abort.signal }))
    setImmediate(() => abort.abort('enough'))
    await expect(result).rejects.toBe('enough')
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  })

  test('leaves no timer behind', async () => {
    const set = vi.spyOn(globalThis, 'setTimeout')
    const clear = vi.spyOn(globalThis, 'clearTimeout')
    await send(sending({ fetch: answering('x', { status: 500 }) })).catch(() => {})
    expect(set).toHaveBeenCalledOnce()
    expect(clear).toHaveBeenCalledWith(set.mock.results[0]?.value)
  })
})

describe('a fetch that returns what is no response to read', () => {
  const locked = (status: number): Response => {
    const response = new Response('x', { status })
    response.body?.getReader()
    return response
  }
  const piped = { ok: true, status: 200, headers: new Headers(), body: { pipe() {} } }

  test.each([
    ['undefined, not a Response', undefined],
    ['null, not a Response', null],
    ['string, not a Response', 'x'],
    ['a response without Headers', { ok: true, status: 200, body: null }],
    ['a response whose body is no ReadableStream (node-fetch is not supported)', piped],
    ['a response whose body is being read already', locked(200)],
    ['a response whose body is being read already', locked(401)],
  ])('%s', async (odd, response) => {
    // Without a promise around it, too.
    for (const fetch of [async () => response, () => response]) {
      await expect(send(sending({ fetch: fetch as never }))).rejects.toMatchObject({
        name: 'StreamError',
        code: 'malformed',
        retryable: false,
        message: `Cannot read what fetch returned: ${odd}`,
      })
    }
  })
})

describe('no answer', () => {
  test('a refused connection may go away', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise(resolve => server.close(resolve))
    await expect(send(sending({ url: `http://127.0.0.1:${port}` }))).rejects.toMatchObject({
      name: 'StreamError',
      code: 'network',
      retryable: true,
      message: `Cannot reach acme: connect ECONNREFUSED 127.0.0.1:${port}`,
      cause: { code: 'ECONNREFUSED' },
    })
  })

  test('a reset before the answer may, too', async () => {
    const url = await serve(request => request.socket.resetAndDestroy())
    await expect(send(sending({ url }))).rejects.toMatchObject({ code: 'network', retryable: true })
  })

  test.each([
    ['ENOTFOUND', true],
    ['EAI_AGAIN', true],
    ['UND_ERR_CONNECT_TIMEOUT', true],
    ['CERT_HAS_EXPIRED', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false],
  ])('%s: retryable %s', async (code, retryable) => {
    const error = new TypeError('fetch failed', { cause: Object.assign(new Error(''), { code }) })
    await expect(send(sending({ fetch: throwing(error) }))).rejects.toMatchObject({
      code: 'network',
      retryable,
      message: `Cannot reach acme: ${code}`,
    })
  })

  test('the patience of the platform is the clock of the first byte', async () => {
    const cause = Object.assign(new Error('Headers Timeout Error'), { code: 'UND_ERR_HEADERS_TIMEOUT' })
    const errors = [new TypeError('fetch failed', { cause }), new DOMException('timed out', 'TimeoutError')]
    for (const error of errors) {
      await expect(send(sending({ fetch: throwing(error) }))).rejects.toMatchObject({
        name: 'TimeoutError',
        code: 'first_byte',
        retryable: true,
      })
    }
  })

  test('an error of the family is not wrapped', async () => {
    const error = new CassetteError('no such recording', 'no_match')
    await expect(send(sending({ fetch: throwing(error) }))).rejects.toBe(error)
  })

  test('a fetch that throws instead of rejecting', async () => {
    const fetch = (): never => {
      throw new Error('no network here')
    }
    await expect(send(sending({ fetch }))).rejects.toMatchObject({ message: 'Cannot reach acme: no network here' })
  })

  test('a key that no header can hold is not quoted', async () => {
    const key = 'hunter\n22'
    const error = await send(sending({ headers: { authorization: `Bearer ${key}` }, secrets: [key] })).catch(e => e)
    expect(error).toMatchObject({ code: 'network', retryable: false })
    for (let at = error; at !== undefined; at = at.cause) expect(`${at.message}${at.stack}`).not.toContain(key)
  })

  test('an error that holds the whole request gives away none of it', async () => {
    const headers = { authorization: `Bearer ${secret}` }
    const error = Object.assign(new Error(`failed with ${secret}`), { config: { headers }, request: { headers } })
    error.cause = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', request: { headers } })
    const thrown = await send(sending({ fetch: throwing(error) })).catch(caught => caught)
    expect(thrown.message).toBe('Cannot reach acme: socket hang up')
    for (let at = thrown; at !== undefined; at = at.cause) {
      expect(`${at.message} ${at.stack} ${JSON.stringify(at)}`).not.toContain(secret)
    }
  })
})

describe('a fetch that ignores its signal', () => {
  test('an abort ends the call with its reason and leaves no listener', async () => {
    const abort = new AbortController()
    const reason = { why: 'enough' }
    const result = send(sending({ fetch: deaf, signal: abort.signal }))
    abort.abort(reason)
    await expect(result).rejects.toBe(reason)
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  })

  test('a response that comes too late is cancelled, one that fails too late is nobody’s', async () => {
    const { stream, seen } = bodyOf([], 'silence')
    for (const late of [() => new Response(stream), () => Promise.reject(new Error('late'))]) {
      const abort = new AbortController()
      let answer = (): void => {}
      const waiting = new Promise<void>(resolve => (answer = resolve))
      const result = send(sending({ fetch: () => waiting.then(late), signal: abort.signal }))
      abort.abort('enough')
      await expect(result).rejects.toBe('enough')
      answer()
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(seen.cancelled).toBe(true)
  })
})

test('a request id is read from either header', () => {
  expect(requestIdOf(new Headers({ 'x-request-id': 'a', 'request-id': 'b' }))).toBe('a')
  expect(requestIdOf(new Headers({ 'request-id': 'b' }))).toBe('b')
  expect(requestIdOf(new Headers())).toBe(undefined)
  expect(requestIdOf(new Headers({ 'x-request-id': `id-${secret}` }), [secret])).toBe('id-[redacted]')
})
