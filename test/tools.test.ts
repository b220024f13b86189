import { type Event, extract, type Options, ToolError } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { modelServer, type Reply } from './helpers/model-server.ts'
import { alice, Person } from './helpers/person.ts'

const city = z.object({ location: z.string() })
const weather = { description: 'The weather', inputSchema: city, execute: () => '40 C' as unknown }
const asked = (location: string, id?: string) => ({
  name: 'weather',
  args: JSON.stringify({ location }),
  ...(id !== undefined && { id }),
})
const askWeather: Reply = { calls: [asked('Rome')] }
const answer: Reply = { call: 'Person', args: JSON.stringify(alice) }
const sunny: Reply = { text: 'It is sunny.' }

const wires = [
  { wire: 'streamed', stream: true },
  { wire: 'plain', stream: false },
]

/** What the model read under each call id. */
const read = (body: any): [string, string][] =>
  body.messages
    .filter(({ role }: { role: string }) => role === 'tool')
    .map((message: { tool_call_id: string; content: string }) => [message.tool_call_id, message.content])

/** One turn of calls, then the answer: what the model read of the calls, and the tool events. */
const once = async (first: Reply, tools: Options<any>['tools'], stream = false) => {
  await using server = await modelServer(first, sunny)
  const events: Event[] = []
  const output = await extract(z.string(), 'Weather?', {
    model: server.model(),
    tools,
    stream,
    onEvent: event => events.push(event),
  })
  expect(output).toBe('It is sunny.')
  return { contents: read(server.requests[1]!.body), events: events.filter(event => event.type === 'tool') }
}

