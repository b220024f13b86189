import { type Event, extract, type Options, OutputError } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventByEvent, eventStream, eventsText, fetchOf, streamOf } from './helpers/answer.ts'
import { eventsOf, modelServer } from './helpers/model-server.ts'

const Form = z
  .object({ kind: z.enum(['a', 'b']), notes: z.array(z.string()), size: z.object({ width: z.int() }).nullable() })
  .meta({ title: 'form' })
const good = { kind: 'a', notes: ['fine'], size: { width: 2 } }
/** Wrong in one place, right after its beginning, and long. */
const doomed = { kind: 'c', notes: ['x'.repeat(40), 'y'.repeat(40)], size: null }

const pieces = (value: unknown): string[] =>
  (typeof value === 'string' ? value : JSON.stringify(value)).match(/.{1,4}/gs) ?? []

const start = (answers: readonly unknown[], options: Partial<Options> = {}) =>
  extract(Form, '', {
    model: 'openai/scripted',
    stream: true,
    maxRetries: 0,
    fetch: fetchOf(request => streamOf({ name: 'form', pieces: pieces(answers[request]) })),
    ...options,
  })

/** The same answer as the message itself. */
const contentText = ({ pieces }: { readonly pieces: readonly string[] }): string => {
  const deltas = pieces.map(content => ({ choices: [{ index: 0, delta: { content } }] }))
  const chunks = [...deltas, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }]
  return `${chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`
}

