import { type Meter, metrics, type Tracer, trace } from '@opentelemetry/api'
import type { Options } from '../types.ts'
import { type Instruments, instrumentsOf } from './instruments.ts'
import { ExtractionTrace } from './trace.ts'

export interface TelemetryOptions {
  /** Default: the tracer `decant` of the global provider. */
  readonly tracer?: Tracer | undefined
  /** Default: the meter `decant` of the global provider. */
  readonly meter?: Meter | undefined
  /**
   * Also record prompts, answers, the arguments and results of tools, and the words of errors and issues. Default false:
   * names, numbers and codes only.
   */
  readonly content?: boolean | undefined
}

/**
 * An observer for `onEvent` that reports extractions to OpenTelemetry. One serves any number of them, also at once.
 * `@opentelemetry/api` has to be installed: without it the import of `decant/otel` fails and names that package.
 *
 * Spans: `extract {function}` for an extraction, in it `chat {model}` for every request of it (retries and repairs, too) and
 * `execute_tool {name}` for every tool. Retries, repairs and fallbacks are events of the first, issues of the second. Metrics, for the
 * extraction and for every request: `gen_ai.client.operation.duration`, in seconds, and for requests whose usage was reported
 * `gen_ai.client.token.usage`. Usage stands on the requests alone, so that a sum over spans counts it once.
 *
 * `error.type` is the error's `code`, or the name of an error that is none of decant's. An extraction that was aborted has
 * none, and no error status: `decant.outcome` says `aborted`.
 *
 * Names follow the semantic conventions for generative AI, version 1.41, which are still in development there
 * (https://github.com/open-telemetry/semantic-conventions/tree/v1.41.0/docs/gen-ai); what they have no name for begins with
 * `decant.`. Keys are in no event; what has the shape of a key is taken out of recorded content as well.
 */
export const telemetry = ({
  tracer,
  meter,
  content = false,
}: TelemetryOptions = {}): NonNullable<Options['onEvent']> => {
  const traces = new WeakMap<object, ExtractionTrace>()
  // With the first event, not before: the global meter of a program that sets up its SDK later would never wake up.
  let instruments: Instruments | undefined
  return (event, extraction) => {
    instruments ??= instrumentsOf(tracer ?? trace.getTracer('decant'), meter ?? metrics.getMeter('decant'))
    const known = traces.get(extraction)
    const traced = known ?? new ExtractionTrace(instruments, extraction, event, content)
    if (known === undefined) traces.set(extraction, traced)
    traced.see(event)
  }
}
