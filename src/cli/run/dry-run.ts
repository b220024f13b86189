import { dryRun, type Price } from 'decant'
import { exits } from '../exit.ts'
import type { AnyExtractor } from '../input/extractor.ts'
import { functionsOf, modelName } from '../input/function.ts'
import { hollowness } from '../input/hollow.ts'
import type { Input } from '../input/records.ts'
import { type Io, type Manner, write } from '../io.ts'
import { bytes, count, dollars, short } from '../terminal/numbers.ts'
import { noteLine } from '../terminal/plain.ts'
import { plain, safeJson } from '../terminal/text.ts'

/** What the run would send and, with prices, cost; nothing is sent. */
export const dryRunCommand = async (
  extractor: AnyExtractor,
  input: Input,
  { prices, json }: Manner & { readonly prices?: Price },
  io: Io,
): Promise<number> => {
  let hollow: string | undefined
  const seen = (record: unknown, row: number): void => {
    hollow ??= hollowness(extractor, record, row)
  }
  const { records, inputTokens, outputTokens, cost } = await dryRun(extractor, recordsOf(input, seen), { prices })
  if (hollow !== undefined && !json) io.stderr.write(`${noteLine(hollow)}\n`)
  const functions = functionsOf(extractor)
  if (json) {
    await write(io.stdout, `${safeJson({ records, inputTokens, outputTokens, cost, note: hollow, functions })}\n`)
    return exits.done
  }
  const lines = [
    `dry run: nothing was sent`,
    `model     ${modelName(extractor)}`,
    `records   ${count(records)}`,
    `input     about ${short(inputTokens)} tokens`,
    `output    ${outputTokens === undefined ? 'unknown: the extractor sets no maxOutputTokens' : `at most ${short(outputTokens)} tokens`}`,
    `cost      ${costText(cost)}`,
    ...functions.map(each => `function  ${each.name}, ${bytes(new TextEncoder().encode(JSON.stringify(each)).length)}`),
    ...functions.flatMap(each => safeJson(each, 2).split('\n')),
  ]
  await write(io.stdout, lines.map(line => `${plain(line)}\n`).join(''))
  return exits.done
}

const costText = (cost: { readonly least: number; readonly most?: number } | undefined): string => {
  if (cost === undefined) return 'unknown: give --prices IN,OUT (USD for a million tokens)'
  const most = cost.most === undefined ? '' : `, at most ${dollars(cost.most)} in all`
  return `about ${dollars(cost.least)} for the input${most}`
}

async function* recordsOf(input: Input, seen: (record: unknown, row: number) => void): AsyncGenerator<unknown> {
  let row = 0
  for await (const { record } of input.records()) {
    seen(record, ++row)
    yield record
  }
}
