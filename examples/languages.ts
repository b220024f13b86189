/** One declaration in every schema language that is taken: the same function. Nothing is sent. */
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import { explain, jsonSchema } from 'decant'
import * as v from 'valibot'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as z3 } from 'zod/v3'

const declared = {
  'Zod 4': z.object({ city: z.string(), nights: z.int().positive() }),
  'Zod 4 mini': mini.object({ city: mini.string(), nights: mini.int().check(mini.positive()) }),
  'Zod 3': z3.object({ city: z3.string(), nights: z3.number().int().positive() }),
  Valibot: toStandardJsonSchema(v.object({ city: v.string(), nights: v.pipe(v.number(), v.integer(), v.gtValue(0)) })),
  ArkType: type({ city: 'string', nights: 'number.integer > 0' }),
  'JSON Schema': jsonSchema<{ city: string; nights: number }>({
    type: 'object',
    properties: { city: { type: 'string' }, nights: { type: 'integer', exclusiveMinimum: 0 } },
    required: ['city', 'nights'],
  }),
}

for (const [language, schema] of Object.entries(declared)) {
  const { sent } = explain(schema, { model: 'openai/gpt-4o-mini', schemaName: 'Stay' })
  const [tool] = sent.tools as { function: { parameters: object } }[]
  console.log(language.padEnd(11), JSON.stringify(tool?.function.parameters))
}
