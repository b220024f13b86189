import {
  type Attributes,
  type Context,
  createNoopMeter,
  type Histogram,
  type MetricOptions,
  type Span,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'

/** A span as it was recorded. */
interface SeenSpan {
  readonly name: string
  readonly parent: string | undefined
  readonly kind: number | undefined
  readonly attributes: Attributes
  readonly events: { readonly name: string; readonly attributes: Attributes }[]
  status: SpanStatus
  readonly startTime: unknown
  endTime: unknown
  ends: number
}

interface Measurement {
  readonly name: string
  readonly value: number
  readonly attributes: Attributes
}

/** A tracer and a meter that keep what they are told, in memory. */
export const memoryTelemetry = () => {
  const spans: SeenSpan[] = []
  const measurements: Measurement[] = []
  const instruments: Record<string, MetricOptions | undefined> = {}
  const names = new Map<string, string>()

  const startSpan = (name: string, options: SpanOptions = {}, context?: Context): Span => {
    const spanId = String(spans.length + 1).padStart(16, '0')
    const parent = context && trace.getSpan(context)?.spanContext().spanId
    names.set(spanId, name)
    const seen: SeenSpan = {
      name,
      parent: parent && (names.get(parent) ?? parent),
      kind: options.kind,
      attributes: { ...options.attributes },
      events: [],
      status: { code: SpanStatusCode.UNSET },
      startTime: options.startTime,
      endTime: undefined,
      ends: 0,
    }
    spans.push(seen)
    const span: Span = {
      spanContext: () => ({ traceId: '1'.padStart(32, '0'), spanId, traceFlags: 1 }),
      setAttribute(key, value) {
        return span.setAttributes({ [key]: value })
      },
      setAttributes(attributes) {
        if (seen.ends > 0) throw new Error(`Cannot set attributes of '${name}': the span has ended`)
        Object.assign(seen.attributes, attributes)
        return span
      },
      addEvent(event, attributes) {
        if (seen.ends > 0) throw new Error(`Cannot add '${event}' to '${name}': the span has ended`)
        seen.events.push({ name: event, attributes: attributes as Attributes })
        return span
      },
      setStatus(status) {
        seen.status = status
        return span
      },
      end(time) {
        seen.endTime = time
        seen.ends++
      },
      addLink: () => span,
      addLinks: () => span,
      updateName: () => span,
      isRecording: () => seen.ends === 0,
      recordException() {},
    }
    return span
  }

  const tracer: Tracer = {
    startSpan,
    startActiveSpan: () => {
      throw new Error('Cannot make a span active: an observer runs nothing inside it')
    },
  }
  const meter = {
    ...createNoopMeter(),
    createHistogram(name: string, options?: MetricOptions): Histogram {
      instruments[name] = options
      return { record: (value, attributes = {}) => void measurements.push({ name, value, attributes }) }
    },
  }
  const measured = (name: string): Measurement[] => measurements.filter(each => each.name === name)
  return { tracer, meter, spans, measurements, instruments, measured }
}
