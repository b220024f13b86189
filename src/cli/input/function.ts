import { extract, type JsonSchema } from 'decant'
import type { AnyExtractor } from './extractor.ts'

/** A function as it is sent. */
export interface SentFunction {
  readonly name: string
  readonly description?: string
  readonly parameters: JsonSchema
}

/**
 * The functions that an extractor sends with every request: its tools, then the answer's. None where it asks for text.
 *
 * @throws what `extract` throws for a schema or options that cannot be sent
 */
export const functionsOf = ({ declaration }: AnyExtractor): readonly SentFunction[] => {
  const { name, schema, prompt, ...options } = declaration
  const { tools = [] } = extract(schema, 'nothing is sent', options).request as {
    readonly tools?: readonly { readonly function: SentFunction }[]
  }
  return tools.map(tool => tool.function)
}

/** The schema of the answer, as it is sent. */
export const answerSchemaOf = (extractor: AnyExtractor): JsonSchema => functionsOf(extractor).at(-1)?.parameters ?? {}

export const modelName = ({ declaration: { model } }: AnyExtractor): string =>
  typeof model === 'string' ? model : `${model.provider}/${model.id}`
