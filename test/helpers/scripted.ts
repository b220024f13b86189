/** A model in memory that answers by what it is asked: for runs of thousands of records, where a server would only cost. */
import { createProvider, defineExtractor, type Extractor, type ProviderOptions } from 'decant'
import { z } from 'zod'

export interface Asked {
  /** The last user message. */
  readonly prompt: string
  /** How often this prompt has been asked before. */
  readonly tries: number
  readonly body: any
  readonly signal: AbortSignal
}

type Answering = (asked: Asked) => Response | Promise<Response>

/** A plain answer: the arguments of a forced call of `name`. */
export const answer = (
  value: unknown,
  { name = 'Item', usage = true, cost, headers = {} }: AnswerOptions = {},
): Response =>
  Response.json(
    {
      id: 'chatcmpl-scripted',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'call_0', type: 'function', function: { name, arguments: JSON.stringify(value) } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      ...(usage && {
        usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120, ...(cost !== undefined && { cost }) },
      }),
    },
    { headers },
  )

interface AnswerOptions {
  readonly name?: string
  readonly usage?: boolean
  readonly cost?: number
  readonly headers?: Record<string, string>
}

export const refusal = (status: number, headers: Record<string, string> = {}, type = 'error'): Response =>
  Response.json({ error: { message: `status ${status}`, type } }, { status, headers })

export interface ScriptedModel {
  readonly model: ReturnType<ReturnType<typeof createProvider>>
  /** Every prompt in the order in which it was asked. */
  readonly asked: string[]
  /** How many are being answered now, and were at most. */
  readonly load: { now: number; most: number }
}

export const scriptedModel = (answering: Answering, options: Partial<ProviderOptions> = {}): ScriptedModel => {
  const asked: string[] = []
  const load = { now: 0, most: 0 }
  const tries = new Map<string, number>()
  const fetch = async (_: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(String(init?.body))
    const prompt = body.messages.at(-1).content
    const before = tries.get(prompt) ?? 0
    tries.set(prompt, before + 1)
    asked.push(prompt)
    load.most = Math.max(load.most, ++load.now)
    try {
      return await answering({ prompt, tries: before, body, signal: init!.signal! })
    } finally {
      load.now--
    }
  }
  const provider = createProvider({ name: 'scripted', baseURL: 'https://scripted.example/v1', fetch, ...options })
  return { model: provider('model'), asked, load }
}

export const Item = z.object({ n: z.int() }).meta({ title: 'Item' })

/** Extracts `{ n }` from prompts `n`. */
export const itemExtractor = ({ model }: ScriptedModel): Extractor<number, { n: number }, { n: number }> =>
  defineExtractor({ name: 'item', schema: Item, model, maxRetries: 0, maxRepairs: 0, prompt: (n: number) => String(n) })

/** Waits until the signal aborts. */
export const never = ({ signal }: Asked): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