describe.each(wires)('tools, $wire', ({ stream }) => {
  it('run in parallel, and their results go back in call order under the right ids', async () => {
    const order: string[] = []
    const gates = new Map<string, () => void>()
    const slow = {
      inputSchema: city,
      execute: async ({ location }: { location: string }) => {
        order.push(`start ${location}`)
        // Nobody ends before all have begun, and they end in another order: only a parallel run gets past this.
        await new Promise<void>(resolve => {
          gates.set(location, resolve)
          if (gates.size === 3) for (const open of [...gates.values()].reverse()) open()
        })
        order.push(`end ${location}`)
        return `${location} is fine`
      },
    }
    const { contents } = await once(
      { calls: [asked('A', 'x'), asked('B', 'y'), asked('C', 'z')] },
      { weather: slow },
      stream,
    )
    expect(order).toEqual(['start A', 'start B', 'start C', 'end B', 'end A', 'end C'])
    expect(contents).toEqual([
      ['x', 'A is fine'],
      ['y', 'B is fine'],
      ['z', 'C is fine'],
    ])
  })

  it('with a text schema are offered with auto, and with none on the last step', async () => {
    await using server = await modelServer(askWeather, sunny)
    await extract(z.string(), '', { model: server.model(), tools: { weather }, maxSteps: 2, stream })
    expect(server.requests.map(({ body }) => body.tool_choice)).toEqual(['auto', 'none'])
    expect(server.requests[0]!.body.tools.map((each: any) => each.function.name)).toEqual(['weather'])
  })

  it('with a function schema are required with the answer, and the answer is forced on the last step', async () => {
    await using server = await modelServer(askWeather, askWeather, answer)
    const { calls, output } = await extract(Person, '', {
      model: server.model(),
      tools: { weather },
      maxSteps: 3,
      stream,
    }).result()
    expect(output).toEqual(alice)
    expect(server.requests.map(({ body }) => body.tool_choice)).toEqual([
      'required',
      'required',
      { type: 'function', function: { name: 'Person' } },
    ])
    expect(server.requests[2]!.body.tools.map((each: any) => each.function.name)).toEqual(['weather', 'Person'])
    expect(calls.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['first', 'ok'],
      ['step', 'ok'],
      ['step', 'ok'],
    ])
  })

  it('force the answer at once with maxSteps 1, and when it is asked for again', async () => {
    await using single = await modelServer(answer)
    await extract(Person, '', { model: single.model(), tools: { weather }, maxSteps: 1, stream })
    expect(single.requests[0]!.body.tool_choice).toEqual({ type: 'function', function: { name: 'Person' } })

    await using server = await modelServer({ call: 'Person', args: '{}' }, answer)
    await extract(Person, '', { model: server.model(), tools: { weather }, stream })
    expect(server.requests.map(({ body }) => body.tool_choice)).toEqual([
      'required',
      { type: 'function', function: { name: 'Person' } },
    ])
  })

  it.each([
    ['right', JSON.stringify(alice), 'ok'],
    ['wrong', '{"name":"A"}', 'schema_mismatch'],
  ])('beside an answer that is %s are skipped, and an event says so', async (_, args, outcome) => {
    await using server = await modelServer({ calls: [asked('Rome', 'a'), { name: 'Person', args, id: 'b' }] }, answer)
    let runs = 0
    const events: Event[] = []
    const { output, calls, messages } = await extract(Person, '', {
      model: server.model(),
      tools: { weather: { ...weather, execute: () => ++runs } },
      stream,
      onEvent: event => events.push(event),
    }).result()
    expect(output).toEqual(alice)
    expect(calls[0]!.outcome).toBe(outcome)
    expect(runs).toBe(0)
    expect(events.filter(({ type }) => type === 'tool')).toEqual([
      { type: 'tool', attempt: 1, state: 'skipped', id: 'a', name: 'weather', input: '{"location":"Rome"}' },
    ])
    expect(messages.filter(({ role }) => role === 'tool').slice(0, 2)).toMatchObject([
      { tool_call_id: 'a', content: 'Not run.' },
      { tool_call_id: 'b' },
    ])
  })

  it('that the model will not stop calling end in a ToolError', async () => {
    await using server = await modelServer(askWeather, askWeather)
    const error = await extract(z.string(), '', {
      model: server.model(),
      tools: { weather },
      maxSteps: 2,
      stream,
    }).catch(reason => reason)
    expect(error).toBeInstanceOf(ToolError)
    expect(error).toMatchObject({
      code: 'max_steps',
      toolName: 'weather',
      retryable: false,
      message: `Cannot finish: the model still calls 'weather' on step 2 of 2; raise maxSteps`,
      usage: { totalTokens: 30 },
    })
    expect(error.calls).toHaveLength(2)
  })

  it('that keep failing end in a ToolError with the last failure', async () => {
    await using server = await modelServer(askWeather, askWeather)
    const cause = new Error('no satellite')
    const execute = () => {
      throw cause
    }
    const error = await extract(z.string(), '', {
      model: server.model(),
      tools: { weather: { ...weather, execute } },
      maxSteps: 2,
      stream,
    }).catch(reason => reason)
    expect(error).toMatchObject({ name: 'ToolError', code: 'failed', toolName: 'weather' })
    expect(error.message).toBe(
      `Cannot finish: the model still calls 'weather' on step 2 of 2; before that: Tool 'weather' failed: no satellite`,
    )
    expect(error.cause.cause).toBe(cause)
  })
})

describe('the result of a tool', () => {
  class Row {
    toJSON(): unknown {
      return { n: 1 }
    }
  }

  it.each([
    ['a string, as it is', '40 "C"', '40 "C"'],
    ['an empty string', '', ''],
    ['a number', 5, '5'],
    ['an object', { a: [1, null] }, '{"a":[1,null]}'],
    ['what says how it is written', new Row(), '{"n":1}'],
    ['null', null, 'null'],
    ['undefined', undefined, 'null'],
    ['a function', () => 1, 'null'],
    ['a promise', Promise.resolve({ a: 1 }), '{"a":1}'],
    ['a lone surrogate', 'a\ud83d', 'a\ufffd'],
  ])('goes back: %s', async (_, result, content) => {
    const { contents, events } = await once(askWeather, { weather: { ...weather, execute: () => result } })
    expect(contents).toEqual([['call_0', content]])
    expect(events.map(({ state }) => state)).toEqual(['started', 'done'])
    expect(events[1]).toMatchObject({ input: { location: 'Rome' }, output: await result })
  })

  it.each([
    ['a bigint', { id: 10n }, /^Error: Tool 'weather' failed: its result cannot be written as JSON: .*BigInt/],
    [
      'a circle',
      (() => {
        const circle: { self?: unknown } = {}
        circle.self = circle
        return circle
      })(),
      /^Error: Tool 'weather' failed: its result cannot be written as JSON: /,
    ],
  ])('goes back as a failure when JSON has no word for it: %s', async (_, result, content) => {
    const { contents, events } = await once(askWeather, { weather: { ...weather, execute: () => result } })
    expect(contents).toEqual([['call_0', expect.stringMatching(content)]])
    expect(events.map(({ state }) => state)).toEqual(['started', 'failed'])
  })

  it('does not change what the tool was given or gave', async () => {
    const given = Object.freeze({ deep: Object.freeze([1]) })
    const { contents } = await once(askWeather, { weather: { ...weather, execute: () => given } })
    expect(contents[0]![1]).toBe('{"deep":[1]}')
  })
})

