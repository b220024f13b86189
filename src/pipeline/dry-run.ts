import { priceOf, tokensOf } from '../budget.ts'
import type { Extractor } from '../extractor.ts'
import type { Price } from '../types.ts'
import { openSource } from './source.ts'
import type { Source } from './types.ts'

/** What a run would send. */
export interface DryRun {
  readonly records: number
  /** About four characters a token, of the first request of each record. */
  readonly inputTokens: number
  /** At most, by `maxOutputTokens`; absent without it. */
  readonly outputTokens?: number
  /** USD of the input, and with the most output where that is known; absent without `prices`. */
  readonly cost?: { readonly least: number; readonly most?: number }
  /** The body of the first record's first request, the function as sent in its `tools`; absent without records. */
  readonly request?: Readonly<Record<string, unknown>>
}

/**
 * Reads the records to their end and sends nothing.
 *
 * @throws what `extractAll` throws, and what the extractor's `prompt` throws for a record.
 */
export const dryRun = async <A, I, O>(
  extractor: Extractor<A, I, O>,
  records: Source<NoInfer<A>>,
  { prices }: { readonly prices?: Price | undefined } = {},
): Promise<DryRun> => {
  const source = openSource(records)()
  let count = 0
  let characters = 0
  let first: Readonly<Record<string, unknown>> | undefined
  try {
    for (let step = await source.next(); !step.done; step = await source.next()) {
      const { request } = extractor(step.value)
      first ??= request
      count++
      characters += JSON.stringify(request).length
    }
  } finally {
    await source.close()
  }
  const inputTokens = tokensOf(characters)
  const { maxOutputTokens } = extractor.declaration
  const outputTokens = maxOutputTokens === undefined ? undefined : maxOutputTokens * count
  const least = prices && priceOf(prices, { inputTokens })
  return {
    records: count,
    inputTokens,
    ...(outputTokens !== undefined && { outputTokens }),
    ...(least !== undefined && {
      cost: { least, ...(outputTokens !== undefined && { most: priceOf(prices!, { inputTokens, outputTokens }) }) },
    }),
    ...(first !== undefined && { request: first }),
  }
}
