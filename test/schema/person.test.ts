import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { compileSchema } from '../../src/schema/index.ts'

const Person = z
  .object({
    name: z.string().describe("The person's name"),
    age: z.int().describe("The person's age"),
    city: z.string().describe('The city where the person lives'),
  })
  .meta({ title: 'Person', description: 'A person with name, age, and city' })

test('the recorded function comes from its declaration', async () => {
  const cassette = parse(
    await readFile(new URL('../../cassettes/xai/grok-4-fast/simple_object_streaming.yaml', import.meta.url), 'utf8'),
  )
  const recorded = JSON.parse(cassette.interactions[0].request.body).tools[0].function
  const { name, description, wire } = compileSchema(Person)
  const { strict: _, ...asked } = recorded
  expect({ name, description, parameters: wire }).toEqual(asked)
})
