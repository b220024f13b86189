import { createProvider, type Event, extract, type Options } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventStream, streamOf } from './helpers/answer.ts'
import { type ModelServer, modelServer, type Reply } from './helpers/model-server.ts'
import { alice, Person } from './helpers/person.ts'

const json = JSON.stringify(alice)
const call: Reply = { call: 'Person', args: json }
const text: Reply = { text: json }
const refused = (message: string, status = 400, rest = {}): Reply => ({
  status,
  body: { error: { message, type: 'invalid_request_error', ...rest } },
})

const wires = [
  { wire: 'streamed', stream: true },
  { wire: 'plain', stream: false },
]

/** The parts of the requests that say how the answer is asked for. */
const asked = ({ requests }: ModelServer): unknown[] =>
  requests.map(({ body }) => ({
    ...(body.tool_choice && { choice: body.tool_choice.function?.name ?? body.tool_choice }),
    ...(body.response_format && { format: body.response_format.type }),
    functions: (body.tools ?? []).map((each: any) => each.function.name).join(),
  }))

const ask = (server: ModelServer, options: Partial<Options<any>> = {}) =>
  extract(Person, 'Alice, 30, Paris', { model: server.model(), ...options })

const thinking = [
  'Thinking mode does not support this tool_choice',
  'deepseek-reasoner does not support this tool_choice',
  '<400> InternalError.Algo.InvalidParameter: The tool_choice parameter does not support being set to required or object in thinking mode',
  'Thinking may not be enabled when tool_choice forces tool use.',
  "tool_choice 'specified' is incompatible with thinking enabled",
]

describe.each(wires)('a forced function that is refused, $wire', ({ stream }) => {
  it.each(thinking)('is offered instead, at once and from then on: %s', async message => {
    await using server = await modelServer(refused(message), call, call)
    const model = server.model()
    const { output, mode, calls } = await extract(Person, '', { model, stream }).result()
    expect(output).toEqual(alice)
    expect(mode).toEqual({
      used: 'tool',
      why: `the function was offered with tool_choice 'auto', since a forced one was refused: scripted answered 400: ${message}`,
    })
    expect(calls.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['first', 'bad_request'],
      ['retry', 'ok'],
    ])
    expect((await extract(Person, '', { model, stream }).result()).mode).toEqual(mode)
    expect(asked(server)).toEqual([
      { choice: 'Person', functions: 'Person' },
      { choice: 'auto', functions: 'Person' },
      { choice: 'auto', functions: 'Person' },
    ])
  })

  it('is told by an event, and needs no retry of the transport', async () => {
    await using server = await modelServer(refused(thinking[0]!), call)
    const events: Event[] = []
    await ask(server, { stream, maxRetries: 0, onEvent: event => void events.push(event) })
    const told = events.filter(({ type }) => type === 'mode' || type === 'request').map(({ type }) => type)
    expect(told).toEqual(['request', 'mode', 'request'])
  })

  it('is offered in the mode tool as well, and its text is no answer', async () => {
    await using server = await modelServer(refused(thinking[0]!), text)
    const asking = ask(server, { stream, mode: 'tool', maxRepairs: 0 })
    await expect(asking).rejects.toMatchObject({ name: 'OutputError', code: 'no_call' })
    expect(asked(server)).toHaveLength(2)
  })

  it('may be answered in the text once it is only offered', async () => {
    await using server = await modelServer(
      refused(thinking[0]!),
      { text: `<think>so</think>\`\`\`json\n${json}\n\`\`\`` },
      call,
    )
    const { output, mode, warnings } = await ask(server, { stream }).result()
    expect(output).toEqual(alice)
    expect(mode.used).toBe('json')
    expect(mode.why).toContain('the answer came as JSON in the text; the function was offered')
    expect(warnings.map(({ code }) => code)).toEqual(['thoughts', 'fenced'])
    // That was the model's right: the function is offered again.
    expect((await ask(server, { stream, model: server.model() }).result()).mode.used).toBe('tool')
  })

  it('is remembered for the one model, and for reasoning apart', async () => {
    await using server = await modelServer(refused(thinking[0]!), call, call, call)
    const reasoning = { effort: 'low' } as const
    await ask(server, { stream, reasoning })
    await ask(server, { stream })
    await ask(server, { stream, reasoning, model: server.model('other') })
    expect(asked(server).map((each: any) => each.choice)).toEqual(['Person', 'auto', 'Person', 'Person'])
  })
})

