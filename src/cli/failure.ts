import { ExtractError } from 'decant'
import { exits } from './exit.ts'
import type { Io, Manner } from './io.ts'
import { colourOf } from './terminal/screen.ts'
import { oneLine, safeJson } from './terminal/text.ts'

/** What cannot be done as it was asked: one line that says why, and what to do. */
export class UsageError extends Error {
  readonly hint: string | undefined
  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options)
    this.hint = hint
  }
}

/** Ctrl-C ended the command. */
export class Interrupted extends Error {}

/** What to do about each code; the library's messages already say it where it depends on the case. */
const hints: Readonly<Record<string, string>> = {
  auth: 'check the key: decant doctor',
  quota: 'pay, or use another key or provider',
  rate_limit: 'wait, or lower --concurrency and --rpm',
  not_found: 'check the model id and the provider',
  no_key: 'see which keys are found: decant doctor',
  no_price: 'give --prices IN,OUT, or leave --budget-usd out',
  network: 'check the connection and the proxy: decant doctor',
  first_byte: 'raise timeout.firstByte in the extractor',
  idle: 'raise timeout.idle in the extractor',
  total: 'raise timeout.total in the extractor',
  truncated: 'raise maxOutputTokens, or ask for less',
  schema_mismatch: 'loosen the schema, say more in its descriptions, or raise maxRepairs',
  foreign: 'give --journal PATH or another -o; or remove the old one, and all is bought again',
  not_expressible: 'change the schema at that place: JSON Schema has no word for it',
}

const hintOf = (code: string): string | undefined => (Object.hasOwn(hints, code) ? hints[code] : undefined)

/** The exit code of a command that ended with this error. */
export const exitOf = (error: unknown): number => {
  if (error instanceof Interrupted) return exits.interrupted
  if (error instanceof ExtractError) {
    if (['auth', 'quota', 'no_key', 'usd', 'tokens', 'ms'].includes(error.code)) return exits.stopped
    return ['ConfigError', 'SchemaError', 'JournalError'].includes(error.name) ? exits.usage : exits.failed
  }
  if (error instanceof UsageError || error instanceof TypeError || error instanceof RangeError) return exits.usage
  return isSystemError(error) ? exits.usage : exits.bug
}

/** A missing file, a port in use: the message is for people as it is. */
const isSystemError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && typeof (error as NodeJS.ErrnoException).code === 'string'

/** Says what went wrong in one line and a hint; with `--verbose` also where. */
export const tell = (error: unknown, io: Io, manner: Manner): void => {
  if (error instanceof Interrupted) return
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof ExtractError ? error.code : undefined
  const bug = exitOf(error) === exits.bug
  const hint = bug
    ? 'this is a fault of decant; run again with --verbose and report what it says'
    : error instanceof UsageError
      ? error.hint
      : code && hintOf(code)
  if (manner.json) {
    io.stderr.write(`${safeJson({ event: 'error', message, code, hint })}\n`)
  } else {
    const red = colourOf(io.env, io.stderr, manner) ? (text: string) => `\u001b[31m${text}\u001b[39m` : String
    io.stderr.write(`${red('decant:')} ${oneLine(message) || 'an error without a message'}\n`)
    if (hint) io.stderr.write(`  ${oneLine(hint)}\n`)
  }
  if (manner.verbose && error instanceof Error) io.stderr.write(`${stackOf(error)}\n`)
}

const stackOf = (error: Error): string =>
  (error.stack ?? '') + (error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '')