const lengthOf = (value: unknown): number => pieces(value).join('').length
const fail = async (extraction: PromiseLike<unknown>): Promise<OutputError> => {
  try {
    await extraction
  } catch (error) {
    if (error instanceof OutputError) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe("onInvalid: 'stop'", () => {
  it('gives the answer up at its first issue and repairs it at once', async () => {
    const events: Event[] = []
    const extraction = start([doomed, good], { onInvalid: 'stop', onEvent: event => events.push(event) })
    const { output, calls, messages } = await extraction.result()
    expect(output).toEqual(good)
    expect(calls).toMatchObject([
      { kind: 'first', attempt: 1, outcome: 'schema_mismatch', received: 12, issues: [{ path: ['kind'] }] },
      { kind: 'repair', attempt: 2, outcome: 'ok', received: lengthOf(good) },
    ])
    expect(calls[0]).not.toHaveProperty('usage')
    expect(calls[0]!.estimated!.outputTokens).toBe(3)
    expect(messages.slice(1, 3)).toMatchObject([
      { role: 'assistant', tool_calls: [{ function: { name: 'form', arguments: '{"kind":"c",' } }] },
      { role: 'tool', content: expect.stringContaining("kind: expected 'a' or 'b', got 'c…'") },
    ])
    expect(events.map(({ type }) => type).filter(type => type !== 'complete')).toEqual([
      'request',
      'issue',
      'partial',
      'repair',
      'request',
      'partial',
      'finish',
    ])
  })

  it.each([
    ['arguments', {}, eventsText],
    ['a text', { mode: 'json' }, contentText],
  ] as const)(
    'gives up the same text wherever the network cuts, since a recorded repair shows it: %s',
    async (_, options, written) => {
      const wrong = { ...doomed, kind: 'a', size: { width: 'wide', more: 'x'.repeat(90) } }
      const transcripts = await Promise.all(
        [1, 7, 500, 1_000_000].map(async size => {
          const fetch = fetchOf(request => {
            const text = written({ name: 'form', pieces: pieces([wrong, good][request]) })
            const chunks = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
            const encoder = new TextEncoder()
            return new Response(
              new ReadableStream({
                pull(controller) {
                  const chunk = chunks.shift()
                  if (chunk === undefined) controller.close()
                  else controller.enqueue(encoder.encode(chunk))
                },
              }),
            )
          })
          const { messages, calls } = await start([], { onInvalid: 'stop', fetch, ...options }).result()
          return { messages, received: calls[0]!.received }
        }),
      )
      expect(transcripts[0]!.received).toBeLessThan(lengthOf(wrong) - 90)
      for (const each of transcripts) expect(each).toEqual(transcripts[0])
    },
  )

  it('does not stop for what the strict end leaves out: a key beside the one that a list is wrapped in', async () => {
    const events: Event[] = []
    const fetch = fetchOf(() => streamOf({ name: 'ids', pieces: pieces('{"more":[{}],"value":[1,2],"note":"x"}') }))
    const options = { model: 'openai/scripted', fetch, onInvalid: 'stop', stream: true, maxRepairs: 0 } as const
    const onEvent = (event: Event): void => void events.push(event)
    expect(await extract(z.array(z.int()).meta({ title: 'ids' }), '', { ...options, onEvent })).toEqual([1, 2])
    expect(events.filter(({ type }) => type === 'issue')).toEqual([])
  })

  it.each<[string, z.ZodType, string]>([
    ['a missing key', z.object({ a: z.int(), b: z.int() }), '{"a":1}'],
    ['a list that is too short', z.array(z.int()).min(3), '{"value":[1,2]}'],
    ['a number out of range', z.int().max(5), '{"value":6}'],
  ])('does not stop for what shows at the end, behind which the usage comes: %s', async (_, schema, text) => {
    const fetch = fetchOf(() => eventByEvent(eventsText({ name: 'extract', pieces: pieces(text) })))
    const extraction = extract(schema, '', {
      model: 'openai/scripted',
      fetch,
      onInvalid: 'stop',
      stream: true,
      maxRepairs: 0,
    })
    await expect(extraction).rejects.toMatchObject({ code: 'schema_mismatch' })
    expect(extraction.calls).toMatchObject([
      { received: text.length, usage: { totalTokens: 15 }, finishReason: 'tool_calls' },
    ])
  })

  it.each<[string, z.ZodType, unknown]>([
    ['optional', z.array(z.int()).optional(), undefined],
    ['by default', z.array(z.int()).default([]), []],
    ['caught', z.int().catch(7), 7],
  ])('does not stop for a root that need not be there: %s', async (_, schema, output) => {
    const fetch = fetchOf(() => streamOf({ name: 'extract', pieces: ['{', '}'] }))
    const options = { model: 'openai/scripted', fetch, onInvalid: 'stop', maxRepairs: 0 } as const
    const extraction = extract(schema, '', options)
    for await (const _ of extraction);
    expect(await extraction).toEqual(output)
  })

  it('shows the same objects to the last: a delta that shows nothing new makes no partial', async () => {
    const answer = { name: 'form', pieces: ['{"notes":["fine","x"]', ',"size":null,', '"kind":"', 'c"'] }
    const fetch = async () => eventByEvent(eventsText(answer))
    const partials: unknown[] = []
    const reading = async (): Promise<void> => {
      const options = { model: 'openai/scripted', fetch, onInvalid: 'stop', maxRepairs: 0, maxRetries: 0 } as const
      for await (const partial of extract(Form, '', options)) partials.push(partial)
    }
    await expect(reading()).rejects.toThrow(OutputError)
    expect(partials).toEqual([{ notes: ['fine', 'x'] }, { notes: ['fine', 'x'], size: null }])
  })

  it('hands out nothing that stands behind the place where it was given up, wherever the network cuts', async () => {
    const List = z.array(z.object({ n: z.int() })).meta({ title: 'list' })
    const text = '{"value":[{"n":1},{"n":"x"},{"n":3}]}'
    for (const size of [1, 7, 1_000_000]) {
      const body = eventsText({ name: 'list', pieces: pieces(text) })
      const fetch = fetchOf(() => new Response(new Blob([body]).stream().pipeThrough(inChunks(size))))
      const extraction = extract(List, 'x', { model: 'openai/scripted', fetch, onInvalid: 'stop', maxRepairs: 0 })
      const seen: unknown[] = []
      const issues: unknown[] = []
      await Promise.all([
        fail(
          (async () => {
            for await (const each of extraction.elements()) seen.push(each)
          })(),
        ),
        fail(
          (async () => {
            for await (const event of extraction.events()) if (event.type === 'complete') issues.push(event.path)
          })(),
        ),
      ])
      expect({ seen, issues }).toEqual({ seen: [{ n: 1 }], issues: [[0, 'n'], [0]] })
    }
  })

  it('throws at once when no repair is left, and buys nothing more', async () => {
    const extraction = start([doomed], { onInvalid: 'stop', maxRepairs: 0 })
    expect(await fail(extraction)).toMatchObject({
      code: 'schema_mismatch',
      finishReason: null,
      text: '{"kind":"c",',
      issues: [{ path: ['kind'], code: 'invalid_value' }],
    })
    expect(extraction.calls).toMatchObject([{ received: 12 }])
  })

  it('does not give up what has finished: the strict end decides, with the usage', async () => {
    await using server = await modelServer({ call: 'form', args: JSON.stringify(doomed) })
    const extraction = start([], {
      onInvalid: 'stop',
      maxRepairs: 0,
      stream: false,
      model: server.model(),
      fetch: undefined,
    })
    await fail(extraction)
    expect(extraction.calls).toMatchObject([{ received: lengthOf(doomed), usage: { totalTokens: 15 } }])
  })

  it.each([
    ['a wrapper key', { arguments: good }],
    ['the name as a wrapper key', { form: good }],
    ['a wrapper key around JSON encoded twice', { input: JSON.stringify(good) }],
    ['a list encoded twice', { ...good, notes: JSON.stringify(good.notes) }],
    ['an object encoded twice', { ...good, size: JSON.stringify(good.size) }],
    ['the whole encoded twice', JSON.stringify(JSON.stringify(good))],
    ['a code fence', `\`\`\`json\n${JSON.stringify(good)}\n\`\`\``],
  ])('is not misled by %s', async (_, answer) => {
    const extraction = start([answer], { onInvalid: 'stop' })
    expect(await extraction).toEqual(good)
    expect(extraction.calls).toHaveLength(1)
  })

  it.each([
    ['a string where a list should be, at its first character', 'none of them', 24],
    ['a string where a list should be, as it closes', '[none of them]', 36],
    ['a wrapper key that is none, at what is wrong behind it', undefined, 24],
  ])('gives up what the strict end could not mend: %s', async (_, notes, received) => {
    const rest = { rest: 'x'.repeat(50) }
    const none = notes === undefined ? { input: {}, kind: 'c', ...rest } : { kind: 'a', notes, ...rest }
    const extraction = start([none, good], { onInvalid: 'stop' })
    expect(await extraction).toEqual(good)
    expect(extraction.calls[0]).toMatchObject({ received })
  })
})

describe("onInvalid: 'auto'", () => {
  it('reads on when a part is wrong, and keeps the usage', async () => {
    const extraction = start([doomed, good])
    expect(await extraction).toEqual(good)
    expect(extraction.calls[0]).toMatchObject({ received: lengthOf(doomed), usage: { totalTokens: 15 } })
  })

  it('stops when the answer is wrong as a whole', async () => {
    const extraction = start([`[${JSON.stringify(good)}]`, good])
    expect(await extraction).toEqual(good)
    expect(extraction.calls[0]).toMatchObject({ received: 4, outcome: 'schema_mismatch', issues: [{ path: [] }] })
  })

  it.each([
    ['prose', 'Here is the form you asked for.', 4],
    ['a slip', `{"kind":"a" "notes":[], "size":null, "more": "${'x'.repeat(50)}"}`, 16],
    ['two answers', `${JSON.stringify(good)}${JSON.stringify(good)}`, lengthOf(good) + 4 - (lengthOf(good) % 4)],
  ])('stops when the text is no JSON: %s', async (_, text, received) => {
    const extraction = start([text, good])
    expect(await extraction).toEqual(good)
    expect(extraction.calls[0]).toMatchObject({ received, outcome: 'invalid_json' })
  })
})

describe("onInvalid: 'finish'", () => {
  it.each([
    ['a part is wrong', doomed, 'schema_mismatch'],
    ['the whole is wrong', [good, good], 'schema_mismatch'],
    ['the text is no JSON', 'Here is the form you asked for.', 'invalid_json'],
  ])('reads on when %s', async (_, answer, outcome) => {
    const extraction = start([answer, good], { onInvalid: 'finish' })
    expect(await extraction).toEqual(good)
    expect(extraction.calls[0]).toMatchObject({ received: lengthOf(answer), outcome, usage: { totalTokens: 15 } })
  })
})

describe('limits', () => {
  const degenerate = (answer: string, options: Partial<Options>) => start([answer], options)
  const withBlanks = (count: number): string => JSON.stringify(good).replace(',', `,${' '.repeat(count)}`)
  const deep = (depth: number): string =>
    `{"kind":"a","notes":[],"size":null,"deep":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
  const Open = z.looseObject({ kind: z.string() }).meta({ title: 'form' })

  it.each(['auto', 'stop', 'finish'] as const)('hold with %s: blanks', async onInvalid => {
    expect(await degenerate(withBlanks(4096), { onInvalid })).toEqual(good)
    const extraction = degenerate(`${withBlanks(4097)}${' '.repeat(10_000)}`, { onInvalid })
    expect(await fail(extraction)).toMatchObject({
      code: 'degenerate',
      retryable: false,
      issues: [{ code: 'blank_run' }],
    })
    expect(extraction.calls).toMatchObject([{ outcome: 'degenerate' }])
    expect(extraction.calls[0]!.received).toBeLessThan(4096 + 32)
    expect(await degenerate(withBlanks(9), { onInvalid, limits: { blanks: 9 } })).toEqual(good)
    expect(await fail(degenerate(withBlanks(10), { onInvalid, limits: { blanks: 9 } }))).toMatchObject({
      code: 'degenerate',
    })
  })

  it.each(['auto', 'stop', 'finish'] as const)('hold with %s: length', async onInvalid => {
    const length = lengthOf(good)
    expect(await degenerate(JSON.stringify(good), { onInvalid, limits: { length } })).toEqual(good)
    const over = degenerate(`${JSON.stringify(good)}${'\n'.repeat(500)}`, { onInvalid, limits: { length } })
    expect(await fail(over)).toMatchObject({ code: 'limit', retryable: false })
    expect(over.calls[0]!.received).toBeLessThan(length + 5)
    const fenced = degenerate(`\`\`\`${'x'.repeat(500)}`, { onInvalid, limits: { length } })
    expect(await fail(fenced)).toMatchObject({ code: 'limit' })
    expect(fenced.calls[0]!.received).toBeLessThan(length + 5)
  })

  it('hold for depth, at 128 and where the option says', async () => {
    const open = (depth: number, limit?: number) =>
      extract(Open, '', {
        model: 'openai/scripted',
        stream: true,
        maxRetries: 0,
        limits: { depth: limit },
        fetch: fetchOf(() => streamOf({ name: 'form', pieces: pieces(deep(depth)) })),
      })
    expect(await open(128)).toMatchObject({ kind: 'a' })
    expect(await fail(open(129))).toMatchObject({ code: 'limit', issues: [{ code: 'depth' }] })
    expect(await open(5, 5)).toMatchObject({ kind: 'a' })
    expect(await fail(open(6, 5))).toMatchObject({ code: 'limit' })
  })

  it.each([
    ['an answer that is normalized', { normalize: true }, (text: string) => text],
    ['one in a code fence', {}, (text: string) => `\`\`\`\n${text}\n\`\`\``],
  ])('hold for depth in %s', async (_, options, sent) => {
    const open = (depth: number) =>
      extract(Open, '', {
        ...{ model: 'openai/scripted', stream: true, maxRetries: 0, limits: { depth: 300 }, ...options },
        fetch: fetchOf(() => streamOf({ name: 'form', pieces: pieces(sent(deep(depth))) })),
      })
    expect(await open(300)).toMatchObject({ kind: 'a' })
    await fail(open(301))
  })

  it.each(['tool', 'json'] as const)('let the deepest answer that they may through, and its repair: %s', async mode => {
    const depth = 1000
    const lists = (open: number): string => '['.repeat(open) + ']'.repeat(open)
    // A schema that holds itself, since a user's schema goes as deep as the answer.
    const Lists: z.ZodType = z.lazy(() => z.array(Lists))
    const Deep = z.object({ n: z.int(), at: Lists, rows: z.array(Lists) }).meta({ title: 'form' })
    const written = (n: string): string => `{"n":${n},"at":${lists(depth - 1)},"rows":[[],${lists(depth - 2)}]}`
    const fetch = fetchOf(request => {
      const answer = { name: 'form', pieces: pieces(written(request === 0 ? '"one"' : '1')) }
      return mode === 'tool' ? streamOf(answer) : eventStream(contentText(answer))
    })
    const model = 'openai/scripted'
    const extraction = extract(Deep, '', {
      ...{ model, mode, fetch, stream: true, maxRetries: 0, repair: 'whole', wellFormed: 'replace' },
      limits: { depth },
    })
    let rows = 0
    for await (const _ of extraction.elements('rows[]')) rows++
    expect(rows).toBe(2)
    expect(JSON.stringify(await extraction)).toBe(written('1'))
    expect(extraction.calls.map(({ outcome }) => outcome)).toEqual(['schema_mismatch', 'ok'])
  })

  it.each([true, false])('hold for a text answer, streamed: %s', async stream => {
    const text = 'a text of some length'
    const say = async (length: number) => {
      await using server = await modelServer({ text })
      const extraction = extract(z.string(), '', { model: server.model(), stream, maxRetries: 0, limits: { length } })
      return await extraction
    }
    expect(await say(text.length)).toBe(text)
    await expect(say(text.length - 1)).rejects.toMatchObject({
      code: 'limit',
      message: `Cannot decode the answer of scripted/model as 'extract': the answer is longer than the limit of 20 characters`,
    })
  })
})

