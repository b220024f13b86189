import { ConfigError, extract, type Options, type Prompt, SchemaError } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { modelServer } from './helpers/model-server.ts'
import { alice, Person } from './helpers/person.ts'

const model = 'xai/grok-4-fast'
const execute = () => ''
const plan = (options: Partial<Options<any>> = {}, prompt: unknown = 'Hi', schema: z.ZodType = Person) =>
  extract(schema, prompt as Prompt, { model, ...options }).request as any

describe('the messages', () => {
  it('are one user message for a string, an empty one too', () => {
    expect(plan().messages).toEqual([{ role: 'user', content: 'Hi' }])
    expect(plan({}, '').messages).toEqual([{ role: 'user', content: '' }])
  })

  it('pass through as they are, extra keys on every role included', () => {
    const messages = [
      { role: 'developer', content: 'd', name: 'n' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }], cache_control: { type: 'x' } },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'r', extra: [1] },
    ]
    expect(plan({}, messages).messages).toEqual(messages)
  })

  it('begin with the instructions, once', () => {
    const system = { role: 'system', content: 'Be brief.' }
    const user = { role: 'user', content: 'Hi' }
    expect(plan({ instructions: 'Be brief.' }).messages).toEqual([system, user])
    expect(plan({ instructions: 'Be brief.' }, [system, user]).messages).toEqual([system, user])
    expect(plan({ instructions: 'Be kind.' }, [system, user]).messages).toEqual([
      { role: 'system', content: 'Be kind.' },
      system,
      user,
    ])
  })

  it.each([
    [undefined, 'Cannot extract from a prompt that is of type undefined: it must be a string or a list of messages'],
    [null, 'Cannot extract from a prompt that is null: it must be a string or a list of messages'],
    [5, 'Cannot extract from a prompt that is of type number: it must be a string or a list of messages'],
    [
      { role: 'user' },
      'Cannot extract from a prompt that is one message, to be put into a list: it must be a string or a list of messages',
    ],
    [[], 'Cannot extract from an empty list of messages'],
    [[{ role: 'user', content: '' }, { content: 'x' }], 'Cannot send message 1: it has no role'],
    [[null], 'Cannot send message 0: it has no role'],
  ])('are refused: %j', (prompt, message) => {
    // A default parameter would take the place of undefined.
    expect(() => extract(Person, prompt as never, { model })).toThrow(new TypeError(message))
  })

  it('of a result are a prompt again, and belong to nobody else', async () => {
    const call = { call: 'Person', args: JSON.stringify(alice) }
    await using server = await modelServer({ calls: [{ name: 'now', args: '' }] }, call, call)
    const options = {
      model: server.model(),
      instructions: 'Extract.',
      tools: { now: { inputSchema: z.object({}), execute: () => 'noon' } },
    }
    const prompt = Object.freeze([Object.freeze({ role: 'user' as const, content: 'Alice' })])
    const first = await extract(Person, prompt, options).result()
    expect(first.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant', 'tool'])
    const again = await extract(Person, [...first.messages, { role: 'user', content: 'Again.' }], options).result()
    expect(again.output).toEqual(alice)
    expect(server.requests[2]!.body.messages).toEqual([
      ...JSON.parse(JSON.stringify(first.messages)),
      { role: 'user', content: 'Again.' },
    ])
    expect(prompt).toHaveLength(1)
  })
})

describe('the names', () => {
  it.each([
    ['the title', {}, Person, 'Person'],
    ['the option before the title', { schemaName: 'Human' }, Person, 'Human'],
    ['what is legal of it', { schemaName: 'Ein Mensch, größer!' }, Person, 'Ein_Mensch_gro_er_'],
    ['a fallback', {}, z.object({ a: z.string() }), 'extract'],
  ])('of the function: %s', (_, options, schema, name) => {
    const request = plan(options, 'Hi', schema)
    expect(request.tools[0].function.name).toBe(name)
    expect(request.tool_choice).toEqual({ type: 'function', function: { name } })
  })

  it('of the description: the option before the schema', () => {
    expect(plan().tools[0].function.description).toBe('A person with name, age, and city')
    expect(plan({ schemaDescription: 'Someone' }).tools[0].function.description).toBe('Someone')
  })

  it('and description of a tool: its own before that of its schema', () => {
    const inputSchema = z.object({}).meta({ title: 'Input', description: 'of the schema' })
    const { tools } = plan({ tools: { a: { inputSchema, execute }, b: { inputSchema, execute, description: 'own' } } })
    expect(tools.map((each: any) => [each.function.name, each.function.description])).toEqual([
      ['a', 'of the schema'],
      ['b', 'own'],
      ['Person', 'A person with name, age, and city'],
    ])
  })
})

describe('tools that cannot be offered', () => {
  const inputSchema = z.object({})

  it.each([
    ['a b', { inputSchema, execute }, 'a name has 1 to 64 letters, digits, _ or -'],
    ['', { inputSchema, execute }, 'a name has 1 to 64 letters, digits, _ or -'],
    ['x'.repeat(65), { inputSchema, execute }, 'a name has 1 to 64 letters, digits, _ or -'],
    [
      'Person',
      { inputSchema, execute },
      'the answer function has that name; give the schema another one with schemaName',
    ],
    ['weather', { inputSchema }, 'execute must be a function'],
    ['weather', undefined, 'execute must be a function'],
    ['weather', { execute, parameters: inputSchema }, 'inputSchema is missing'],
    ['weather', { inputSchema: z.string(), execute }, 'inputSchema must be an object schema'],
    ['weather', { inputSchema: z.array(z.string()), execute }, 'inputSchema must be an object schema'],
  ])('%s', (name, tool, why) => {
    const wrong = () => plan({ tools: { [name]: tool } as never })
    expect(wrong).toThrow(ConfigError)
    expect(wrong).toThrow(`Cannot offer tool '${name}': ${why}`)
  })

  it('may have the name of the answer where the answer is text', () => {
    expect(plan({ tools: { extract: { inputSchema, execute } } }, 'Hi', z.string()).tools).toHaveLength(1)
  })
})

describe('what cannot be sent throws before anything is', () => {
  it('a schema', () => {
    expect(() => plan({}, 'Hi', z.object({ when: z.symbol() }))).toThrow(SchemaError)
    expect(() => extract({ a: z.string() } as never, '', { model })).toThrow(TypeError)
    expect(() => plan({ tools: { weather: { inputSchema: z.object({ d: z.symbol() }), execute } } })).toThrow(
      SchemaError,
    )
  })
})

describe('a text', () => {
  it('is asked for without a function', () => {
    expect(plan({}, 'Hi', z.string().describe('A poem'))).toEqual({
      model: 'grok-4-fast',
      messages: [{ role: 'user', content: 'Hi' }],
    })
  })

  it('with a limit is an answer of a function: only that can be checked as it grows', () => {
    expect(plan({}, 'Hi', z.string().max(10)).tool_choice).toBeDefined()
  })
})
