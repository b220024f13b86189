import type { Extractor } from '../extractor.ts'
import { checkRun } from './check.ts'
import { probe } from './fingerprint.ts'
import { LazyRun } from './run.ts'
import { openSource } from './source.ts'
import type { ExtractAllOptions, RecordRun, Source } from './types.ts'

/**
 * Runs an extractor over many records. Failures are items, not the end of the run.
 *
 * Returns at once and sends nothing: `await` it for the summary, or iterate it for the items.
 *
 * @param records any iterable, async iterable or stream; read no faster than its records are worked on.
 * @throws TypeError, RangeError for misuse, and what `extract` throws for a model, options or a schema that cannot be sent.
 */
export const extractAll = <A, I, O>(
  extractor: Extractor<A, I, O>,
  records: Source<NoInfer<A>>,
  options: ExtractAllOptions<NoInfer<A>> = {},
): RecordRun<A, O> => {
  checkRun(extractor, options)
  const open = openSource(records)
  void probe(extractor).request
  return new LazyRun(extractor, open, { total: lengthOf(records), ...options })
}

const lengthOf = (records: unknown): number | undefined =>
  Array.isArray(records) ? records.length : records instanceof Set ? records.size : undefined
