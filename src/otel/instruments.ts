import type { Attributes, Histogram, Meter, Tracer } from '@opentelemetry/api'
import type { Usage } from '../types.ts'

export interface Instruments {
  readonly tracer: Tracer
  /** Seconds of one operation. */
  readonly duration: Histogram
  readonly tokens: Histogram
}

/** Both histograms with the buckets that the conventions want. */
export const instrumentsOf = (tracer: Tracer, meter: Meter): Instruments => ({
  tracer,
  duration: meter.createHistogram('gen_ai.client.operation.duration', {
    description: 'GenAI operation duration.',
    unit: 's',
    advice: { explicitBucketBoundaries: powers(0.01, 2) },
  }),
  tokens: meter.createHistogram('gen_ai.client.token.usage', {
    description: 'Number of input and output tokens used.',
    unit: '{token}',
    advice: { explicitBucketBoundaries: powers(1, 4) },
  }),
})

const powers = (first: number, factor: number): number[] => Array.from({ length: 14 }, (_, i) => first * factor ** i)

/** Nothing for what nobody reported: an estimate is no usage. */
export const recordTokens = ({ tokens }: Instruments, usage: Usage | undefined, attributes: Attributes): void => {
  const { inputTokens, outputTokens } = usage ?? {}
  for (const [type, count] of [
    ['input', inputTokens],
    ['output', outputTokens],
  ] as const) {
    if (count !== undefined) tokens.record(count, { ...attributes, 'gen_ai.token.type': type })
  }
}