describe('what else is refused', () => {
  it.each([
    ['registry.ollama.ai/library/gemma:2b does not support tools', 400],
    ['No endpoints found that support tool use.', 404],
    ['`tool calling` is not supported with this model', 400],
    ['This model does not support function calling', 400],
    ['deepinfra error: Tool calling is not supported for model: mistralai/Mistral-Small', 405],
    ['Function calling is not enabled for models/gemma-3-12b-it', 400],
    [
      "Function tools with reasoning_effort are not supported for gpt-5.6-terra in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
      400,
    ],
    ['tools param requires --jinja flag', 500],
  ])('functions at all: asks for JSON: %s', async (message, status) => {
    await using server = await modelServer(refused(message, status), text)
    const { output, mode } = await ask(server).result()
    expect(output).toEqual(alice)
    expect(mode.used).toBe('json')
    expect(mode.why).toContain(`a function was refused: scripted answered ${status}`)
    expect(asked(server)[1]).toEqual({ format: 'json_object', functions: '' })
  })

  it('a choice at all: offers, then asks for JSON, each once', async () => {
    const auto = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
    const gateway = "No endpoints found that support the provided 'tool_choice' value."
    await using server = await modelServer(refused(gateway, 404), refused(auto), text)
    expect(await ask(server)).toEqual(alice)
    expect(asked(server).map((each: any) => each.choice ?? each.format)).toEqual(['Person', 'auto', 'json_object'])
  })

  it.each([
    ['json-schema', 'This response_format type is unavailable now', ['json_schema', 'json_object'], 'json'],
    [
      'json-schema',
      'This model does not support response format `json_schema`',
      ['json_schema', 'json_object'],
      'json',
    ],
    ['json', 'deepseek-reasoner does not support Json Output.', ['json_object', undefined], 'json'],
    ['json', "'response_format.type' must be 'json_schema' or 'text'", ['json_object', undefined], 'json'],
    ['json', 'Json mode is not enabled for models/gemini-pro', ['json_object', undefined], 'json'],
    [
      'json-schema',
      'The response_format parameter is unsupported at the moment. Leave it unset.',
      ['json_schema', 'json_object'],
      'json',
    ],
  ] as const)('a format in the mode %s: %s', async (mode, message, formats, used) => {
    await using server = await modelServer(refused(message), text)
    const result = await ask(server, { mode }).result()
    expect(result.output).toEqual(alice)
    expect(result.mode).toMatchObject({ used, why: expect.stringContaining('was refused: scripted answered 400') })
    expect(server.requests.map(({ body }) => body.response_format?.type)).toEqual(formats)
  })

  it.each([
    ['a 400 of another kind', {}, refused('The model is asleep')],
    ['a 401', {}, refused('tool_choice', 401)],
    ['a 500 of another kind', { maxRetries: 0 }, refused('This server does not support tools today', 500)],
    ['functions in the mode tool', { mode: 'tool' }, refused('This model does not support tools')],
    ['a schema', { mode: 'json-schema' }, refused("Invalid schema for response_format 'Person'")],
    [
      'the text without a format',
      { mode: 'json', extraBody: { response_format: undefined } },
      refused('response_format'),
    ],
    [
      'functions, with tools of the caller',
      { tools: { now: { inputSchema: z.object({}), execute: () => '' } } },
      refused('This model does not support tools'),
    ],
  ] as const)('%s is an error', async (what, options, reply) => {
    await using server = await modelServer(reply, reply)
    await expect(ask(server, options as Options)).rejects.toMatchObject({ name: 'APIError' })
    expect(server.requests).toHaveLength(what.startsWith('the text') ? 2 : 1)
  })
})

