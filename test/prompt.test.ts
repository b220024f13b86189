import { ConfigError, defineExtractor, extract, type Message, type Options, type Prompt } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { modelServer } from './helpers/model-server.ts'
import { alice, Person } from './helpers/person.ts'

const model = 'xai/grok-4-fast'
const bob = { name: 'Bob', age: 41, city: 'Oslo' }
const examples = [
  { input: 'Alice, 30, of Paris', output: alice },
  { input: [{ role: 'user' as const, content: 'Bob (41) from Oslo' }], output: bob },
]
const turn = (id: string, person: unknown) => [
  {
    role: 'assistant',
    tool_calls: [{ id, type: 'function', function: { name: 'Person', arguments: JSON.stringify(person) } }],
  },
  { role: 'tool', tool_call_id: id, content: 'ok' },
]
const shown = [
  { role: 'user', content: 'Alice, 30, of Paris' },
  ...turn('ex0000001', alice),
  { role: 'user', content: 'Bob (41) from Oslo' },
  ...turn('ex0000002', bob),
]
const sent = (options: Partial<Options> & { examples?: any }, schema: z.ZodType = Person, prompt: Prompt = 'Cem') =>
  extract(schema, prompt, { model, ...options }).request.messages as Message[]

describe('examples', () => {
  it('are turns that were had before: behind the instructions, before the prompt', () => {
    const cem = { role: 'user', content: 'Cem' }
    const system = { role: 'system', content: 'Extract.' }
    expect(sent({ examples })).toEqual([...shown, cem])
    expect(sent({ examples, instructions: 'Extract.' })).toEqual([system, ...shown, cem])
    const developer = { role: 'developer' as const, content: 'In English.' }
    expect(sent({ examples, instructions: 'Extract.' }, Person, [developer, { role: 'user', content: 'Cem' }])).toEqual(
      [system, developer, ...shown, cem],
    )
    expect(sent({ examples: [] })).toEqual([cem])
  })

  it('are text where the answer is text, with the schema in the instructions alone', () => {
    expect(
      sent({ examples, mode: 'json' })
        .map(({ role, content }) => [role, content])
        .slice(1),
    ).toEqual([
      ['user', 'Alice, 30, of Paris'],
      ['assistant', JSON.stringify(alice)],
      ['user', 'Bob (41) from Oslo'],
      ['assistant', JSON.stringify(bob)],
      ['user', 'Cem'],
    ])
    expect(sent({ examples: [{ input: 'Hi', output: 'Ho' }] }, z.string())).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Ho' },
      { role: 'user', content: 'Cem' },
    ])
  })

  it('are wrapped for the wire as answers are, in the shape that the model writes', () => {
    const moods = z.array(z.enum(['good', 'bad']).transform(mood => mood === 'good'))
    const [, assistant] = sent({ examples: [{ input: 'Meh', output: ['bad'] }] }, moods)
    expect((assistant as any).tool_calls[0].function.arguments).toBe('{"value":["bad"]}')
  })

  it('go with every request, and are no part of the transcript', async () => {
    await using server = await modelServer(
      { call: 'Person', args: '{"name":"Cem"}' },
      { call: 'Person', args: JSON.stringify(bob) },
    )
    const { messages } = await extract(Person, 'Cem', { model: server.model(), examples }).result()
    for (const { body } of server.requests) expect(body.messages.slice(0, 6)).toEqual(shown)
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool'])
  })

  it('of an extractor are inputs of its own, and may be replaced', () => {
    const people = defineExtractor({
      name: 'people',
      schema: Person,
      model,
      prompt: ({ line }: { line: string }) => `Who? ${line}`,
      examples: [{ input: { line: 'Alice, 30, Paris' }, output: alice }],
    })
    const first = (asked: { request: Readonly<Record<string, unknown>> }) => (asked.request.messages as Message[])[0]
    expect(first(people({ line: 'x' }))).toEqual({ role: 'user', content: 'Who? Alice, 30, Paris' })
    expect(first(people.with({ examples: [{ input: { line: 'b' }, output: bob }] })({ line: 'x' }))).toEqual({
      role: 'user',
      content: 'Who? b',
    })
    expect(first(people({ line: 'x' }, { examples: [] }))).toEqual({ role: 'user', content: 'Who? x' })
  })

  const circle: Record<string, unknown> = { ...alice }
  circle.friend = circle

  it.each([
    [{ ...alice, age: 'old' }, 'examples[1]: its output does not fit the schema: age: '],
    [{ name: 'Alice', age: 30 }, 'examples[1]: its output does not fit the schema: city: '],
    [undefined, 'examples[1]: its output does not fit the schema: '],
    [{ ...alice, age: 30n }, 'examples[1]: its output does not fit the schema: age: '],
    [circle, 'examples[1]: its output cannot be written as JSON'],
  ])('that would teach a mistake are refused: %o', (output, words) => {
    const wrong = () => sent({ examples: [examples[0], { input: '', output }] })
    expect(wrong).toThrow(ConfigError)
    expect(wrong).toThrow(`Cannot send ${words}`)
  })

  it('that are none are refused', () => {
    expect(() => sent({ examples: [{ input: '', output: 5 }] }, z.string())).toThrow('its output must be a string')
    expect(() => sent({ examples: [{ output: alice }] })).toThrow(
      'Cannot extract with examples that is a list: it must be a list of { input, output }',
    )
    expect(() => sent({ examples: [{ input: 5, output: alice }] })).toThrow(
      'Cannot extract from a prompt that is of type',
    )
  })
})

describe('parts of a message', () => {
  it('pass through: images, files, marks on each of them', () => {
    const prompt: Prompt = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Who is this?', cache_control: { type: 'ephemeral' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
          { type: 'file', file: { filename: 'cv.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
        ],
      },
    ]
    expect(sent({}, Person, prompt)).toEqual(prompt)
  })
})