describe('what goes wrong with one call is its result', () => {
  it.each([
    ['an error', new Error('no satellite'), `Error: Tool 'weather' failed: no satellite`],
    ['a string', 'no satellite', `Error: Tool 'weather' failed: no satellite`],
    ['nothing', undefined, `Error: Tool 'weather' failed: it threw without a message`],
    ['what cannot become a string', Object.create(null), `Error: Tool 'weather' failed: it threw without a message`],
  ])('it throws %s', async (_, thrown, content) => {
    const sync = await once(askWeather, {
      weather: {
        ...weather,
        execute: () => {
          throw thrown
        },
      },
    })
    const late = await once(askWeather, { weather: { ...weather, execute: () => Promise.reject(thrown) } })
    expect(sync.contents).toEqual([['call_0', content]])
    expect(late.contents).toEqual([['call_0', content]])
    expect(late.events.map(({ state }) => state)).toEqual(['started', 'failed'])
    expect(late.events[1]).toMatchObject({ error: { name: 'ToolError', code: 'failed' } })
    expect((late.events[1] as { error: ToolError }).error.cause).toBe(thrown)
  })

  it('there is no such tool', async () => {
    const { contents, events } = await once({ calls: [asked('Rome'), { name: 'wether', args: '{}' }] }, { weather })
    expect(contents).toEqual([
      ['call_0', '40 C'],
      ['call_1', `Error: Cannot call 'wether': there is no such tool (known are weather)`],
    ])
    expect(events.find(({ state }) => state === 'failed')).toMatchObject({ error: { code: 'unknown_tool' } })
  })

  it.each([
    ['of the wrong type', '{"location":5}', /^- location: .*received number \(received 5\)$/m],
    ['missing', '{}', /^- location: .*$/m],
    ['no JSON', '{location:1}', /arguments:\n- /],
    ['cut', '{"location":"Ro', /arguments:\n- /],
    ['an unsafe number', '{"location":9007199254740993}', /^- location: .*send it as a string/m],
  ])('the arguments are %s', async (_, args, content) => {
    let runs = 0
    const { contents, events } = await once(
      { calls: [{ name: 'weather', args }] },
      { weather: { ...weather, execute: () => ++runs } },
    )
    expect(runs).toBe(0)
    expect(contents[0]![1]).toMatch(/^Error: Cannot call 'weather' with these arguments:\n/)
    expect(contents[0]![1]).toMatch(content)
    expect(events).toMatchObject([{ state: 'failed', error: { code: 'bad_input', toolName: 'weather' } }])
  })

  it('ten thousand issues are told in a few lines', async () => {
    const many = z.object({ rows: z.array(z.string()) })
    const args = JSON.stringify({ rows: Array.from({ length: 10_000 }, (_, i) => i) })
    const { contents, events } = await once(
      { calls: [{ name: 'many', args }] },
      { many: { inputSchema: many, execute: () => '' } },
    )
    expect(contents[0]![1]!.length).toBeLessThan(2000)
    expect((events[0] as { error: Error }).error.message).toMatch(/\(and 9999 more issues\)$/)
  })

  it('the others still run, and the model may do better', async () => {
    const execute = ({ location }: { location: string }) => {
      if (location === 'Nowhere') throw new Error('unknown place')
      return 'fine'
    }
    const { contents } = await once({ calls: [asked('Nowhere'), asked('Rome')] }, { weather: { ...weather, execute } })
    expect(contents.map(([, content]) => content)).toEqual([`Error: Tool 'weather' failed: unknown place`, 'fine'])
  })
})

