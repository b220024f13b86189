import { getEventListeners } from 'node:events'
import { type DeepPartial, type Event, extract } from 'decant'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventByEvent, eventsText } from './helpers/answer.ts'
import { type ModelServer, modelServer } from './helpers/model-server.ts'
import { alice, Person, personPrompt } from './helpers/person.ts'

const answer = { call: 'Person', args: JSON.stringify(alice) }

/** A model that sends the beginning of an answer and then waits until the test says so. */
const held = (): { reply: Parameters<typeof modelServer>[0]; release: () => void } => {
  let release!: () => void
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  const chunk = (delta: unknown, finish: string | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  return {
    release,
    reply: (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(
        chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'Person', arguments: '{"name":"Ali' } }] }),
      )
      void released.then(() => {
        response.write(chunk({ tool_calls: [{ index: 0, function: { arguments: 'ce","age":30,"city":"Paris"}' } }] }))
        response.end(`${chunk({}, 'tool_calls')}data: [DONE]\n\n`)
      })
    },
  }
}

const collect = async <T>(iterable: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const each of iterable) all.push(each)
  return all
}

const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeEach(() => process.on('unhandledRejection', note))
afterEach(async () => {
  await new Promise(resolve => setTimeout(resolve, 10))
  process.off('unhandledRejection', note)
  expect(unhandled.splice(0)).toEqual([])
})

const start = (server: ModelServer, options: object = {}) =>
  extract(Person, personPrompt, { model: server.model(), maxRetries: 0, ...options })

describe('the wire', () => {
  it('is plain for a promise', async () => {
    await using server = await modelServer(answer)
    expect(await start(server)).toEqual(alice)
    expect(server.requests.map(({ body }) => body.stream)).toEqual([undefined])
  })

  it('is a stream for a loop, and partials grow', async () => {
    await using server = await modelServer(answer)
    const partials = await collect(start(server))
    expect(server.requests.map(({ body }) => body.stream)).toEqual([true])
    expect(partials.at(-1)).toEqual(alice)
  })

  it('is a stream when a loop joins a promise in the same tick', async () => {
    await using server = await modelServer(answer)
    const extraction = start(server)
    const result = extraction.result()
    const partials = await collect(extraction)
    expect(partials.at(-1)).toEqual(alice)
    expect((await result).output).toEqual(alice)
    expect(server.requests.map(({ body }) => body.stream)).toEqual([true])
  })

  it('is plain when the loop comes a tick later, and the loop gets one snapshot', async () => {
    await using server = await modelServer(answer)
    const extraction = start(server)
    const result = extraction.result()
    await new Promise(resolve => setTimeout(resolve))
    expect(await collect(extraction)).toEqual([alice])
    await result
    expect(server.requests.map(({ body }) => body.stream)).toEqual([undefined])
  })

  it('is what the stream option says', async () => {
    await using server = await modelServer(answer, answer)
    expect(await start(server, { stream: true })).toEqual(alice)
    expect(await collect(start(server, { stream: false }))).toEqual([alice])
    expect(server.requests.map(({ body }) => body.stream)).toEqual([true, undefined])
  })

  it('is a stream for a promise that may wait longer than a platform waits for headers, or that thinks', async () => {
    await using server = await modelServer(answer, answer)
    await start(server, { timeout: { total: 400_000 } })
    await start(server, { reasoning: { effort: 'low' } })
    expect(server.requests.map(({ body }) => body.stream)).toEqual([true, true])
  })

  it('shows the first request without sending or deciding', async () => {
    await using server = await modelServer(answer)
    const extraction = start(server)
    expect(extraction.request).not.toHaveProperty('stream')
    const partials = await collect(extraction)
    expect(partials.length).toBeGreaterThan(0)
    expect(extraction.request).toEqual(server.requests[0]!.body)
  })
})

