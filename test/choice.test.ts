import { ConfigError, type Event, extract, manyOf, type Options, oneOf, SchemaError } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventStream } from './helpers/answer.ts'
import { type ModelServer, modelServer, type Reply } from './helpers/model-server.ts'

const Refund = z.object({ order: z.string(), cents: z.int().positive() }).meta({ description: 'Give money back' })
const Escalate = z.object({ reason: z.string().transform(reason => reason.trim()) })
const Route = oneOf({ refund: Refund, escalate: Escalate })
const pair = z.object({ a: z.int(), b: z.int() })
const Sums = manyOf({ add: pair, multiply: pair })

const call = (name: string, args: unknown) => ({ name, args: typeof args === 'string' ? args : JSON.stringify(args) })
const refund = call('refund', { order: '4711', cents: 250 })
const add = call('add', { a: 2, b: 3 })
const multiply = call('multiply', { a: 2, b: 3 })
const sums = [
  { name: 'add', value: { a: 2, b: 3 } },
  { name: 'multiply', value: { a: 2, b: 3 } },
]
const calls = (...calls: { name: string; args: string }[]): Reply => ({ calls })
const ask = (server: ModelServer, options: Partial<Options<any>> = {}) => ({ model: server.model(), ...options })
const functionsOf = (body: any): string => (body.tools ?? []).map((each: any) => each.function.name).join()
const toolResults = (body: any): string[] =>
  body.messages.filter(({ role }: any) => role === 'tool').map(({ content }: any) => content)

const wires = [
  { wire: 'streamed', stream: true },
  { wire: 'plain', stream: false },
]

describe.each(wires)('oneOf, $wire', ({ stream }) => {
  it('offers a function for each alternative, one of which must be called', async () => {
    await using server = await modelServer(calls(call('escalate', { reason: ' angry ' })))
    const { output, messages, warnings, mode } = await extract(Route, 'Hm', ask(server, { stream })).result()
    expect(output).toEqual({ name: 'escalate', value: { reason: 'angry' } })
    expect({ warnings, used: mode.used }).toEqual({ warnings: [], used: 'tool' })
    const { tools, tool_choice } = server.requests[0]!.body
    expect(tool_choice).toBe('required')
    expect(tools.map((each: any) => each.function)).toEqual([
      {
        name: 'refund',
        description: 'Give money back',
        parameters: {
          type: 'object',
          properties: { order: { type: 'string' }, cents: { type: 'integer', exclusiveMinimum: 0 } },
          required: ['order', 'cents'],
        },
      },
      {
        name: 'escalate',
        parameters: { type: 'object', properties: { reason: { type: 'string' } }, required: ['reason'] },
      },
    ])
    expect(messages.at(-1)).toEqual({ role: 'tool', tool_call_id: 'call_0', content: 'ok' })
  })

  it('takes the first call, and says that there were more', async () => {
    await using server = await modelServer(calls(refund, call('escalate', { reason: '' })))
    const { output, warnings } = await extract(Route, '', ask(server, { stream })).result()
    expect(output.name).toBe('refund')
    expect(warnings.map(({ code }) => code)).toEqual(['extra_call'])
  })

  it('shows what is wrong in the words of the one function, which is called again', async () => {
    await using server = await modelServer(calls(call('refund', { order: '4711', cents: -5 })), calls(refund))
    const { output, calls: ledger } = await extract(Route, '', ask(server, { stream })).result()
    expect(output).toEqual({ name: 'refund', value: { order: '4711', cents: 250 } })
    expect(ledger[0]!.issues).toMatchObject([{ path: ['value', 'cents'] }])
    const [said] = toolResults(server.requests[1]!.body)
    expect(said).toMatch(/^The arguments do not fit the schema:\n- cents: .* \(received -5\)\nCall 'refund' again/)
    expect(server.requests[1]!.body.tool_choice).toBe('required')
  })

  it('asks for a part of large arguments alone', async () => {
    const reason = 'word '.repeat(200)
    const Long = oneOf({ escalate: z.object({ reason: z.string(), level: z.int() }), refund: Refund })
    await using server = await modelServer(calls(call('escalate', { reason, level: 'high' })), {
      call: 'repair',
      args: '{"p1":2}',
    })
    const { output, messages } = await extract(Long, '', ask(server, { stream })).result()
    expect(output).toEqual({ name: 'escalate', value: { reason, level: 2 } })
    const { body } = server.requests[1]!
    expect(toolResults(body)[0]).toContain(
      '\n- level: Invalid input: expected number, received string (received "high")\n',
    )
    expect(body.tools[0].function.parameters.properties).toEqual({ p1: { type: 'integer', description: 'level' } })
    expect(messages.at(-2)).toMatchObject({ tool_calls: [{ function: { name: 'escalate' } }] })
  })

  it('tells of names that are none', async () => {
    await using server = await modelServer(calls(call('reply', {})), { text: 'Dear Ann' }, calls(refund))
    const { calls: ledger } = await extract(Route, '', ask(server, { stream, maxRepairs: 2 })).result()
    expect(ledger.map(({ outcome, issues }) => [outcome, issues[0]?.message])).toEqual([
      ['wrong_call', "'reply' was called instead of 'refund' or 'escalate'"],
      ['no_call', "'refund' or 'escalate' was not called; 8 characters of text came instead"],
      ['ok', undefined],
    ])
    expect(server.requests[2]!.body.messages.at(-1).content).toContain("Call the function 'refund' or 'escalate'")
  })

  it('lets tools be called first; once the answer is forced they are not offered', async () => {
    const tools = { order: { inputSchema: z.object({ id: z.string() }), execute: () => ({ paid: 250 }) } }
    const look = calls(call('order', { id: '4711' }))
    await using server = await modelServer(look, look, calls(refund))
    const { output } = await extract(Route, '', ask(server, { stream, tools, maxSteps: 3 })).result()
    expect(output.name).toBe('refund')
    expect(server.requests.map(({ body }) => [body.tool_choice, functionsOf(body)])).toEqual([
      ['required', 'order,refund,escalate'],
      ['required', 'order,refund,escalate'],
      ['required', 'refund,escalate'],
    ])
  })

  it('never closes what was cut', async () => {
    await using server = await modelServer(calls(call('refund', '{"order":"4711","cents":250')))
    await expect(extract(Route, '', ask(server, { stream, maxRepairs: 0 }))).rejects.toMatchObject({
      code: 'invalid_json',
      issues: [{ path: [], message: expect.stringMatching('^Cannot parse JSON that ends at position 27: ') }],
    })
  })
})

