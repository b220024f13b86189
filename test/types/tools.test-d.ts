import { type } from 'arktype'
import { extract, type Options, type Tool, type ToolSchemas } from 'decant'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as z3 } from 'zod3'

const model = 'xai/grok-4-fast'
const text = z.string()

// `execute` knows its input from `inputSchema`, of whatever library, without a word about it.
extract(text, '', {
  model,
  tools: {
    four: {
      inputSchema: z.object({ at: z.iso.date().transform(day => new Date(day)), n: z.number().default(1) }),
      execute: input => expectTypeOf(input).toEqualTypeOf<{ at: Date; n: number }>(),
    },
    mini: {
      inputSchema: mini.object({ a: mini.string() }),
      execute: async ({ a }) => expectTypeOf(a).toBeString(),
    },
    three: {
      inputSchema: z3.object({ a: z3.string() }),
      execute({ a }) {
        expectTypeOf(a).toBeString()
      },
    },
    ark: {
      inputSchema: type({ a: 'number' }),
      execute: ({ a }, { id, signal }) => {
        expectTypeOf(a).toBeNumber()
        expectTypeOf(id).toBeString()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        return a
      },
    },
  },
})

const inputSchema = z.object({ location: z.string() })

// A tool of its own, declared before it is offered.
const weather: Tool<typeof inputSchema> = { inputSchema, execute: ({ location }) => location.length }
extract(text, '', { model, tools: { weather } })

extract(text, '', {
  model,
  // @ts-expect-error execute takes what inputSchema gives
  tools: { weather: { inputSchema, execute: (input: { location: number }) => input.location } },
})
// @ts-expect-error a tool has an execute
extract(text, '', { model, tools: { weather: { inputSchema } } })
// @ts-expect-error a tool has an inputSchema
extract(text, '', { model, tools: { weather: { execute: () => '' } } })
extract(text, '', {
  model,
  // @ts-expect-error the input has no such field
  tools: { weather: { inputSchema, execute: ({ city }) => city } },
})
// @ts-expect-error a bare object literal is no schema
extract(text, '', { model, tools: { weather: { inputSchema: { location: z.string() }, execute: () => '' } } })

// ---------------------------------------------------------------- generic callers

const asked = <T extends ToolSchemas<T>>(tools: Options<T>['tools']) => extract(text, '', { model, tools })
expectTypeOf(await asked({ weather: { inputSchema, execute: ({ location }) => location } })).toBeString()

// Tools whose schemas nobody knows, as the options of an extractor's call have them.
const loose: Record<string, Tool<any>> = {
  weather: { inputSchema, execute: ({ location }: { location: string }) => location },
}
extract(text, '', { model, tools: loose })