describe('one run', () => {
  it('serves two loops, a promise, a result and events from one request', async () => {
    await using server = await modelServer(answer)
    const extraction = start(server)
    const [first, second, events, output, result] = await Promise.all([
      collect(extraction),
      collect(extraction),
      collect(extraction.events()),
      extraction,
      extraction.result(),
    ])
    expect(first.at(-1)).toEqual(alice)
    expect(second.at(-1)).toEqual(alice)
    expect(first.at(-1)).toBe(second.at(-1))
    expect(output).toEqual(alice)
    expect(result.output).toBe(output)
    expect(events.at(-1)?.type).toBe('finish')
    expect(server.requests).toHaveLength(1)
  })

  it('serves late readers: the last snapshot, the end, the result', async () => {
    await using server = await modelServer(answer)
    const extraction = start(server)
    await collect(extraction)
    expect(await collect(extraction)).toEqual([alice])
    expect((await collect(extraction.events())).map(({ type }) => type)).toEqual(['partial', 'finish'])
    expect(await extraction).toEqual(alice)
    expect(server.requests).toHaveLength(1)
  })

  it('gives a reader that joins in the middle the present snapshot first', async () => {
    const { reply, release } = held()
    await using server = await modelServer(reply)
    const extraction = start(server)
    const first = extraction[Symbol.asyncIterator]()
    expect(await first.next()).toEqual({ done: false, value: { name: 'Ali' } })
    const late = extraction[Symbol.asyncIterator]()
    expect(await late.next()).toEqual({ done: false, value: { name: 'Ali' } })
    const event = await extraction.events()[Symbol.asyncIterator]().next()
    expect(event.value).toEqual({ type: 'partial', attempt: 1, value: { name: 'Ali' } })
    const rest = late.next()
    release()
    expect(await rest).toEqual({ done: false, value: alice })
    await first.return?.()
    await late.return?.()
    extraction.abort()
  })

  it('gives every event to a slow reader and only the newest partial to a slow loop', async () => {
    await using server = await modelServer(answer)
    const extraction = start(server)
    const slow = async <T>(iterable: AsyncIterable<T>): Promise<T[]> => {
      const all: T[] = []
      for await (const each of iterable) {
        await new Promise(resolve => setTimeout(resolve, 2))
        all.push(each)
      }
      return all
    }
    const [events, partials] = await Promise.all([slow(extraction.events()), slow(extraction)])
    const shown = events.filter(event => event.type === 'partial').map(event => event.value)
    expect(shown.at(-1)).toEqual(alice)
    expect(shown.length).toBeGreaterThanOrEqual(partials.length)
    expect(partials.at(-1)).toEqual(alice)
    expect(events.filter(event => event.type === 'complete').map(event => event.path)).toEqual([
      ['name'],
      ['age'],
      ['city'],
      [],
    ])
  })

  it('answers concurrent next() calls in order', async () => {
    await using server = await modelServer(answer)
    const events = start(server).events()[Symbol.asyncIterator]()
    const three = await Promise.all([events.next(), events.next(), events.next()])
    expect(three.map(({ value }) => (value as Event).type)).toEqual(['request', 'complete', 'complete'])
    const rest = await collect({ [Symbol.asyncIterator]: () => events })
    expect(rest.at(-1)?.type).toBe('finish')
  })

  it('fails for every reader with one error', async () => {
    await using server = await modelServer({ status: 400, body: { error: { message: 'no' } } })
    const extraction = start(server)
    const errors = await Promise.all([
      collect(extraction).catch(error => error),
      collect(extraction.events()).catch(error => error),
      extraction.catch(error => error),
      extraction.result().catch(error => error),
    ])
    expect(new Set(errors).size).toBe(1)
    expect(errors[0]).toMatchObject({ name: 'APIError', code: 'bad_request', status: 400 })
    expect(server.requests).toHaveLength(1)
  })
})