describe('the input of a tool', () => {
  it('is decoded by its schema, transforms and defaults included, and mended where that loses nothing', async () => {
    const inputSchema = z.object({ at: z.iso.date().transform(day => new Date(day)), n: z.number().default(3) })
    const inputs: unknown[] = []
    await once(
      { calls: [{ name: 'it', args: '{"arguments":"{\\"at\\":\\"2026-01-02\\"}"}' }] },
      { it: { inputSchema, execute: (input: unknown) => void inputs.push(input) } },
    )
    expect(inputs).toEqual([{ at: new Date('2026-01-02'), n: 3 }])
  })

  it('may be nothing at all', async () => {
    const { contents } = await once(
      { calls: [{ name: 'now', args: '' }] },
      { now: { inputSchema: z.object({}), execute: () => 'noon' } },
    )
    expect(contents).toEqual([['call_0', 'noon']])
  })

  it('comes with the id of the call and a signal', async () => {
    const contexts: any[] = []
    await once(
      { calls: [asked('Rome', 'x1')] },
      {
        weather: { ...weather, execute: (_: unknown, context: unknown) => void contexts.push(context) },
      },
    )
    expect(contexts).toMatchObject([{ id: 'x1', signal: { aborted: false } }])
  })
})

describe('an abort while a tool runs', () => {
  it('ends the run at once, though the tool ignores its signal and never ends', async () => {
    await using server = await modelServer(askWeather)
    const reason = new Error('enough')
    let signal: AbortSignal | undefined
    const extraction = extract(z.string(), '', {
      model: server.model(),
      tools: {
        weather: {
          ...weather,
          execute: (_, context) => {
            signal = context.signal
            queueMicrotask(() => extraction.abort(reason))
            return new Promise(() => {})
          },
        },
      },
    })
    await expect(extraction).rejects.toBe(reason)
    expect(signal?.reason).toBe(reason)
    expect(server.requests).toHaveLength(1)
    expect(extraction.calls).toMatchObject([{ outcome: 'ok' }])
  })

  it('throws the reason, also when the tool fails because of it', async () => {
    await using server = await modelServer(askWeather)
    const reason = new Error('enough')
    const extraction = extract(z.string(), '', {
      model: server.model(),
      tools: {
        weather: {
          ...weather,
          execute: (_, { signal }) => {
            extraction.abort(reason)
            throw new Error(`stopped by ${signal.aborted}`)
          },
        },
      },
    })
    await expect(extraction).rejects.toBe(reason)
  })
})

describe('a turn with more than the answer', () => {
  const bob = JSON.stringify({ ...alice, name: 'Bob' })

  it('that gives it twice is taken at its first word, with a warning', async () => {
    await using server = await modelServer({
      calls: [
        { name: 'Person', args: JSON.stringify(alice) },
        { name: 'Person', args: bob },
      ],
    })
    const { output, warnings, messages } = await extract(Person, '', { model: server.model() }).result()
    expect(output).toEqual(alice)
    expect(warnings).toMatchObject([{ code: 'extra_call', message: expect.stringContaining('2 times') }])
    expect(messages.slice(-2)).toMatchObject([
      { tool_call_id: 'call_0', content: 'ok' },
      { tool_call_id: 'call_1', content: 'Not run.' },
    ])
  })

  it('that calls beside it what does not exist is taken for the answer', async () => {
    await using server = await modelServer({
      calls: [
        { name: 'Human', args: '{}' },
        { name: 'Person', args: bob },
      ],
    })
    expect(await extract(Person, '', { model: server.model(), maxRepairs: 0 })).toMatchObject({ name: 'Bob' })
  })
})

describe('text before a call', () => {
  it('is shown as it comes, and the answer begins another attempt', async () => {
    await using server = await modelServer((_, response) => {
      const delta = {
        content: 'Let me look.',
        tool_calls: [{ index: 0, id: 'a', function: { name: 'weather', arguments: '{"location":"Rome"}' } }],
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(`data: ${JSON.stringify({ choices: [{ delta, finish_reason: 'tool_calls' }] })}\n\ndata: [DONE]\n\n`)
    }, sunny)
    const extraction = extract(z.string(), '', { model: server.model(), tools: { weather } })
    const last = new Map<number, string>()
    for await (const partial of extraction) last.set(extraction.attempt, partial)
    expect([...last]).toEqual([
      [1, 'Let me look.'],
      [2, 'It is sunny.'],
    ])
    expect(server.requests[1]!.body.messages.at(-2)).toMatchObject({ role: 'assistant', content: 'Let me look.' })
  })
})