describe.each(wires)('a server that ignores functions, $wire', ({ stream }) => {
  it('is understood in auto, and asked for JSON from then on', async () => {
    await using server = await modelServer(text, text)
    const model = server.model()
    const events: Event[] = []
    const {
      output,
      mode,
      text: said,
      calls,
    } = await ask(server, {
      model,
      stream,
      onEvent: event => void events.push(event),
    }).result()
    expect(output).toEqual(alice)
    expect(said).toBe(json)
    expect(mode).toEqual({
      used: 'json',
      why: 'the function was ignored, and the answer came as JSON in the text',
    })
    expect(calls).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'mode')).toEqual([{ type: 'mode', attempt: 1, mode }])
    expect(events.findLast(({ type }) => type === 'partial')).toMatchObject({ value: alice })
    expect((await ask(server, { model, stream }).result()).mode.why).toBe(
      'the answer is the text of the message, with the schema in the instructions, since the function was ignored before',
    )
    expect(asked(server)[1]).toEqual({ format: 'json_object', functions: '' })
  })

  it('is an error in the mode tool', async () => {
    await using server = await modelServer(text)
    const error = await ask(server, { stream, mode: 'tool', maxRepairs: 0 }).catch(error => error)
    expect(error).toMatchObject({ name: 'OutputError', code: 'no_call', text: json })
  })

  it('is asked for the function again when its JSON is not the answer, or no JSON', async () => {
    for (const reply of [{ text: '{"name":"Alice"}' }, { text: 'Alice is 30.' }]) {
      await using server = await modelServer(reply, call)
      expect((await ask(server, { stream }).result()).mode.used).toBe('tool')
      expect(server.requests[1]!.body.messages.at(-1).content).toContain("Call the function 'Person'")
    }
  })

  it('is understood where tools might have been called', async () => {
    const now = { inputSchema: z.object({}), execute: () => 'noon' }
    await using server = await modelServer({ calls: [{ name: 'now', args: '{}' }] }, text)
    expect(await ask(server, { stream, tools: { now } })).toEqual(alice)
  })
})

