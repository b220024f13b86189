import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import * as z3 from 'zod/v3'
import { load } from './load.mjs'

export const concurrency = 50
const Item = z.object({ n: z.int() }).meta({ title: 'Item' })

const dist = new URL('../../dist/', import.meta.url)
export const decant = async () => ({
  ...(await import(new URL('index.js', dist))),
  ...(await import(new URL('node.js', dist))),
})

export function* numbers(count) {
  for (let n = 0; n < count; n++) yield n
}

/** @param endpoint of the provider, as `createProvider` takes it. */
export const extractorFor = async endpoint => {
  const { createProvider, defineExtractor } = await decant()
  const model = createProvider({ name: 'bench', ...endpoint })('model')
  return defineExtractor({ name: 'item', schema: Item, model, prompt: n => String(n) })
}

/** A journal in a folder of its own, for as long as `use` takes. */
export const withJournal = async use => {
  const { fileJournal } = await decant()
  const folder = mkdtempSync(join(tmpdir(), 'decant-bench-'))
  const result = await use(fileJournal(join(folder, 'journal')))
  rmSync(folder, { recursive: true })
  return result
}

/** What a person writes who has no library: so many workers, one request after the other. */
const workers = async (count, extract) => {
  const source = numbers(count)
  const worker = async () => {
    for (const n of source) {
      const output = await extract(String(n))
      if (output.n !== n) throw new Error(`Expected ${n}, got ${JSON.stringify(output)}`)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

const bare =
  (init = () => ({})) =>
  ({ count, baseURL, body }) =>
    workers(count, async content => {
      const response = await fetch(`${baseURL}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, messages: [{ role: 'user', content }] }),
        ...init(),
      })
      const answer = JSON.parse(await response.text())
      return Item.parse(JSON.parse(answer.choices[0].message.tool_calls[0].function.arguments))
    })

const run = async (count, items) => {
  let seen = 0
  for await (const item of items) {
    if (item.status !== 'done' || item.output.n !== item.record) throw item.error
    seen++
  }
  if (seen !== count) throw new Error(`Expected ${count} items, got ${seen}`)
}

const model = 'model'
const apiKey = 'none'

/** So many extractions each, checked by the same schema; the floor first. */
export const rows = {
  'bare loop': bare(),
  'bare loop, a time limit for each request': bare(() => ({ signal: AbortSignal.timeout(240_000) })),
  extractAll: async ({ count, baseURL }) => {
    const { extractAll } = await decant()
    await run(count, extractAll(await extractorFor({ baseURL }), numbers(count), { concurrency }))
  },
  'extractAll, journal': async ({ count, baseURL }) => {
    const { extractAll } = await decant()
    const extractor = await extractorFor({ baseURL })
    await withJournal(journal => run(count, extractAll(extractor, numbers(count), { concurrency, journal })))
  },
  'openai parse()': async ({ count, baseURL, body }) => {
    const { OpenAI } = await load('openai')
    const { zodFunction } = await load('openai/helpers/zod')
    const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 })
    const tools = [zodFunction({ name: 'Item', parameters: Item })]
    const { tool_choice } = body
    await workers(count, async content => {
      const messages = [{ role: 'user', content }]
      const answer = await client.chat.completions.parse({ model, messages, tools, tool_choice })
      return answer.choices[0].message.tool_calls[0].function.parsed_arguments
    })
  },
  'ai generateObject': async ({ count, baseURL }) => {
    const { generateObject } = await load('ai')
    const { createOpenAICompatible } = await load('@ai-sdk/openai-compatible')
    const provider = createOpenAICompatible({ name: 'bench', baseURL, apiKey, supportsStructuredOutputs: true })
    await workers(count, async prompt => {
      const { object } = await generateObject({ model: provider(model), schema: Item, prompt, maxRetries: 0 })
      return object
    })
  },
  'instructor, Zod 3': async ({ count, baseURL }) => {
    const { OpenAI } = await load('openai')
    const { default: createInstructor } = await load('@instructor-ai/instructor')
    const client = createInstructor({ client: new OpenAI({ baseURL, apiKey, maxRetries: 0 }), mode: 'TOOLS' })
    // It knows no newer one.
    const schema = z3.object({ n: z3.number().int() })
    await workers(count, content =>
      client.chat.completions.create({
        model,
        messages: [{ role: 'user', content }],
        response_model: { schema, name: 'Item' },
        max_retries: 0,
      }),
    )
  },
}
