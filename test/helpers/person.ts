import { z } from 'zod'

export const Person = z
  .object({
    name: z.string().describe("The person's name"),
    age: z.int().describe("The person's age"),
    city: z.string().describe('The city where the person lives'),
  })
  .meta({ title: 'Person', description: 'A person with name, age, and city' })

export const personPrompt = 'Generate information about a person named Alice who is 30 years old and lives in Paris.'

export const alice = { name: 'Alice', age: 30, city: 'Paris' }