describe.each(wires)('manyOf, $wire', ({ stream }) => {
  it('is a list of all the calls', async () => {
    await using server = await modelServer(calls(add, multiply))
    const { output, messages, warnings } = await extract(Sums, '2 and 3', ask(server, { stream })).result()
    expect(output).toEqual(sums)
    expect(warnings).toEqual([])
    expect(messages.slice(-2).map(({ content }) => content)).toEqual(['ok', 'ok'])
  })

  it('asks again for what is wrong with one call, and leaves the right ones alone', async () => {
    await using server = await modelServer(calls(add, call('multiply', { a: 2, b: 'x' }), add), {
      call: 'repair',
      args: '{"p1":3}',
    })
    const extraction = extract(Sums, '', ask(server, { stream }))
    const { output, calls: ledger, messages } = await extraction.result()
    expect(output).toEqual([...sums, sums[0]])
    expect(extraction.attempt).toBe(1)
    expect(ledger).toMatchObject([{ issues: [{ path: [1, 'value', 'b'] }] }, { kind: 'repair', outcome: 'ok' }])
    const { body } = server.requests[1]!
    expect(toolResults(body)).toEqual([
      'The arguments do not fit the schema:\n' +
        '- calls[1].b: Invalid input: expected number, received string (received "x")\n' +
        "Call 'repair' with values for what is wrong; all else stays as it is.",
      'As said of the first call.',
      'As said of the first call.',
    ])
    expect(functionsOf(body)).toBe('repair')
    expect(body.tools[0].function.parameters.properties).toEqual({
      p1: { type: 'integer', description: 'calls[1].b' },
    })
    expect(messages.at(-4)).toMatchObject({
      tool_calls: [add, multiply, add].map(({ name, args }) => ({ function: { name, arguments: args } })),
    })
    expect(messages.slice(-3).map(({ content }) => content)).toEqual(['ok', 'ok', 'ok'])
  })

  it('hands out the calls that are right, then the one that was repaired', async () => {
    await using server = await modelServer(calls(add, call('multiply', { a: 2, b: 'x' }), add), {
      call: 'repair',
      args: '{"p1":3}',
    })
    const seen: unknown[] = []
    for await (const element of extract(Sums, '', ask(server, { stream })).elements()) seen.push(element)
    expect(seen).toEqual([sums[0], sums[0], sums[1]])
  })

  it('tells each call what is wrong with it, where all of them are asked for again', async () => {
    await using server = await modelServer(calls(add, call('multiply', { a: 2, b: 'x' })), calls(add, multiply))
    const options = ask(server, { stream, repair: 'whole' })
    const { output, calls: ledger } = await extract(Sums, '', options).result()
    expect(output).toEqual(sums)
    expect(ledger[0]!.issues).toMatchObject([{ path: [1, 'value', 'b'] }])
    const [right, wrong] = toolResults(server.requests[1]!.body)
    expect(right).toBe('Correct. Make this call again, with the corrected ones.')
    expect(wrong).toMatch(/^The arguments do not fit the schema:\n- b: .* \(received "x"\)\nMake all calls again/)
  })

  it('tells the call that is no JSON', async () => {
    await using server = await modelServer(calls(add, call('multiply', '{"a":2')), calls(multiply))
    expect(await extract(Sums, '', ask(server, { stream }))).toEqual([sums[1]])
    const [right, wrong] = toolResults(server.requests[1]!.body)
    expect(right).toMatch(/^Correct/)
    expect(wrong).toMatch(/^The arguments are not valid JSON/)
  })

  it('says where in which call, in the words of its own arguments', async () => {
    await using server = await modelServer(calls(add, call('multiply', '{"a":2}}'), call('add', '{"a":')), calls(add))
    const { calls: ledger } = await extract(Sums, '', ask(server, { stream })).result()
    const stray = "Cannot parse JSON with '}' at position 7: expected nothing after the value"
    const cut = 'Cannot parse JSON that ends at position 5: expected a value'
    expect(ledger[0]!.issues).toEqual([
      { path: [], code: 'unexpected_character', message: `calls[1], 'multiply': ${stray}` },
      { path: [], code: 'unexpected_end', message: `calls[2], 'add': ${cut}` },
    ])
    const [, ...wrong] = toolResults(server.requests[1]!.body)
    expect(wrong.map(said => said.split('\n')[1])).toEqual([`- ${stray}`, `- ${cut}`])
  })

  it('loses no call: one of a name that is none is told', async () => {
    await using server = await modelServer(calls(add, call('divide', { a: 1 })), calls(add, multiply))
    const { calls: ledger } = await extract(Sums, '', ask(server, { stream })).result()
    expect(ledger[0]).toMatchObject({
      outcome: 'wrong_call',
      issues: [{ message: "'divide' was called instead of 'add' or 'multiply'" }],
    })
    expect(toolResults(server.requests[1]!.body)).toEqual(['Not run.', expect.stringContaining("'divide'")])
  })

  it('is in the order of the transcript, also of calls without arguments', async () => {
    const Steps = manyOf({ start: z.object({}), add: pair })
    const now = { inputSchema: z.object({}), execute: () => expect.unreachable() }
    const made = [call('start', ''), call('now', ''), add, call('start', '{}'), call('start', ''), add]
    await using server = await modelServer(calls(...made))
    const asking = extract(Steps, '', ask(server, { stream, tools: { now } }))
    const { messages, output } = await asking.result()
    const names = ['start', 'add', 'start', 'start', 'add']
    expect(output.map(({ name }) => name)).toEqual(names)
    const { tool_calls } = messages.find(({ role }) => role === 'assistant') as any
    expect(tool_calls.map((each: any) => each.function.name)).toEqual(made.map(({ name }) => name))
    const seen: unknown[] = []
    for await (const element of asking.elements()) seen.push(element)
    expect(seen).toEqual(output)
  })

  it('skips the tools of a turn that holds the answer', async () => {
    const now = { inputSchema: z.object({}), execute: () => expect.unreachable() }
    await using server = await modelServer(calls(add, call('now', {}), multiply))
    expect(await extract(Sums, '', ask(server, { stream, tools: { now } }))).toEqual(sums)
  })
})

