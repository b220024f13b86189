import { resolve } from 'node:path'
import type { Event, Extraction, Result } from 'decant'
import { exits } from '../exit.ts'
import { Interrupted, UsageError } from '../failure.ts'
import { loadExtractor, type Wishes } from '../input/extractor.ts'
import { modelName } from '../input/function.ts'
import { hollowness } from '../input/hollow.ts'
import { decoded, fileText } from '../input/text.ts'
import { type Io, type Manner, write } from '../io.ts'
import { lineOf, type Screen } from '../terminal/line.ts'
import { Live } from '../terminal/live.ts'
import { count, dollars, seconds, times } from '../terminal/numbers.ts'
import { noteLine } from '../terminal/plain.ts'
import { pathText } from '../terminal/run-state.ts'
import { screenOf } from '../terminal/screen.ts'
import { safeJson } from '../terminal/text.ts'
import { type Growing, placeOf, valueRows } from '../terminal/value.ts'

export interface ExtractOptions extends Wishes, Manner {
  readonly file?: string
}

/** One extraction: on a terminal the value grows before one's eyes, into a pipe goes JSON and nothing else. */
export const extractCommand = async (
  source: string,
  text: string | undefined,
  options: ExtractOptions,
  io: Io,
): Promise<number> => {
  const extractor = await loadExtractor(source, options, io)
  const input = await inputOf(text, options, io)
  const hollow = options.quiet ? undefined : hollowness(extractor, input)
  if (hollow !== undefined)
    io.stderr.write(`${options.json ? safeJson({ event: 'note', text: hollow }) : noteLine(hollow)}\n`)
  const extraction = extractor(input)
  const stop = io.onInterrupt(() => extraction.abort(new Interrupted()))
  try {
    const { output } = await show(extraction, modelName(extractor), options, io)
    await write(io.stdout, `${safeJson(output, io.stdout.isTTY ? 2 : undefined)}\n`)
    return exits.done
  } finally {
    stop()
  }
}

/** TEXT, the file, or stdin; a file of JSON is a record, anything else is text. */
const inputOf = async (text: string | undefined, { file }: ExtractOptions, io: Io): Promise<unknown> => {
  if (text !== undefined && file !== undefined) {
    throw new UsageError('Cannot extract from a TEXT and a file at once', 'give one of them')
  }
  if (text !== undefined) return text
  if (file === undefined && io.stdin.isTTY) {
    throw new UsageError('Cannot extract from nothing', 'give a TEXT, -f FILE, or pipe one in')
  }
  let whole = ''
  const pieces = file === undefined ? decoded(io.stdin, 'stdin') : fileText(resolve(io.cwd, file), file)
  for await (const piece of pieces) whole += piece
  if (file === undefined || !file.endsWith('.json')) return whole
  try {
    return JSON.parse(whole)
  } catch (cause) {
    throw new UsageError(`Cannot read '${file}': ${(cause as Error).message}`, undefined, { cause })
  }
}

/** Reads an extraction to its end, showing on stderr what is wanted there. */
export const show = async <O>(
  extraction: Extraction<any, O>,
  model: string,
  manner: Manner,
  io: Io,
): Promise<Result<O>> => {
  const grows = io.stdout.isTTY === true && io.stderr.isTTY === true && !manner.quiet && io.env.TERM !== 'dumb'
  if (manner.json) return withEvents(extraction, event => void io.stderr.write(`${safeJson(plainEvent(event))}\n`))
  if (!grows) {
    const started = performance.now()
    const result = await extraction.result()
    if (manner.verbose) io.stderr.write(`${receipt(result, started, screenOf(io.env, io.stderr, manner))}\n`)
    return result
  }
  return live(extraction, model, manner, io)
}

/** Everything that happens goes by, and the result. */
const withEvents = async <O>(
  extraction: Extraction<any, O>,
  see: (event: Event<unknown>) => void,
): Promise<Result<O>> => {
  const result = extraction.result()
  // The loop hears of a failure first.
  result.catch(() => {})
  for await (const event of extraction.events()) see(event)
  return result
}

const live = async <O>(extraction: Extraction<any, O>, model: string, manner: Manner, io: Io): Promise<Result<O>> => {
  const started = performance.now()
  const screen = (): Screen => screenOf(io.env, io.stderr, manner)
  let growing: Growing & { readonly attempt: number; readonly closed: Set<string> } = start(1)
  const block = new Live(io.stderr, () =>
    growing.value === undefined
      ? [lineOf([[`asking ${model}`, 'dim']], screen())]
      : valueRows(growing, screen(), (io.stderr.rows ?? 24) - 2),
  )
  block.changed()
  try {
    const result = await withEvents(extraction, event => {
      if (event.attempt !== growing.attempt) growing = start(event.attempt)
      if (event.type === 'partial') growing = { ...growing, value: event.value }
      else if (event.type === 'complete') growing.closed.add(placeOf(event.path))
      else {
        const note = noteOf(event)
        if (note === undefined) return
        block.above(() => io.stderr.write(`${lineOf([[note, 'dim']], screen())}\n`))
      }
      block.changed()
    })
    block.end()
    io.stderr.write(`${receipt(result, started, screen())}\n`)
    return result
  } finally {
    block.end()
  }
}

const start = (attempt: number): Growing & { attempt: number; closed: Set<string> } => ({
  attempt,
  value: undefined,
  closed: new Set(),
})

/** What deserves a line of its own. */
const noteOf = (event: Event<unknown>): string | undefined => {
  if (event.type === 'retry') return `retry in ${seconds(event.delay)}: ${messageOf(event.error)}`
  if (event.type === 'tool' && event.state !== 'skipped') return `tool ${event.name} ${event.state}`
  if (event.type !== 'repair') return undefined
  return `repair: ${event.issues.map(({ path, message }) => `${pathText(path)}: ${message}`).join('; ')}`
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** `1.2 s  412 tokens  $0.00017  1 repair` */
const receipt = ({ usage, cost, calls, cached }: Result<unknown>, started: number, screen: Screen): string => {
  const repairs = calls.filter(({ kind }) => kind === 'repair').length
  const retries = calls.filter(({ kind }) => kind === 'retry').length
  const said = [
    seconds(performance.now() - started),
    usage.totalTokens === undefined ? '? tokens' : `${count(usage.totalTokens)} tokens`,
    dollars(cost),
    ...(cached ? ['from the cache'] : []),
    ...(repairs > 0 ? [times(repairs, 'repair')] : []),
    ...(retries > 0 ? [retries === 1 ? '1 retry' : `${retries} retries`] : []),
  ]
  return lineOf([[said.join('  '), 'dim']], screen)
}

/** An event as plain data: an error becomes its code and message. */
const plainEvent = ({ type, ...rest }: Event<unknown>): object => ({
  event: type,
  ...rest,
  ...('error' in rest && rest.error !== undefined && { error: errorData(rest.error) }),
})

const errorData = (error: unknown): object => ({
  ...(error instanceof Error && 'code' in error && { code: error.code }),
  message: messageOf(error),
})
