import { type DeepPartial, extract } from 'decant'
import { cassette } from 'decant/cassette'
import { createJsonParser } from 'decant/json'
import { z } from 'zod'

interface Person {
  name: string
  age: number
  city: string
}

const schema = z
  .object({
    name: z.string().describe("The person's name"),
    age: z.number().int().describe("The person's age"),
    city: z.string().describe('The city where the person lives'),
  })
  .describe('A person with name, age, and city')

await using run = extract(
  schema,
  'Generate information about a person named Alice who is 30 years old and lives in Paris.',
  {
    model: 'xai/grok-4-fast',
    schemaName: 'Person',
    maxOutputTokens: 4000,
    fetch: cassette('person.yaml', { mode: 'replay' }),
  },
)

const partials: DeepPartial<Person>[] = []
for await (const partial of run) partials.push(partial)
const output: Person = await run

// @ts-expect-error the output has no such key
output.surname

const parser = createJsonParser()
parser.feed(JSON.stringify(output))
parser.finish()
console.log(JSON.stringify({ output, last: partials.at(-1), parsed: parser.value }))
