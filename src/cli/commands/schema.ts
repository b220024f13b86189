import { type ExplainedRewrite, explain } from 'decant'
import { exits } from '../exit.ts'
import { loadExtractor, type Wishes } from '../input/extractor.ts'
import { functionsOf } from '../input/function.ts'
import { type Io, type Manner, write } from '../io.ts'
import { bytes, count } from '../terminal/numbers.ts'
import { oneLine, safeJson } from '../terminal/text.ts'

/** About as many characters to a token as English and JSON have. */
const charactersPerToken = 4

/**
 * The functions as they are sent, what they add to every request, what was rewritten for the provider, and how the answer is
 * asked for.
 */
export const schemaCommand = async (source: string, options: Wishes & Manner, io: Io): Promise<number> => {
  // A schema alone names no model, and to be looked at it needs none.
  const extractor = await loadExtractor(source, { ...options, modelOfSchema: 'openai/any' }, io)
  const { name, schema, prompt, ...settings } = extractor.declaration
  const { mode, rewrites, refused } = explain(schema, settings)
  const tell = (event: string, words: string, facts: object): void => {
    io.stderr.write(options.json ? `${safeJson({ event, ...facts })}\n` : `${oneLine(words)}\n`)
  }
  // The first is thrown below.
  for (const issue of refused.slice(1)) tell('refused', issue.message, issue)
  const functions = functionsOf(extractor)
  if (functions.length === 0 && !options.quiet) io.stderr.write('no function: the schema asks for text\n')
  for (const sent of functions) {
    const json = JSON.stringify(sent)
    await write(io.stdout, `${safeJson(sent, io.stdout.isTTY ? 2 : undefined)}\n`)
    if (options.quiet) continue
    const size = new TextEncoder().encode(json).length
    const tokens = Math.ceil(json.length / charactersPerToken)
    const words = `${sent.name}: ${bytes(size)}, about ${count(tokens)} tokens in every request`
    tell('function', words, { name: sent.name, bytes: size, tokens })
  }
  if (options.quiet || mode === undefined) return exits.done
  for (const each of rewrites) tell('rewrite', `${placeOf(each)}: ${each.rule}; ${each.reason}`, each)
  if (functions.length > 0) tell('mode', `mode ${mode.used}: ${mode.why}`, mode)
  return exits.done
}

const placeOf = ({ name, path }: ExplainedRewrite): string => [name, ...path].join('.').replaceAll('.[]', '[]')