describe('a string that repeats itself without end', () => {
  const long = (note: string): string => JSON.stringify({ ...good, notes: [note] })
  const loop = `${'Once upon a time. '.repeat(3)}${'and then she said \\"no\\", and '.repeat(2000)}`

  it('is given up within two spans of its beginning', async () => {
    const extraction = start([`{"notes":["${loop}`], {})
    expect(await fail(extraction)).toMatchObject({
      code: 'degenerate',
      issues: [{ code: 'repetition', message: 'the same 30 characters came over and over' }],
    })
    expect(extraction.calls[0]!.received).toBeLessThan(2 * 8192 + 100)
  })

  it("is read to its end with 'finish'", async () => {
    const note = 'la '.repeat(8000)
    expect(await start([long(note)], { onInvalid: 'finish' })).toMatchObject({ notes: [note] })
  })

  it('is none when it is long, or when lists are all the same', async () => {
    const text = Array.from({ length: 3000 }, (_, i) => `Line ${i} of a long report, with ${(i * 7919) % 977} in it.`)
    expect(await start([long(text.join('\n'))])).toMatchObject({ kind: 'a' })
    const same = { ...good, notes: Array(3000).fill('a \\"same\\" note\\') }
    expect(await start([same])).toEqual(same)
    const Grid = z.object({ grid: z.array(z.array(z.number())), flags: z.array(z.boolean()) }).meta({ title: 'form' })
    const grid = { grid: Array(200).fill(Array(100).fill(0)), flags: Array(9000).fill(true) }
    const fetch = fetchOf(() => streamOf({ name: 'form', pieces: pieces(grid) }))
    expect(await extract(Grid, '', { model: 'openai/scripted', stream: true, fetch })).toEqual(grid)
  })
})

