import { defineExtractor, type Extraction, type Extractor, type Prompt, withDefaults } from 'decant'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { Person } from '../helpers/person.ts'

const model = 'xai/grok-4-fast'
const Counted = z.object({ n: z.number().default(1) })
type CountedIn = z.input<typeof Counted>
type CountedOut = z.output<typeof Counted>

// ---------------------------------------------------------------- defineExtractor

const count = defineExtractor({
  name: 'count',
  schema: Counted,
  model,
  prompt: ({ line }: { line: string }) => `Count ${line}`,
  tools: {
    look: {
      inputSchema: z.object({ where: z.string() }),
      execute: ({ where }) => expectTypeOf(where).toBeString(),
    },
  },
})
expectTypeOf(count).toEqualTypeOf<Extractor<{ line: string }, CountedIn, CountedOut>>()
expectTypeOf(count({ line: 'x' })).toEqualTypeOf<Extraction<CountedIn, CountedOut>>()
expectTypeOf(count.with({ temperature: 1 })).toEqualTypeOf(count)
expectTypeOf(count.name).toBeString()
count({ line: 'x' }, { seed: 1, model: 'groq/x' })

// Without a prompt of its own it takes one.
const plain = defineExtractor({ name: 'plain', schema: Person, model })
expectTypeOf(plain).parameter(0).toEqualTypeOf<Prompt>()
plain('Alice')
plain([{ role: 'user', content: 'Alice' }])

const shown = defineExtractor({
  name: 'shown',
  schema: Counted,
  model,
  prompt: (lines: string[]) => lines.join(),
  // An output is what the model writes: a default may be left out.
  examples: [
    { input: ['a'], output: { n: 1 } },
    { input: [], output: {} },
  ],
})
expectTypeOf(shown).toEqualTypeOf<Extractor<string[], CountedIn, CountedOut>>()
shown.with({ examples: [{ input: ['b'], output: { n: 2 } }] })
// @ts-expect-error an example's input is the extractor's
shown.with({ examples: [{ input: 'b', output: { n: 2 } }] })
// @ts-expect-error an example's output fits the schema
defineExtractor({ name: 'x', schema: Counted, model, examples: [{ input: 'a', output: { n: 'two' } }] })

// @ts-expect-error another input
count('x')
// @ts-expect-error no such option
count({ line: 'x' }, { sede: 1 })
// @ts-expect-error no such option
count.with({ sede: 1 })
// @ts-expect-error no such option
defineExtractor({ name: 'x', schema: Person, model, sede: 1 })
// @ts-expect-error the model is missing
defineExtractor({ name: 'x', schema: Person })
// @ts-expect-error the name is missing
defineExtractor({ schema: Person, model })
// @ts-expect-error a prompt is a string or messages
defineExtractor({ name: 'x', schema: Person, model, prompt: (n: number) => n })
// @ts-expect-error the name is not for writing
plain.name = 'other'

// ---------------------------------------------------------------- withDefaults

const cheap = withDefaults({ model, temperature: 0 })
expectTypeOf(cheap(Counted, '')).toEqualTypeOf<Extraction<CountedIn, CountedOut>>()
cheap(Counted, '', { seed: 1 })
cheap(Counted, '', {
  tools: { look: { inputSchema: z.object({ a: z.string() }), execute: ({ a }) => expectTypeOf(a).toBeString() } },
})

const modelless = withDefaults({ temperature: 0 })
modelless(Counted, '', { model })
// @ts-expect-error no default has a model
modelless(Counted, '')
// @ts-expect-error no default has a model
modelless(Counted, '', { seed: 1 })
// @ts-expect-error no such option
cheap(Counted, '', { sede: 1 })
// @ts-expect-error no such option
withDefaults({ sede: 1 })
