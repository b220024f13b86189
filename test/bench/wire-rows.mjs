import { parse as jsonriver } from 'jsonriver'
import { look } from './documents.mjs'
import { floor } from './floor.mjs'
import { createProvider, extract } from './library.mjs'
import { Batch, name, prompt, requestFor } from './schema.mjs'

const apiKey = 'none'

/** What a reader of snapshots sees, until the box is full: how many, and the last. */
const watch = async (source, box) => {
  let snapshots = 0
  let value
  for await (value of source) {
    look(value)
    snapshots++
    if (box.over()) break
  }
  return { snapshots, value }
}

/** The snapshots with the checked value of the end, or with the last one when the box was full before. */
const finished = async (seen, box, output) => (box.full ? seen : { ...seen, value: await output() })

const decantRow = read => baseURL => {
  const provider = createProvider({ name: 'bench', baseURL })
  return async (model, box) => {
    const extraction = extract(Batch, prompt, { model: provider(model), schemaName: name })
    return await finished(await read(extraction, box), box, () => extraction)
  }
}

const partialsOf = async function* (extraction) {
  for await (const event of extraction.events()) if (event.type === 'partial') yield event.value
}

/** The arguments' text, delta by delta, from the raw stream of the openai SDK. */
const rawStream = async function* (client, model) {
  for await (const chunk of await client.chat.completions.create(requestFor(model))) {
    const delta = chunk.choices[0]?.delta.tool_calls?.[0]?.function?.arguments
    if (delta) yield delta
  }
}

/**
 * The rows of the wire table: each is given the server's address and gives a function that reads one answer, checks it
 * with the schema, and tells how many snapshots it saw. `load` imports a package in the line that is measured.
 */
export const wireRows = {
  F2: () => baseURL => async model => ({ snapshots: 0, value: await floor(baseURL, model) }),
  decant: () => decantRow(watch),
  'decant events()': () => decantRow((extraction, box) => watch(partialsOf(extraction), box)),
  'openai raw': async load => {
    const { OpenAI } = await load('openai')
    return baseURL => {
      const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 })
      return async model => {
        let text = ''
        for await (const delta of rawStream(client, model)) text += delta
        return { snapshots: 0, value: Batch.parse(JSON.parse(text)) }
      }
    }
  },
  'openai raw + jsonriver': async load => {
    const { OpenAI } = await load('openai')
    return baseURL => {
      const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 })
      return async (model, box) => {
        const { snapshots, value } = await watch(jsonriver(rawStream(client, model)), box)
        return { snapshots, value: box.full ? value : Batch.parse(value) }
      }
    }
  },
  // The helper that parses partial arguments of a function declared with Zod.
  'openai stream()': async load => {
    const { OpenAI } = await load('openai')
    const { zodFunction } = await load('openai/helpers/zod')
    return baseURL => {
      const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 })
      return async (model, box) => {
        const request = { ...requestFor(model), tools: [zodFunction({ name, parameters: Batch })] }
        const stream = client.chat.completions.stream(request)
        let snapshots = 0
        let value
        stream.on('tool_calls.function.arguments.delta', ({ parsed_arguments }) => {
          value = parsed_arguments
          look(value)
          snapshots++
          if (box.over()) stream.abort()
        })
        try {
          const completion = await stream.finalChatCompletion()
          return { snapshots, value: completion.choices[0].message.tool_calls[0].function.parsed_arguments }
        } catch (error) {
          if (!box.full) throw error
          return { snapshots, value }
        }
      }
    }
  },
  'ai streamText + Output': async load => {
    const { Output, streamText } = await load('ai')
    return await aiRow(load, model => {
      const result = streamText({ model, prompt, output: Output.object({ schema: Batch }), ...quiet })
      return { snapshots: result.partialOutputStream, output: () => result.output }
    })
  },
  'ai streamObject': async load => {
    const { streamObject } = await load('ai')
    return await aiRow(load, model => {
      const result = streamObject({ model, prompt, schema: Batch, ...quiet })
      return { snapshots: result.partialObjectStream, output: () => result.object }
    })
  },
}

/** Its own log of failures is off; a failure still rejects. */
const quiet = { maxRetries: 0, onError: () => {} }

const aiRow = async (load, ask) => {
  const { createOpenAICompatible } = await load('@ai-sdk/openai-compatible')
  return baseURL => {
    const settings = { name: 'bench', baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true }
    const provider = createOpenAICompatible(settings)
    return async (model, box) => {
      const { snapshots, output } = ask(provider(model))
      return await finished(await watch(snapshots, box), box, output)
    }
  }
}
