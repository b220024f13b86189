const { extract } = require('decant')
const { cassette } = require('decant/cassette')
const { createJsonParser } = require('decant/json')
const { z } = require('zod')

const Person = z
  .object({
    name: z.string().describe("The person's name"),
    age: z.number().int().describe("The person's age"),
    city: z.string().describe('The city where the person lives'),
  })
  .describe('A person with name, age, and city')

const main = async () => {
  const run = extract(
    Person,
    'Generate information about a person named Alice who is 30 years old and lives in Paris.',
    {
      model: 'xai/grok-4-fast',
      schemaName: 'Person',
      maxOutputTokens: 4000,
      fetch: cassette('person.yaml', { mode: 'replay' }),
    },
  )

  const partials = []
  for await (const partial of run) partials.push(partial)

  const parser = createJsonParser()
  parser.feed(JSON.stringify(await run))
  parser.finish()
  console.log(JSON.stringify({ output: await run, last: partials.at(-1), parsed: parser.value }))
}

main()
