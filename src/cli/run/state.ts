import type { Progress } from 'decant'
import type { FailedRecord, RunState } from '../terminal/run-state.ts'

/** What does not change while a run goes on. */
export type RunFacts = Pick<RunState, 'extractor' | 'input' | 'output' | 'model' | 'concurrency'> & {
  readonly budget?: number
}

/** A run as it is shown. A record that was kept counts as what it came to. */
export const stateOf = (
  facts: RunFacts,
  progress: Progress,
  also: { readonly last: FailedRecord | undefined; readonly stopping: boolean },
): RunState => {
  const { total, rate, left, forecast, wait, concurrency } = progress
  return {
    ...facts,
    ...(total !== undefined && { total }),
    done: progress.done + progress.kept - progress.keptFailed,
    failed: progress.failed + progress.keptFailed,
    kept: progress.kept,
    inFlight: progress.inFlight,
    ...(rate > 0 && { rate }),
    inputTokens: progress.inputTokens,
    cachedInputTokens: progress.cachedInputTokens,
    outputTokens: progress.outputTokens,
    cost: progress.knownCost,
    unpriced: progress.unpriced,
    cached: progress.cached,
    ...(forecast !== undefined && { forecast: { usd: forecast.cost, plusMinus: forecast.margin } }),
    ...(left !== undefined && { left }),
    ...(wait !== undefined && { wait: { ...wait, concurrency } }),
    ...(also.last !== undefined && { last: also.last }),
    stopping: also.stopping,
  }
}