const delta = (index: number, rest: object) => ({
  choices: [{ index: 0, delta: { tool_calls: [{ index, ...rest }] } }],
})
const end = { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }

/** Answers with these chunks; at `wait` it waits. */
const fetchOf =
  (chunks: readonly (object | 'wait')[], released?: Promise<void>): typeof fetch =>
  async () => {
    const encoder = new TextEncoder()
    const body = new ReadableStream({
      async start(controller) {
        for (const chunk of chunks) {
          if (chunk === 'wait') await released
          else controller.enqueue(encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`))
        }
        controller.close()
      },
    })
    return new Response(body, { headers: eventStream('').headers })
  }

describe('while calls arrive', () => {
  it('oneOf shows the name, then the arguments as they grow', async () => {
    await using server = await modelServer({ call: 'refund', args: refund.args, pieces: 5 })
    const asking = extract(Route, '', ask(server))
    const seen: unknown[] = []
    for await (const partial of asking) {
      seen.push(partial)
      expect(['refund', undefined]).toContain(partial.name)
    }
    expect(seen.at(-1)).toEqual({ name: 'refund', value: { order: '4711', cents: 250 } })
    expect(asking.stateOf('value')).toBe('complete')
  })

  it('manyOf hands out each element as its call closes, before the next one does', async () => {
    let release!: () => void
    const released = new Promise<void>(resolve => {
      release = resolve
    })
    const chunks = [
      delta(0, { id: 'a', function: { name: 'add', arguments: '{"a":2,' } }),
      delta(1, { id: 'b', function: { name: 'multiply', arguments: '{"a":2,"b"' } }),
      delta(0, { function: { arguments: '"b":3}' } }),
      'wait' as const,
      delta(1, { function: { arguments: ':3}' } }),
      end,
    ]
    const fetch = fetchOf(chunks, released)
    const seen: unknown[] = []
    for await (const element of extract(Sums, '', { model: 'openai/scripted', fetch }).elements()) {
      seen.push(element)
      release()
    }
    expect(seen).toEqual(sums)
  })

  it('manyOf keeps to the order of the calls, whichever gets its arguments first', async () => {
    const chunks = [
      delta(0, { id: 'a', function: { name: 'add', arguments: '' } }),
      delta(1, { id: 'b', function: { name: 'multiply', arguments: multiply.args } }),
      delta(0, { function: { arguments: add.args } }),
      end,
    ]
    const asking = extract(Sums, '', { model: 'openai/scripted', fetch: fetchOf(chunks) })
    const seen: unknown[] = []
    for await (const element of asking.elements()) seen.push(element)
    expect(seen).toEqual(sums)
    expect(await asking).toEqual(sums)
  })

  it('an element that does not fit is told at once, at its place in the list', async () => {
    await using server = await modelServer(calls(call('add', { a: 'x', b: 3 }), multiply))
    const events: Event[] = []
    const asking = extract(Sums, '', ask(server, { maxRepairs: 0, onEvent: event => void events.push(event) }))
    const seen: unknown[] = []
    const reading = (async () => {
      for await (const element of asking.elements()) seen.push(element)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'schema_mismatch' })
    expect(seen).toEqual([sums[1]])
    expect(events.find(({ type }) => type === 'issue')).toMatchObject({ issue: { path: [0, 'value', 'a'] } })
  })
})

describe('a choice', () => {
  it('in the modes of text is a union of { name, value }', async () => {
    const text = JSON.stringify({ value: [{ name: 'add', value: { a: 1, b: 2 } }] })
    await using server = await modelServer({ text })
    const { output } = await extract(Sums, '', ask(server, { mode: 'json-schema' })).result()
    expect(output).toEqual([{ name: 'add', value: { a: 1, b: 2 } }])
    const { name, schema } = server.requests[0]!.body.response_format.json_schema
    expect(name).toBe('add_or_multiply')
    expect(schema.properties.value.items.anyOf.map((each: any) => each.properties.name.enum)).toEqual([
      ['add'],
      ['multiply'],
    ])
  })

  it('is offered where it cannot be forced', async () => {
    const status: Reply = {
      status: 400,
      body: { error: { message: 'Thinking mode does not support this tool_choice' } },
    }
    await using server = await modelServer(status, calls(refund))
    expect((await extract(Route, '', ask(server))).name).toBe('refund')
    expect(server.requests.map(({ body }) => body.tool_choice)).toEqual(['required', 'auto'])
  })

  it('shows examples as calls', () => {
    const output = sums as { name: 'add'; value: { a: number; b: number } }[]
    const { request } = extract(Sums, '4', { model: 'xai/x', examples: [{ input: '2 and 3', output }] })
    const assistant = (request.messages as any)[1]
    expect(assistant.tool_calls.map((each: any) => each.function)).toEqual([
      { name: 'add', arguments: add.args },
      { name: 'multiply', arguments: multiply.args },
    ])
    const wrong = () =>
      extract(Route, '', { model: 'xai/x', examples: [{ input: '', output: { name: 'refund', value: {} as never } }] })
    expect(wrong).toThrow('does not fit the schema: value.order')
  })

  it('keeps recursive schemas, each in a document of its own', async () => {
    type Tree = { name: string; children: Tree[] }
    const Tree: z.ZodType<Tree> = z.lazy(() => z.object({ name: z.string(), children: z.array(Tree) }))
    const args = { name: 'a', children: [{ name: 'b', children: [] }] }
    await using server = await modelServer(calls(call('right', args)), calls(call('left', { tree: { name: 'a' } })))
    const Sides = oneOf({ left: z.object({ tree: Tree }), right: Tree })
    expect(await extract(Sides, '', ask(server))).toEqual({ name: 'right', value: args })
    await expect(extract(Sides, '', ask(server, { maxRepairs: 0 }))).rejects.toMatchObject({
      issues: [{ path: ['value', 'tree', 'children'] }],
    })
  })

  it('hands on what a schema of the user throws', async () => {
    const cause = new Error('database gone')
    const thrower = () => {
      throw cause
    }
    await using server = await modelServer(calls(call('x', {})))
    const asking = extract(manyOf({ x: z.object({}).transform(thrower) }), '', ask(server))
    await expect(asking).rejects.toMatchObject({ code: 'schema_mismatch', cause })
  })

  it('of one member is a choice too', async () => {
    await using server = await modelServer(calls(refund))
    expect(await extract(oneOf({ refund: Refund }), '', ask(server))).toMatchObject({ name: 'refund' })
  })

  it('judges by itself what is none of its members', async () => {
    const validate = Sums['~standard'].validate
    expect(await validate([{ name: 'add', value: { a: 1, b: 2 } }])).toEqual({
      value: [sums[0]].map(each => ({ ...each, value: { a: 1, b: 2 } })),
    })
    expect(await validate({})).toMatchObject({ issues: [{ path: [] }] })
    expect(await validate([null, { name: 'toString', value: {} }])).toMatchObject({
      issues: [
        { path: [0, 'name'], message: "must be 'add' or 'multiply'" },
        { path: [1, 'name'], message: "must be 'add' or 'multiply'" },
      ],
    })
  })

  it('is refused where it cannot be offered', () => {
    expect(() => oneOf({})).toThrow(new TypeError('Cannot choose between no members: give oneOf({ name: schema, … })'))
    expect(() => manyOf(undefined as never)).toThrow(TypeError)
    expect(() => oneOf({ 'a b': pair })).toThrow(ConfigError)
    const label = () => extract(oneOf({ label: z.string() }), '', { model: 'xai/x' })
    expect(label).toThrow(SchemaError)
    expect(label).toThrow("Cannot offer 'label' as a function: its schema must be an object's")
    const tools = { refund: { inputSchema: pair, execute: () => '' } }
    expect(() => extract(Route, '', { model: 'xai/x', tools })).toThrow("Cannot offer tool 'refund'")
  })
})
