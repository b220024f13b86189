import { createProvider, explain, type Options } from 'decant'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { z } from 'zod'

/** The three declarations whose cost in tokens is held down, and what a person would have written by hand for each. */

const Person = z
  .object({
    name: z.string().describe("The person's name"),
    age: z.int().describe("The person's age"),
    city: z.string().describe('The city where the person lives'),
  })
  .meta({ title: 'Person', description: 'A person with name, age, and city' })

const BarePerson = z.object({ name: z.string(), age: z.int(), city: z.string() }).meta({ title: 'Person' })

const Invoice = z
  .object({
    number: z.string(),
    issued: z.iso.date(),
    due: z.iso.date().optional(),
    currency: z.enum(['EUR', 'USD', 'GBP']),
    customer: z.object({ name: z.string(), email: z.email().optional(), vatId: z.string().optional() }),
    lines: z.array(
      z.object({
        description: z.string(),
        quantity: z.int().positive(),
        unitPrice: z.number(),
        unit: z.enum(['piece', 'hour', 'kg']),
        note: z.string().optional(),
      }),
    ),
    total: z.number(),
  })
  .meta({ title: 'Invoice' })

const Section = z.object({
  heading: z.string(),
  text: z.string().optional(),
  get sections() {
    return z.array(Section).optional()
  },
})
const Document = z
  .object({ title: z.string(), written: z.iso.date(), sections: z.array(Section) })
  .meta({ title: 'Document' })

const string = { type: 'string' }
const date = { type: 'string', format: 'date' }
const sections = { type: 'array', items: { $ref: '#/$defs/Section' } }

export const declarations = {
  Person: {
    schema: BarePerson,
    byHand: {
      type: 'object',
      properties: { name: string, age: { type: 'integer' }, city: string },
      required: ['name', 'age', 'city'],
    },
  },
  'Person, described': {
    schema: Person,
    byHand: {
      type: 'object',
      properties: {
        name: { type: 'string', description: "The person's name" },
        age: { type: 'integer', description: "The person's age" },
        city: { type: 'string', description: 'The city where the person lives' },
      },
      required: ['name', 'age', 'city'],
    },
  },
  Invoice: {
    schema: Invoice,
    byHand: {
      type: 'object',
      properties: {
        number: string,
        issued: date,
        due: date,
        currency: { type: 'string', enum: ['EUR', 'USD', 'GBP'] },
        customer: {
          type: 'object',
          properties: { name: string, email: { type: 'string', format: 'email' }, vatId: string },
          required: ['name'],
        },
        lines: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              description: string,
              quantity: { type: 'integer', exclusiveMinimum: 0 },
              unitPrice: { type: 'number' },
              unit: { type: 'string', enum: ['piece', 'hour', 'kg'] },
              note: string,
            },
            required: ['description', 'quantity', 'unitPrice', 'unit'],
          },
        },
        total: { type: 'number' },
      },
      required: ['number', 'issued', 'currency', 'customer', 'lines', 'total'],
    },
  },
  Document: {
    schema: Document,
    byHand: {
      type: 'object',
      properties: { title: string, written: date, sections },
      required: ['title', 'written', 'sections'],
      $defs: {
        Section: { type: 'object', properties: { heading: string, text: string, sections }, required: ['heading'] },
      },
    },
  },
} as const

type Declared = { readonly schema: z.ZodType; readonly byHand: object }

const openRow = createProvider({ name: 'bare', baseURL: 'https://bare.example/v1' })('model')

const functionAt = (schema: z.ZodType, model: Options['model']): any =>
  (explain(schema, { model }).sent.tools as any)[0]

/** Tokens of the whole `tools` block, in the o200k encoding. */
export const sizes = ({ schema, byHand }: Declared) => {
  const strictFalse = functionAt(schema, 'openai/gpt-4o-mini')
  const omitted = functionAt(schema, openRow)
  const { name, description } = omitted.function
  const named = { name, ...(description && { description }) }
  const tokens = (sent: unknown): number => countTokens(JSON.stringify([sent]))
  return {
    functionNamed: named as { name: string; description?: string },
    strictFalse: tokens(strictFalse),
    omitted: tokens(omitted),
    byHand: tokens({ type: 'function', function: { ...named, parameters: byHand } }),
  }
}
