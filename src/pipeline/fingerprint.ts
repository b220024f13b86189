import { extract } from '../extract.ts'
import type { Extractor } from '../extractor.ts'
import { hashOf } from '../hash.ts'
import type { Extraction, Model } from '../types.ts'
import type { Fingerprint } from './types.ts'

/**
 * An extraction that is never read: what an extractor sends beside its prompt.
 *
 * @throws what `extract` throws for a schema or options that cannot be sent.
 */
export const probe = <I, O>({ declaration }: Extractor<any, I, O>): Extraction<I, O> => {
  const { name, schema, prompt, ...options } = declaration
  return extract(schema, 'probe', options)
}

/** What the outputs of an extractor depend on. */
export const fingerprintOf = async (extractor: Extractor<any, any, any>): Promise<Fingerprint> => {
  const { instructions, prompt, model, fallback = [], validate } = extractor.declaration
  // What an answer may be long decides whether it comes, not what it says.
  const { messages, tools, tool_choice, stream, stream_options, max_tokens, max_completion_tokens, ...rest } =
    probe(extractor).request
  const text = (value: unknown): string => JSON.stringify(value) ?? ''
  const [schema, template, options, check] = await Promise.all([
    hashOf(text(tools)),
    hashOf(text([instructions, prompt === undefined ? '' : String(prompt)])),
    hashOf(text([rest, fallback.map(nameOf)])),
    hashOf(validate === undefined ? '' : String(validate)),
  ])
  return {
    model: nameOf(model),
    schema,
    prompt: template,
    options,
    validate: check,
  }
}

const nameOf = (model: string | Model): string => (typeof model === 'string' ? model : `${model.provider}/${model.id}`)