describe('a doomed answer on its way', () => {
  it('is cut within 1 KB of its first hopeless character, and the same loop goes on with the next attempt', async () => {
    const args = `{"kind":"c",${JSON.stringify({ ...good, notes: ['x'.repeat(50_000)] }).slice(1)}`
    let sent = 0
    let gone!: Promise<void>
    await using server = await modelServer(
      (request, response) => {
        gone = request.gone
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const events = eventsOf({ call: 'form', args }) as { choices: any[] }[]
        const timer = setInterval(() => {
          const event = events.shift()
          if (event === undefined) return
          sent += event.choices[0]?.delta.tool_calls?.[0].function.arguments.length ?? 0
          response.write(`data: ${JSON.stringify(event)}\n\n`)
        }, 2)
        response.on('close', () => clearInterval(timer))
      },
      { call: 'form', args: JSON.stringify(good) },
    )
    const extraction = extract(Form, '', { model: server.model(), onInvalid: 'stop' })
    const attempts = new Set<number>()
    let last: unknown
    for await (const partial of extraction) {
      attempts.add(extraction.attempt)
      last = partial
    }
    await gone
    expect(sent).toBeLessThan('{"kind":"c'.length + 1024)
    expect(last).toEqual(good)
    expect([...attempts].at(-1)).toBe(2)
    expect(extraction.calls).toMatchObject([{ outcome: 'schema_mismatch' }, { kind: 'repair', outcome: 'ok' }])
  })
})

