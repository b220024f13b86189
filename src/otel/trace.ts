import { type Attributes, type Context, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { ExtractError } from '../errors.ts'
import { redact } from '../http/redact.ts'
import type { Call, Event, Extraction } from '../types.ts'
import {
  answerName,
  type Body,
  errorType,
  failureOf,
  issueAttributes,
  known,
  modelAttributes,
  operation,
  requestAttributes,
  responseAttributes,
} from './attributes.ts'
import { AnswerContent, inputMessages, recorded } from './content.ts'
import { type Instruments, recordTokens } from './instruments.ts'

interface OpenCall {
  readonly span: Span
  readonly call: Call
  /** Milliseconds since 1970. */
  readonly at: number
  readonly answer: string | undefined
  readonly content: AnswerContent | undefined
}

type ToolEvent = Extract<Event, { type: 'tool' }>

/** The spans of one extraction, opened and closed by its events. */
export class ExtractionTrace {
  readonly #instruments: Instruments
  readonly #extraction: Extraction<unknown, unknown>
  readonly #content: boolean
  readonly #root: Span
  /** Where the spans below the root belong. */
  readonly #inside: Context
  readonly #began = performance.now()
  readonly #tools: { readonly id: string; readonly span: Span }[] = []
  #open: OpenCall | undefined

  /** @param first the first event; the span that is active while it is told becomes the parent. */
  constructor(instruments: Instruments, extraction: Extraction<unknown, unknown>, first: Event, content: boolean) {
    this.#instruments = instruments
    this.#extraction = extraction
    this.#content = content
    const outside = context.active()
    const name = first.type === 'request' ? answerName(first.body) : undefined
    this.#root = instruments.tracer.startSpan(
      name === undefined ? 'extract' : `extract ${name}`,
      { kind: SpanKind.INTERNAL, attributes: this.#operation },
      outside,
    )
    this.#inside = trace.setSpan(outside, this.#root)
  }

  see(event: Event): void {
    this.#open?.content?.see(event)
    switch (event.type) {
      case 'request':
        this.#request(event.body)
        return
      case 'issue':
        this.#open?.span.addEvent('decant.issue', issueAttributes(event.issue, this.#content))
        return
      case 'cached':
        this.#settle()
        this.#root.addEvent('decant.cached', { 'decant.call.kind': event.kind })
        return
      case 'retry':
        this.#settle()
        this.#root.addEvent('decant.retry', {
          'error.type': errorType(event.error),
          'decant.retry.delay': event.delay / 1000,
        })
        return
      case 'fallback':
        this.#settle()
        this.#root.addEvent('decant.fallback', {
          'error.type': errorType(event.error),
          ...modelAttributes(event.model),
        })
        return
      case 'repair':
        this.#settle()
        this.#root.addEvent('decant.repair', {
          'decant.issue.count': event.issues.length,
          'decant.issue.codes': [...new Set(event.issues.map(({ code }) => code))],
        })
        return
      case 'tool':
        this.#tool(event)
        return
      case 'finish':
        this.#finish('ok', undefined)
        return
      case 'error': {
        const type = event.aborted ? undefined : errorType(event.error)
        if (type !== undefined) this.#fail(this.#root, type, event.error)
        this.#finish(type ?? 'aborted', type)
      }
    }
  }

  get #operation(): Attributes {
    return operation('extract', this.#extraction.calls[0])
  }

  #request(body: Body): void {
    this.#settle()
    const call = this.#extraction.calls.at(-1)
    if (call === undefined) return
    const attributes = operation('chat', call)
    const at = Date.now()
    const span = this.#instruments.tracer.startSpan(
      `chat ${attributes['gen_ai.request.model']}`,
      {
        kind: SpanKind.CLIENT,
        startTime: at,
        attributes: {
          ...attributes,
          ...requestAttributes(body, call),
          ...(this.#content && { 'gen_ai.input.messages': inputMessages(body.messages) }),
        },
      },
      this.#inside,
    )
    this.#open = { span, call, at, answer: answerName(body), content: this.#content ? new AnswerContent() : undefined }
  }

  /** Ends the span of the open call with what the ledger says of it by now. */
  #settle(): void {
    const { span, call, at, answer, content } = this.#open ?? {}
    this.#open = undefined
    if (span === undefined || call === undefined || at === undefined) return
    const failure = failureOf(call)
    span.setAttributes(responseAttributes(call))
    if (content !== undefined) {
      span.setAttributes({ 'gen_ai.output.messages': content.messages(answer, call.finishReason) })
    }
    if (failure !== undefined) this.#fail(span, failure)
    // What was judged afterwards belongs to the outcome of the call, not to its time.
    const total = call.timing.total ?? Date.now() - at
    span.end(Math.min(at + total, Date.now()))
    const attributes = known({ ...operation('chat', call), 'gen_ai.response.model': call.responseModel })
    this.#instruments.duration.record(total / 1000, {
      ...attributes,
      ...(failure !== undefined && { 'error.type': failure }),
      'decant.call.kind': call.kind,
    })
    recordTokens(this.#instruments, call.usage, attributes)
  }

  #tool(event: ToolEvent): void {
    const { id, state, input, output, error } = event
    // The turn of a skipped tool is still being judged.
    if (state === 'skipped') return
    this.#settle()
    const place = this.#tools.findIndex(open => open.id === id)
    const span = this.#tools[place]?.span ?? this.#startTool(event)
    if (this.#content && place < 0) span.setAttribute('gen_ai.tool.call.arguments', recorded(input))
    if (state === 'started') {
      this.#tools.push({ id, span })
      return
    }
    if (this.#content && state === 'done') span.setAttribute('gen_ai.tool.call.result', recorded(output))
    if (state === 'failed') this.#fail(span, errorType(error), error)
    span.end()
    if (place >= 0) this.#tools.splice(place, 1)
  }

  #startTool({ id, name, error }: ToolEvent): Span {
    // A name that no tool has was made up by the model: it is content, and there is no end of such names.
    const madeUp = error instanceof ExtractError && error.code === 'unknown_tool' && !this.#content
    return this.#instruments.tracer.startSpan(
      madeUp ? 'execute_tool' : `execute_tool ${name}`,
      {
        kind: SpanKind.INTERNAL,
        attributes: {
          ...operation('execute_tool'),
          'gen_ai.tool.type': 'function',
          'gen_ai.tool.call.id': redact(id, []),
          ...(!madeUp && { 'gen_ai.tool.name': name }),
        },
      },
      this.#inside,
    )
  }

  #fail(span: Span, type: string, error?: unknown): void {
    span.setAttribute('error.type', type)
    const message = this.#content && error instanceof Error ? redact(error.message, []) : undefined
    span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
  }

  #finish(outcome: string, failure: string | undefined): void {
    this.#settle()
    for (const { span } of this.#tools.splice(0)) span.end()
    const { calls, attempt } = this.#extraction
    this.#root.setAttributes({ 'decant.outcome': outcome, 'decant.calls': calls.length, 'decant.attempts': attempt })
    this.#root.end()
    this.#instruments.duration.record((performance.now() - this.#began) / 1000, {
      ...this.#operation,
      ...(failure !== undefined && { 'error.type': failure }),
    })
  }
}
