import { createProvider, type Explanation, explain, extract, manyOf, type Options } from 'decant'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const speaking = (dialect: Parameters<typeof createProvider>[0]['dialect'], more = {}) =>
  createProvider({ name: 'scripted', baseURL: 'https://a.example/v1', dialect, ...more })('m')
const rows = ({ rewrites }: Explanation): string[] =>
  rewrites.map(({ name, path, rule, reason }) => `${name}/${path.join('.')}: ${rule} (${reason})`)

const Order = z
  .object({
    id: z.string().min(3),
    note: z.string().optional(),
    counts: z.record(z.string(), z.int()),
    lines: z.array(z.object({ at: z.date(), size: z.tuple([z.number(), z.number()]).optional() })),
  })
  .meta({ title: 'Order' })

describe('explain', () => {
  it.each<[string, Partial<Options<any>>]>([
    ['a forced function', {}],
    ['strict: true', { strict: true }],
    ['tools', { tools: { now: { description: 'The time', inputSchema: z.object({}), execute: () => 0 } } }],
    ['mode json-schema', { mode: 'json-schema' }],
    ['mode json', { mode: 'json' }],
    ['tools on the only step', { maxSteps: 1, tools: { now: { inputSchema: z.object({}), execute: () => 0 } } }],
    ['an extraBody that says otherwise', { extraBody: { tool_choice: 'auto', top_p: 1 } }],
    ['an extraBody that leaves the choice out', { extraBody: { tool_choice: undefined } }],
  ])('tells what is sent: %s', (_, more) => {
    const options = { model: 'openai/gpt-4o-mini', ...more } as Options
    const { sent, characters, tokens } = explain(Order, options)
    const { tools, tool_choice, response_format, messages } = extract(Order, 'Hi', options).request as any
    const [first] = messages
    expect(sent).toEqual({
      ...(tools && { tools }),
      ...(tool_choice && { tool_choice }),
      ...(response_format && { response_format }),
      ...(first.role === 'system' && { instructions: first.content }),
    })
    expect(characters).toBe(JSON.stringify(sent).length)
    expect(tokens / countTokens(JSON.stringify(sent))).toBeGreaterThan(0.8)
    expect(tokens / countTokens(JSON.stringify(sent))).toBeLessThan(1.25)
  })

  it('tells every rewrite with path and reason', () => {
    expect(rows(explain(Order, { model: 'openai/gpt-4o-mini' }))).toEqual([
      'Order/lines.[].at: Date as string (JSON has no word for it: made again of what comes)',
    ])
    expect(rows(explain(Order, { model: speaking('openai-strict') }))).toEqual([
      'Order/lines.[].at: Date as string (JSON has no word for it: made again of what comes)',
      'Order/note: optional as null (openai-strict wants every key: null says that it is absent)',
      'Order/counts: records as pairs (openai-strict takes no keys but those that are named: sent as a list of { key, value })',
      'Order/lines.[].size: optional as null (openai-strict wants every key: null says that it is absent)',
      'Order/lines.[].size: no tuples (openai-strict takes no prefixItems: sent as a list of what its places take)',
    ])
    expect(rows(explain(Order, { model: speaking('anthropic') }))).toContain(
      'Order/id: told in words (anthropic takes no minLength)',
    )
    expect(rows(explain(z.array(z.bigint()), { model: 'xai/grok-4-fast' }))).toEqual([
      "extract/: wrapped root (the arguments of a function are an object: it stands under 'value')",
      'extract/[]: bigint as string (JSON has no word for it: made again of what comes)',
    ])
  })

  it('names the function of each rewrite, and the place where a definition is used', () => {
    const Tree: z.ZodType = z.object({ label: z.string().optional(), kids: z.lazy(() => z.array(Tree)) })
    const schema = manyOf({ plant: z.object({ tree: Tree }), cut: z.object({ at: z.url().optional() }) })
    expect(rows(explain(schema, { model: 'openai/gpt-4o-mini', strict: true }))).toEqual([
      'plant/tree.label: optional as null (openai-strict wants every key: null says that it is absent)',
      'cut/at: optional as null (openai-strict wants every key: null says that it is absent)',
      'cut/at: told in words (openai-strict takes no format uri)',
    ])
  })

  it('tells everything that cannot be sent, and extract throws the first of it', () => {
    const schema = z.object({ any: z.unknown(), more: z.object({ b: z.looseObject({ c: z.string() }) }) })
    const explained = explain(schema, { model: 'openai/gpt-4o-mini', strict: true })
    expect(explained).toMatchObject({ dialect: 'openai-strict', mode: undefined, sent: {}, characters: 0, tokens: 0 })
    expect(explained.refused).toEqual([
      {
        path: ['any'],
        code: 'not_expressible',
        message:
          "Cannot send a schema with any value at 'any': the dialect 'openai-strict' refuses it (every place has a type)",
      },
      {
        path: ['more', 'b'],
        code: 'not_expressible',
        message:
          "Cannot send a schema with an object of other keys at 'more.b': the dialect 'openai-strict' refuses it (no keys but those that are named)",
      },
    ])
    const start = () => extract(schema, '', { model: 'openai/gpt-4o-mini', strict: true })
    expect(start).toThrow(explained.refused[0]!.message)
    expect(explain(z.object({ f: z.symbol() }), { model: 'openai/gpt-4o-mini' }).refused).toMatchObject([
      { path: ['f'] },
    ])
  })

  it('recommends a mode where forced arguments come in one piece', async () => {
    const { mode, recommended } = explain(Order, { model: 'groq/some-model' })
    expect(recommended).toBe('json-schema')
    expect(mode).toEqual({
      used: 'tool',
      why: "the answer is the arguments of a forced function call; groq sends them in one piece, so for growing partials use mode 'json-schema'",
    })
    for (const options of [{ model: 'openai/gpt-4o-mini' }, { model: 'groq/some-model', mode: 'json-schema' as const }])
      expect(explain(Order, options).recommended).toBe(undefined)
  })

  it('tells of a text that it needs no function', () => {
    expect(explain(z.string(), { model: 'openai/gpt-4o-mini' })).toMatchObject({
      sent: {},
      mode: { used: 'text' },
      characters: 0,
      tokens: 0,
    })
  })

  it('throws what extract throws for misuse', () => {
    expect(() => explain(Order, { model: 'xia/m' })).toThrow("no provider is named 'xia' (did you mean 'xai'?)")
    expect(() => explain({} as never, { model: 'openai/m' })).toThrow(TypeError)
  })
})