describe('a slow reader of partials', () => {
  it('gets the newest, however much has come meanwhile', async () => {
    let more!: () => void
    const fetch = async () => {
      const stream = new TransformStream<Uint8Array, Uint8Array>()
      const [head, ...tail] = await eventsInTwo()
      const writer = stream.writable.getWriter()
      void writer.write(new TextEncoder().encode(head))
      more = () => {
        // The reader leaves at [DONE].
        writer.write(new TextEncoder().encode(tail.join(''))).catch(() => {})
      }
      return new Response(stream.readable, { headers: { 'content-type': 'text/event-stream' } })
    }
    const extraction = start([], { fetch })
    const partials = extraction[Symbol.asyncIterator]()
    expect((await partials.next()).value).toEqual({ kind: 'a' })
    more()
    await extraction
    expect((await partials.next()).value).toEqual(good)
    expect(await partials.next()).toEqual({ done: true, value: undefined })
  })
})

const eventsInTwo = async (): Promise<string[]> => {
  const text = await streamOf({ name: 'form', pieces: pieces(good) }).text()
  const events = text.split(/(?<=\n\n)/)
  return [events.slice(0, 4).join(''), events.slice(4).join('')]
}

/** The bytes in chunks of so many. */
const inChunks = (size: number): TransformStream<Uint8Array, Uint8Array> =>
  new TransformStream({
    transform(bytes, controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size))
    },
  })