describe('leaving and stopping', () => {
  it('aborts the request when the last reader breaks, and later touches reject', async () => {
    const { reply } = held()
    await using server = await modelServer(reply)
    const extraction = start(server)
    for await (const partial of extraction) {
      expect(partial).toEqual({ name: 'Ali' })
      break
    }
    await server.requests[0]!.gone
    await expect(extraction).rejects.toMatchObject({ name: 'AbortError' })
    await expect(extraction.result()).rejects.toMatchObject({ name: 'AbortError' })
    expect(extraction.calls).toMatchObject([{ outcome: 'aborted', estimated: { outputTokens: 3 } }])
    expect(extraction.calls[0]).not.toHaveProperty('usage')
    expect(server.requests).toHaveLength(1)
  })

  it('goes on when a reader breaks and a promise is pending', async () => {
    const { reply, release } = held()
    await using server = await modelServer(reply)
    const extraction = start(server)
    const output = extraction.then(value => value)
    for await (const _ of extraction) break
    release()
    expect(await output).toEqual(alice)
  })

  it('goes on when one of two loops breaks', async () => {
    const { reply, release } = held()
    await using server = await modelServer(reply)
    const extraction = start(server)
    const whole = collect(extraction)
    for await (const _ of extraction) break
    release()
    expect((await whole).at(-1)).toEqual(alice)
  })

  it('does nothing when a reader leaves after the end', async () => {
    await using server = await modelServer(answer)
    const extraction = start(server)
    let last: DeepPartial<typeof alice> | undefined
    for await (const partial of extraction) {
      last = partial
      if (partial.city === 'Paris') await extraction
    }
    expect(last).toEqual(alice)
    expect(await extraction).toEqual(alice)
  })

  it('sends nothing when aborted before the first touch', async () => {
    await using server = await modelServer(answer)
    const extraction = start(server)
    const reason = new Error('not wanted')
    extraction.abort(reason)
    await expect(extraction).rejects.toBe(reason)
    await expect(collect(extraction)).rejects.toBe(reason)
    expect(server.requests).toHaveLength(0)
    expect(extraction.calls).toEqual([])
  })

  it('sends nothing when the signal had aborted', async () => {
    await using server = await modelServer(answer)
    const reason = new Error('too late')
    await expect(start(server, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(server.requests).toHaveLength(0)
  })

  it.each(['abort', 'signal'])('ends the request and every reader with the reason untouched: %s', async way => {
    const { reply } = held()
    await using server = await modelServer(reply)
    const controller = new AbortController()
    const extraction = start(server, { signal: controller.signal })
    const reason = { not: 'even an error' }
    const loop = (async () => {
      for await (const _ of extraction) way === 'abort' ? extraction.abort(reason) : controller.abort(reason)
    })()
    await expect(loop).rejects.toBe(reason)
    await expect(extraction).rejects.toBe(reason)
    await server.requests[0]!.gone
    expect(extraction.calls).toMatchObject([{ kind: 'first', outcome: 'aborted' }])
  })

  it('does nothing when aborted after the end', async () => {
    await using server = await modelServer(answer)
    const extraction = start(server)
    await extraction
    extraction.abort()
    expect(await extraction).toEqual(alice)
  })

  it('stops when it is disposed of', async () => {
    const { reply } = held()
    await using server = await modelServer(reply)
    {
      await using extraction = start(server)
      await extraction[Symbol.asyncIterator]().next()
    }
    await server.requests[0]!.gone
  })

  it('shares one listener among the extractions that run on a signal, and ends all of them', async () => {
    const { reply } = held()
    await using server = await modelServer(reply)
    const controller = new AbortController()
    const { signal } = controller
    const running = Array.from({ length: 20 }, () => start(server, { signal }))
    const failures = running.map(extraction => extraction.then(undefined, reason => reason))
    await new Promise(resolve => setImmediate(resolve))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    const reason = new Error('enough')
    controller.abort(reason)
    for (const failure of failures) expect(await failure).toBe(reason)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it("leaves no listener on the caller's signal, untouched or done", async () => {
    await using server = await modelServer(answer)
    const controller = new AbortController()
    let listeners = 0
    const { signal } = controller
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    start(server, { signal })
    expect(listeners).toBe(0)
    await start(server, { signal })
    expect(listeners).toBe(0)
  })

  it('sends nothing and holds nothing when it is never touched', async () => {
    await using server = await modelServer(answer)
    const resources = process.getActiveResourcesInfo().length
    const extraction = start(server)
    extraction[Symbol.asyncIterator]()
    extraction.events()
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(resources)
    expect(server.requests).toHaveLength(0)
    expect(extraction.calls).toEqual([])
  })
})

describe('observers', () => {
  it('see every event, and cannot break a run', async () => {
    await using server = await modelServer(answer)
    const seen: string[] = []
    const output = await start(server, {
      onEvent: (event: Event) => {
        seen.push(event.type)
        throw new Error('an observer')
      },
    })
    expect(output).toEqual(alice)
    expect(seen).toEqual(['request', 'complete', 'complete', 'complete', 'complete', 'partial', 'finish'])
  })

  it('are told whose event it is, with its ledger up to date', async () => {
    await using server = await modelServer(answer)
    const seen: unknown[] = []
    const extraction = start(server, {
      onEvent: (event: Event, whose: unknown) => {
        seen.push(whose === extraction && (event.type !== 'request' || extraction.calls.at(-1)?.outcome))
      },
    })
    await extraction
    expect(new Set(seen)).toEqual(new Set(['pending', true]))
  })

  it('are told of the failure that the readers get, and readers of events before they get it', async () => {
    await using server = await modelServer({ status: 400, body: { error: { message: 'no' } } })
    const seen: Event[] = []
    const read: Event[] = []
    const extraction = start(server, { onEvent: (event: Event) => void seen.push(event) })
    const reading = (async () => {
      for await (const event of extraction.events()) read.push(event)
    })()
    const error = await reading.catch(error => error)
    expect(seen.map(({ type }) => type)).toEqual(['request', 'error'])
    expect(seen.at(-1)).toEqual({ type: 'error', attempt: 1, error, aborted: false })
    expect(read).toEqual(seen)
    expect(error.calls).toHaveLength(1)
  })

  it('are told of an abort', async () => {
    await using server = await modelServer()
    const seen: Event[] = []
    const signal = AbortSignal.abort('no longer wanted')
    await expect(start(server, { signal, onEvent: (event: Event) => void seen.push(event) })).rejects.toBe(
      'no longer wanted',
    )
    expect(seen).toEqual([{ type: 'error', attempt: 1, error: 'no longer wanted', aborted: true }])
  })
})

describe('back-pressure', () => {
  it('ends where the output is awaited: a reader that stood still gets the newest of the partials it missed', async () => {
    const pieces = Array.from({ length: 300 }, (_, n) => `${n === 0 ? '{"list":[' : ','}${n}`)
    const fetch = async () => eventByEvent(eventsText({ name: 'numbers', pieces: [...pieces, ']}'] }))
    const Numbers = z.object({ list: z.array(z.number()) }).meta({ title: 'numbers' })
    const extraction = extract(Numbers, '', { model: 'openai/scripted', fetch })
    const reader = extraction.events()[Symbol.asyncIterator]()
    await reader.next()
    const { list } = await extraction
    const rest = await collect<Event<any>>({ [Symbol.asyncIterator]: () => reader })
    expect(rest.filter(({ type }) => type === 'partial')).toEqual([{ type: 'partial', attempt: 1, value: { list } }])
    expect(rest.filter(({ type }) => type === 'complete')).toHaveLength(302)
    expect(rest.slice(-2).map(({ type }) => type)).toEqual(['partial', 'finish'])
  })

  it('makes the socket wait for a slow reader of events, without the idle clock running', async () => {
    const events = 2000
    let written = 0
    await using server = await modelServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const chunk = (text: string): string =>
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text, padding: 'x'.repeat(20_000) } }] })}\n\n`
      const write = (): void => {
        while (written < events) {
          written++
          if (!response.write(chunk('a'))) return void response.once('drain', write)
        }
        response.end('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
      }
      write()
    })
    const extraction = start(server, { timeout: { idle: 100 } })
    const iterator = extraction.events()[Symbol.asyncIterator]()
    await iterator.next()
    await iterator.next()
    await new Promise(resolve => setTimeout(resolve, 400))
    expect(written).toBeLessThan(events)
    extraction.abort()
    await expect(extraction).rejects.toMatchObject({ name: 'AbortError' })
  })
})
