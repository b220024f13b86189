import { exits } from '../exit.ts'
import { loadExtractor, type Wishes } from '../input/extractor.ts'
import { functionsOf } from '../input/function.ts'
import { type Io, type Manner, write } from '../io.ts'
import { bytes, count } from '../terminal/numbers.ts'
import { oneLine, safeJson } from '../terminal/text.ts'

/** About as many characters to a token as English and JSON have. */
const charactersPerToken = 4

/** The functions as they are sent, and what they add to every request. */
export const schemaCommand = async (source: string, options: Wishes & Manner, io: Io): Promise<number> => {
  // A schema alone names no model, and to be looked at it needs none.
  const extractor = await loadExtractor(source, { ...options, modelOfSchema: 'openai/any' }, io)
  const functions = functionsOf(extractor)
  if (functions.length === 0 && !options.quiet) io.stderr.write('no function: the schema asks for text\n')
  for (const sent of functions) {
    const json = JSON.stringify(sent)
    await write(io.stdout, `${safeJson(sent, io.stdout.isTTY ? 2 : undefined)}\n`)
    if (options.quiet) continue
    const size = new TextEncoder().encode(json).length
    const tokens = Math.ceil(json.length / charactersPerToken)
    io.stderr.write(
      options.json
        ? `${safeJson({ event: 'function', name: sent.name, bytes: size, tokens })}\n`
        : `${oneLine(sent.name)}: ${bytes(size)}, about ${count(tokens)} tokens in every request\n`,
    )
  }
  return exits.done
}
