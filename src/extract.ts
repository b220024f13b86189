import { LazyExtraction } from './extraction.ts'
import { planOf } from './plan.ts'
import type { Examples, Extraction, Options, Prompt, Schema, ToolSchemas } from './types.ts'

/**
 * Extracts what the schema declares from what the prompt says.
 *
 * Returns at once and sends nothing: `await` it for the output, iterate it for growing partials, or read its `result()`,
 * `events()`, `request`. An `async` function that returns an Extraction returns its output, since it is awaited on the way.
 *
 * @param schema Zod 4, Zod 4 mini, Zod 3, or anything with Standard JSON Schema. A bare `z.string()` asks for text.
 * @param prompt a string, sent as one user message, or chat messages.
 * @throws TypeError, RangeError for misuse; ConfigError for an unknown provider or options that cannot be sent; SchemaError
 * for a schema that cannot be sent. Everything else comes from the reader: see the error classes.
 */
export const extract = <I, O, T extends ToolSchemas<T> = {}>(
  schema: Schema<I, O>,
  prompt: Prompt,
  options: Options<T, O> & Examples<Prompt, NoInfer<I>>,
): Extraction<I, O> => new LazyExtraction(planOf(schema, options), prompt)
