import { type Extraction, extract, type Options, type Usage } from 'decant'
import { z } from 'zod'
import { alice, Person, personPrompt } from './person.ts'

/** One recorded conversation: how the public API asks for it, and what comes of it. */
export interface Recording {
  readonly path: string
  readonly requests: number
  readonly start: (options: Pick<Options, 'fetch' | 'stream' | 'onEvent'>) => Extraction<any, any>
  readonly output: unknown
  readonly usage: Usage
  readonly cost: number | undefined
}

const city = z.object({ location: z.string().describe('the city') })
const weather = {
  description: 'Get weather information for a location',
  inputSchema: city,
  execute: () => '40 C',
}
const pair = z.object({ a: z.int().describe('first number'), b: z.int().describe('second number') })

export const recordings: readonly Recording[] = [
  {
    path: 'cassettes/xai/grok-4-fast/simple_object_streaming.yaml',
    requests: 1,
    start: options => extract(Person, personPrompt, { model: 'xai/grok-4-fast', maxOutputTokens: 4000, ...options }),
    output: alice,
    usage: { inputTokens: 401, outputTokens: 301, cachedInputTokens: 400, reasoningTokens: 257, totalTokens: 702 },
    cost: 0.0001707,
  },
  {
    path: 'cassettes/openrouter/deepseek-v3.2/tool_streaming.yaml',
    requests: 2,
    start: options =>
      extract(z.string(), "What's the weather in Florence,Italy?", {
        model: 'openrouter/deepseek/deepseek-v3.2',
        instructions: 'You are a helpful assistant',
        maxOutputTokens: 4000,
        tools: { weather },
        ...options,
      }),
    output: 'The current temperature in Florence, Italy is 40°C.',
    usage: { inputTokens: 711, outputTokens: 69, cachedInputTokens: 0, reasoningTokens: 0, totalTokens: 780 },
    cost: 0.00021108,
  },
  {
    path: 'cassettes/openrouter/claude-sonnet-4/thinking_streaming.yaml',
    requests: 2,
    start: options =>
      extract(z.string(), "What's the weather in Florence, Italy?", {
        model: 'openrouter/anthropic/claude-sonnet-4',
        instructions: 'You are a helpful assistant',
        reasoning: { effort: 'medium' },
        tools: { weather },
        ...options,
      }),
    output: "The current weather in Florence, Italy is 40°C (104°F). That's quite hot! It's a very warm day there.",
    usage: { inputTokens: 972, outputTokens: 144, cachedInputTokens: 0, reasoningTokens: 65, totalTokens: 1116 },
    cost: 0.005076,
  },
  {
    path: 'cassettes/groq/kimi-k2/tool_streaming.yaml',
    requests: 2,
    start: options =>
      extract(z.string(), "What's the weather in Florence,Italy?", {
        model: 'groq/moonshotai/kimi-k2-instruct-0905',
        instructions: 'You are a helpful assistant',
        maxOutputTokens: 4000,
        tools: { weather },
        ...options,
      }),
    output: "The weather in Florence, Italy is currently 40°C (104°F). It's quite hot there right now!",
    usage: { inputTokens: 236, outputTokens: 55, totalTokens: 291 },
    cost: undefined,
  },
  {
    path: 'cassettes/openai/gpt-4o-mini/multi_tool_streaming.yaml',
    requests: 2,
    start: options =>
      extract(z.string(), 'Add and multiply the number 2 and 3', {
        model: 'openai/gpt-4o-mini',
        instructions: 'You are a helpful assistant. Always use both add and multiply at the same time.',
        maxOutputTokens: 4000,
        tools: {
          add: { description: 'Add two numbers', inputSchema: pair, execute: ({ a, b }) => a + b },
          multiply: { description: 'Multiply two numbers', inputSchema: pair, execute: ({ a, b }) => a * b },
        },
        ...options,
      }),
    output: 'The sum of 2 and 3 is 5, and the product of 2 and 3 is 6.',
    usage: { inputTokens: 278, outputTokens: 76, cachedInputTokens: 0, reasoningTokens: 0, totalTokens: 354 },
    cost: undefined,
  },
]
