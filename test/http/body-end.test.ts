import { getEventListeners } from 'node:events'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { CassetteError } from '../../src/errors.ts'
import { BodyReader } from '../../src/http/body.ts'
import { bodyOf, bytesOf, read, serve, sinkOf } from './streams.ts'

const readFrom = async (url: string): Promise<{ payloads: string[]; whole: boolean }> => {
  const payloads: string[] = []
  const sink = sinkOf(text => payloads.push(text))
  const whole = await new BodyReader(await fetch(url), []).read(sink, new AbortController().signal)
  return { payloads, whole }
}

describe('3. Every stream ends', () => {
  describe('[DONE] is the end, whatever follows', () => {
    const readTo = async (chunks: string[], after: 'end' | 'silence') => {
      vi.useFakeTimers()
      onTestFinished(() => void vi.useRealTimers())
      const { stream, seen } = bodyOf(['data: {"a":1}\n\ndata: [DONE]\n\n', ...chunks], after)
      const payloads: string[] = []
      const sink = sinkOf(text => payloads.push(text))
      expect(await new BodyReader(new Response(stream), []).read(sink, new AbortController().signal)).toBe(true)
      expect(payloads).toEqual(['{"a":1}'])
      return seen
    }

    test('a socket left open is freed a little later', async () => {
      const seen = await readTo([], 'silence')
      await vi.advanceTimersByTimeAsync(99)
      expect(seen.cancelled).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(seen.cancelled).toBe(true)
    })

    test('one that says more is freed at once', async () => {
      const seen = await readTo(['data: {"a":2}\n\n'], 'silence')
      await vi.advanceTimersByTimeAsync(0)
      expect(seen.cancelled).toBe(true)
      expect(vi.getTimerCount()).toBe(0)
    })

    test('a body that ends there leaves nothing behind', async () => {
      const seen = await readTo([], 'end')
      await vi.advanceTimersByTimeAsync(100)
      expect(seen.cancelled).toBe(false)
      expect(vi.getTimerCount()).toBe(0)
    })
  })

  test('a sink that has enough ends it', async () => {
    const body = ['data: {"a":1}\n\ndata: {"a":2}\n\ndata: {"a":3}\n\n']
    const result = await read(body, { after: 'silence', stopAfter: 2 })
    expect(result).toMatchObject({ payloads: ['{"a":1}', '{"a":2}'], whole: false, cancelled: true })
  })

  test('a body that says nothing more, by the signal and with its reason', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const reading = read(['data: {"a":1}\n\n'], { after: 'silence', signal: abort.signal })
    queueMicrotask(() => abort.abort(reason))
    await expect(reading).rejects.toBe(reason)
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  })

  test('a signal that has aborted before', async () => {
    await expect(read([], { after: 'silence', signal: AbortSignal.abort('before') })).rejects.toBe('before')
  })

  test('a long-lived signal keeps no listener', async () => {
    const { signal } = new AbortController()
    await read(['data: {"a":1}\n\n'], { signal })
    await read(['<p>'], { signal }).catch(() => {})
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('stop ends a pending read as if the body had ended', async () => {
    const { stream, seen } = bodyOf(['data: {"a":1}\n\n'], 'silence')
    const reader = new BodyReader(new Response(stream), [])
    const payloads: string[] = []
    const reading = reader.read(
      sinkOf(text => {
        payloads.push(text)
        queueMicrotask(() => reader.stop())
      }),
      new AbortController().signal,
    )
    expect(await reading).toBe(false)
    expect(payloads).toEqual(['{"a":1}'])
    expect(seen.cancelled).toBe(true)
  })

  test.each(['data: {}\n\n', new ArrayBuffer(2), null])('a body that is not bytes is refused: %s', async piece => {
    const response = { body: new ReadableStream({ start: controller => controller.enqueue(piece) }) }
    const reading = new BodyReader(response as Response, []).read(sinkOf(), new AbortController().signal)
    await expect(reading).rejects.toMatchObject({
      code: 'malformed',
      retryable: false,
      message: expect.stringContaining(`of type ${typeof piece}`),
    })
  })

  test('what the sink throws comes out as it is, and frees the socket', async () => {
    const { stream, seen } = bodyOf(['data: {}\n\n'], 'silence')
    const reason = new Error('not for me')
    const reading = new BodyReader(new Response(stream), []).read(
      sinkOf(() => {
        throw reason
      }),
      new AbortController().signal,
    )
    await expect(reading).rejects.toBe(reason)
    expect(seen.cancelled).toBe(true)
  })
})

describe('a connection that breaks', () => {
  test.each([
    ['an error', new TypeError('terminated', { cause: new Error('other side closed') }), 'other side closed'],
    ['a text', 'gone', 'gone'],
    ['nothing', undefined, 'undefined'],
  ])('with %s', async (_, error, words) => {
    const result = read(['data: {"a":1}\n\n'], { after: { error } })
    await expect(result).rejects.toMatchObject({
      name: 'StreamError',
      code: 'network',
      retryable: true,
      message: `The connection broke while the answer was read: ${words}`,
    })
  })

  test('an error of the family is not wrapped', async () => {
    const error = new CassetteError('cut', 'unreadable')
    await expect(read([], { after: { error } })).rejects.toBe(error)
  })

  test('the patience of the platform is the idle clock', async () => {
    const cause = Object.assign(new Error('Body Timeout Error'), { code: 'UND_ERR_BODY_TIMEOUT' })
    const result = read([], { after: { error: new TypeError('terminated', { cause }) } })
    await expect(result).rejects.toMatchObject({ name: 'TimeoutError', code: 'idle', retryable: true })
  })

  test('keys stand neither in the message nor along the causes', async () => {
    const error = Object.assign(new Error('bad header: hunter22'), {
      config: { headers: { authorization: 'hunter22' } },
    })
    const thrown = await read([], { after: { error }, secrets: ['hunter22'] }).catch(caught => caught)
    expect(thrown.message).toBe('The connection broke while the answer was read: bad header: [redacted]')
    for (let at = thrown; at !== undefined; at = at.cause) {
      expect(`${at.message} ${at.stack} ${JSON.stringify(at)}`).not.toContain('hunter22')
    }
  })

  test('a socket that is reset', async () => {
    const url = await serve((_, response) => {
      response.write('data: {"a":1}\n\n')
      setImmediate(() => response.destroy())
    })
    await expect(readFrom(url)).rejects.toMatchObject({ code: 'network' })
  })

  test('a body shorter than its content-length', async () => {
    const server = createSocketServer(socket => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":1}'))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    await expect(readFrom(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).rejects.toMatchObject({
      code: 'network',
    })
  })

  test('gzip just works, and cut gzip, which fetch takes for an end, is not whole', async () => {
    const zipped = gzipSync('data: {"a":1}\n\ndata: [DONE]\n\n')
    const url = await serve(({ url: path }, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(path === '/cut' ? zipped.subarray(0, -20) : zipped)
    })
    expect(await readFrom(url)).toEqual({ payloads: ['{"a":1}'], whole: true })
    expect(await readFrom(`${url}/cut`)).toMatchObject({ whole: false })
  })
})

describe('pauses', () => {
  test('a promise makes the socket wait', async () => {
    let pulls = 0
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (pulls++ === 3) controller.close()
          else controller.enqueue(bytesOf('data: {}\n\n'))
        },
      },
      { highWaterMark: 0 },
    )
    let resume = (): void => {}
    let pauses = 0
    const reading = new BodyReader(new Response(stream), []).read(
      {
        ...sinkOf(),
        pause: () => (pauses++ === 0 ? new Promise<void>(resolve => (resume = resolve)) : undefined),
      },
      new AbortController().signal,
    )
    await new Promise(resolve => setImmediate(resolve))
    expect(pulls).toBe(1)
    resume()
    await reading
    expect(pulls).toBe(4)
  })
})