describe.each(wires)('the modes of text, $wire', ({ stream }) => {
  it("json-schema: the provider holds the text to the function's schema", async () => {
    await using server = await modelServer(text)
    const { mode, output, messages } = await ask(server, { stream, mode: 'json-schema', strict: true }).result()
    expect(output).toEqual(alice)
    expect(mode.used).toBe('json-schema')
    const { response_format, tools, tool_choice, messages: sent } = server.requests[0]!.body
    expect({ tools, tool_choice }).toEqual({})
    expect(response_format).toEqual({
      type: 'json_schema',
      json_schema: {
        name: 'Person',
        description: 'A person with name, age, and city',
        strict: true,
        schema: (extract(Person, '', { model: server.model(), strict: true }).request as any).tools[0].function
          .parameters,
      },
    })
    expect(sent).toEqual([{ role: 'user', content: 'Alice, 30, Paris' }])
    expect(messages).toEqual([...sent, { role: 'assistant', content: json }])
  })

  it('json: the schema stands in the instructions, which are not in the transcript', async () => {
    await using server = await modelServer(text, text)
    const { messages } = await ask(server, { stream, mode: 'json', instructions: 'Be exact.' }).result()
    const { response_format, messages: sent } = server.requests[0]!.body
    expect(response_format).toEqual({ type: 'json_object' })
    expect(sent[0].role).toBe('system')
    expect(sent[0].content).toMatch(
      /^Be exact\.\n\nAnswer with one JSON object .*'Person' \(A person .*\n\{"type":"object"/,
    )
    expect(messages[0]).toEqual({ role: 'system', content: 'Be exact.' })
    await ask(server, { stream, mode: 'json' })
    expect(server.requests[1]!.body.messages.map(({ role }: any) => role)).toEqual(['system', 'user'])
  })

  it('unwrap a root that is no object', async () => {
    await using server = await modelServer({ text: '{"value":"positive"}' })
    const mood = z.enum(['positive', 'negative'])
    expect(await extract(mood, 'Great!', { model: server.model(), stream, mode: 'json' })).toBe('positive')
  })

  it('repair what does not fit, with the text asked for again', async () => {
    await using server = await modelServer({ text: '{"name":"Alice","age":"?","city":"Paris"}' }, { text: 'No.' }, text)
    const { output, calls } = await ask(server, { stream, mode: 'json-schema', maxRepairs: 2 }).result()
    expect(output).toEqual(alice)
    expect(calls.map(({ outcome }) => outcome)).toEqual(['schema_mismatch', 'invalid_json', 'ok'])
    const [, first, second] = server.requests.map(({ body }) =>
      body.messages.map(({ role, content }: any) => [role, content]),
    )
    expect(first[1]).toEqual(['assistant', '{"name":"Alice","age":"?","city":"Paris"}'])
    expect(first[2][0]).toBe('user')
    expect(first[2][1]).toMatch(/^The answer cannot be used:\n- age: .*\nAnswer again with the whole JSON object/)
    // Only the last failure is shown.
    expect(second[1]).toEqual(['assistant', 'No.'])
    expect(second[2][1]).toContain('no JSON object came, but 3 characters of text')
    expect(second).toHaveLength(3)
  })

  it('never decode what was cut', async () => {
    const cut: Reply = (_, response) =>
      response.end(JSON.stringify({ choices: [{ index: 0, message: { content: json }, finish_reason: 'length' }] }))
    await using server = await modelServer(cut)
    await expect(ask(server, { stream, mode: 'json-schema' })).rejects.toMatchObject({ code: 'truncated' })
  })

  it('leave the tools of the caller callable until the answer has to come', async () => {
    const tools = { now: { inputSchema: z.object({}), execute: () => 'noon' } }
    await using server = await modelServer({ calls: [{ name: 'now', args: '{}' }] }, text)
    expect(await ask(server, { stream, mode: 'json-schema', tools, maxSteps: 2 })).toEqual(alice)
    expect(asked(server)).toEqual([
      { choice: 'auto', format: 'json_schema', functions: 'now' },
      { choice: 'none', format: 'json_schema', functions: 'now' },
    ])
  })

  it('do not take a call of a function that was not offered', async () => {
    await using server = await modelServer(call)
    await expect(ask(server, { stream, mode: 'json', maxRepairs: 0 })).rejects.toMatchObject({ code: 'wrong_call' })
  })

  it('are no matter to a schema that is text anyway', async () => {
    await using server = await modelServer({ text: 'A poem' })
    const { mode, output } = await extract(z.string(), '', { model: server.model(), stream, mode: 'json' }).result()
    expect({ used: mode.used, output }).toEqual({ used: 'text', output: 'A poem' })
    expect(server.requests[0]!.body).not.toHaveProperty('response_format')
  })
})

describe('partials of a text', () => {
  const grown = async (reply: Reply, options: Partial<Options> = {}) => {
    await using server = await modelServer(reply)
    const seen = new Set<string>()
    for await (const event of ask(server, { mode: 'json-schema', ...options }).events())
      if (event.type === 'partial') seen.add(JSON.stringify(event.value))
    return [...seen].at(-1)
  }

  it('grow, in a fence and behind thoughts too', async () => {
    const { fetch, sent } = spoken([
      '<think>hm',
      '</think>\n```js',
      'on\n{"na',
      'me":"Al',
      'ice","age":3',
      '0}',
      '\n```',
    ])
    const Named = z.object({ name: z.string(), age: z.int() })
    const seen: unknown[] = []
    const asking = extract(Named, '', { model: 'openai/scripted', mode: 'json', fetch })
    for await (const event of asking.events()) {
      if (event.type === 'partial') seen.push(event.value)
      expect(event.type).not.toBe('text')
    }
    expect(sent()).toBe(1)
    expect(seen).toEqual([{}, { name: 'Al' }, { name: 'Alice' }, { name: 'Alice', age: 30 }])
  })

  it('end with the answer', async () => {
    expect(await grown({ text: json, pieces: 1 })).toBe(json)
    expect(await grown({ text: `\`\`\`\n${json}\n\`\`\``, pieces: 3 })).toBe(json)
  })
})

describe('a provider that sends arguments in one piece', () => {
  it.each(['xai/grok', 'groq/llama'] as const)(
    '%s: the right output, and advice for those who want partials',
    async model => {
      const fetch: typeof globalThis.fetch = async () => streamOf({ name: 'Person', pieces: [json] })
      const asking = extract(Person, '', { model, fetch, stream: true })
      const { output, mode } = await asking.result()
      expect(output).toEqual(alice)
      expect(mode.used).toBe('tool')
      expect(mode.why).toContain(`${model.split('/')[0]} sends them in one piece`)
      expect(mode.why).toContain("mode 'json-schema'")
    },
  )

  it.each(wires)('of your own gives the right output and the advice, which holds, $wire', async ({ stream }) => {
    await using server = await modelServer({ call: 'Person', args: json, pieces: json.length })
    const model = createProvider({ name: 'scripted', baseURL: server.baseURL, argumentsAtOnce: true })('model')
    const shown = async (options: Partial<Options<any>>): Promise<[seen: unknown[], why: string]> => {
      const asking = ask(server, { model, ...options })
      const seen: unknown[] = []
      for await (const event of asking.events()) if (event.type === 'partial') seen.push(event.value)
      const { output, mode } = await asking.result()
      expect(output).toEqual(alice)
      return [seen, mode.why]
    }
    const [atOnce, why] = await shown({ stream })
    expect(atOnce).toEqual([alice])
    expect(why).toBe(
      "the answer is the arguments of a forced function call; scripted sends them in one piece, so for growing partials use mode 'json-schema'",
    )
    const { fetch } = spoken(json.match(/.{1,4}/g)!)
    const [grown, then] = await shown({ mode: 'json-schema', fetch })
    expect(grown.length).toBeGreaterThan(3)
    expect(then).not.toContain('in one piece')
  })

  it('gives no such advice where they grow', async () => {
    await using server = await modelServer(call)
    expect((await ask(server).result()).mode).toEqual({
      used: 'tool',
      why: 'the answer is the arguments of a forced function call',
    })
  })
})

describe('a rule of the provider', () => {
  const body = (options: Partial<Options>) => extract(Person, '', { model: 'openrouter/a/b', ...options }).request

  it('offers the function while the model reasons, unless it is to be forced', () => {
    const reasoning = { effort: 'low' } as const
    expect(body({}).tool_choice).toEqual({ type: 'function', function: { name: 'Person' } })
    expect(body({ reasoning }).tool_choice).toBe('auto')
    expect(body({ reasoning, mode: 'tool' }).tool_choice).toEqual(body({}).tool_choice)
  })

  it('may be given to a provider of your own, and is told', async () => {
    await using server = await modelServer(call)
    const model = createProvider({ name: 'mine', baseURL: server.baseURL, forcesWhileReasoning: false })('m')
    const { mode } = await ask(server, { model, reasoning: { effort: 'low' } }).result()
    expect(mode.why).toBe(
      "the function was offered with tool_choice 'auto', since models of mine refuse a forced one while they reason",
    )
  })

  it('offers nothing but the answer once the tools are done with', async () => {
    const tools = { now: { inputSchema: z.object({}), execute: () => 'noon' } }
    await using server = await modelServer(refused(thinking[0]!), { calls: [{ name: 'now', args: '{}' }] }, call)
    expect(await ask(server, { tools, maxSteps: 2 })).toEqual(alice)
    expect(asked(server)).toEqual([
      { choice: 'required', functions: 'now,Person' },
      { choice: 'auto', functions: 'now,Person' },
      { choice: 'auto', functions: 'Person' },
    ])
  })
})

describe("Groq's refusal of what the model wrote", () => {
  it.each([
    ['tool_use_failed', undefined, call, 'no_call'],
    ['json_validate_failed', 'json-schema', text, 'invalid_json'],
  ] as const)('%s is repaired like any failure of the model', async (code, mode, reply, outcome) => {
    const failed_generation = '<function=Person>{"name": "Alice"'
    await using server = await modelServer(
      refused('Failed to generate. See failed_generation.', 400, { code, failed_generation }),
      reply,
    )
    const { output, calls } = await ask(server, { mode }).result()
    expect(output).toEqual(alice)
    expect(calls.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['first', outcome],
      ['repair', 'ok'],
    ])
    expect(server.requests[1]!.body.messages.at(-1).content).toContain('<function=Person>')
  })
})

/** A fetch that streams a text in these pieces, and how often it was asked. */
const spoken = (pieces: readonly string[]): { fetch: typeof globalThis.fetch; sent: () => number } => {
  let requests = 0
  const chunks = [
    ...pieces.map(content => ({ choices: [{ index: 0, delta: { content } }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  ]
  const encoder = new TextEncoder()
  const fetch: typeof globalThis.fetch = async () => {
    requests++
    const parts = [...chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n']
    const whole = eventStream('')
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const part = parts.shift()
        if (part === undefined) controller.close()
        else controller.enqueue(encoder.encode(part))
      },
    })
    return new Response(body, { headers: whole.headers })
  }
  return { fetch, sent: () => requests }
}
