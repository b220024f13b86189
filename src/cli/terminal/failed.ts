import { type Call, ExtractError, type Issue } from 'decant'
import { lineOf, type Screen, type Span } from './line.ts'
import { dollars, short, times } from './numbers.ts'
import { pathText } from './run-state.ts'
import { oneLine, safeJson } from './text.ts'

/** All that a person needs to act on one failure. */
export interface Failed {
  /** What failed: `742`, `invoices/0042.txt`; empty where there is only one. */
  readonly name: string
  readonly code: string
  readonly message: string
  readonly retryable: boolean
  readonly issues: readonly Issue[]
  /** The beginning of the record. */
  readonly record: string
  /** What the model said. */
  readonly text: string
  readonly calls: readonly Call[]
  readonly cost?: number
  readonly requestId?: string
  /** Commands to go on with. */
  readonly next: readonly string[]
}

/** Characters of the record and of the answer that are shown, and issues. */
const most = { record: 200, text: 600, issues: 5 }

export const failedOf = (
  error: unknown,
  { name, record, next }: { readonly name: string; readonly record: unknown; readonly next: readonly string[] },
): Failed => {
  const known = error instanceof ExtractError ? error : undefined
  return {
    name,
    code: codeOf(error),
    message: error instanceof Error ? error.message : String(error),
    retryable: known?.retryable ?? false,
    issues: known?.issues ?? [],
    record: typeof record === 'string' ? record : safeJson(record),
    text: known?.text ?? '',
    calls: known?.calls ?? [],
    ...(known?.cost !== undefined && { cost: known.cost }),
    ...(known?.requestId !== undefined && { requestId: known.requestId }),
    next,
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof ExtractError ? error.code : error instanceof Error ? error.name : 'thrown'

/** Which record, where and why, what the model said, what it cost, what to do next. Nothing is cut to the screen. */
export const failedLines = (failed: Failed, screen: Screen): string[] => {
  const whole = { ...screen, width: Infinity }
  const entry = (name: string, text: string): string[] =>
    text === '' ? [] : [lineOf([[`  ${name.padEnd(8)}`, 'dim'], text], whole)]
  const { issues } = failed
  const title: Span[] = [
    ['failed', 'red'],
    `  ${failed.name === '' ? '' : `${oneLine(failed.name)}  `}`,
    [failed.code, 'red'],
    `  ${oneLine(failed.message)}`,
  ]
  return [
    lineOf(title, whole),
    ...entry('record', head(failed.record, most.record)),
    ...issues.slice(0, most.issues).flatMap(issue => entry('at', issueText(issue, failed.text))),
    ...(issues.length > most.issues ? entry('', `and ${issues.length - most.issues} more`) : []),
    ...entry('answer', head(failed.text, most.text)),
    ...entry('calls', callsText(failed)),
    ...entry('retry', failed.retryable ? 'may succeed if it is tried again' : 'the same request would fail again'),
    ...failed.next.map(command =>
      lineOf(
        [
          ['  next    ', 'dim'],
          [command, 'bold'],
        ],
        whole,
      ),
    ),
  ]
}

const head = (text: string, characters: number): string => {
  const line = oneLine(text.slice(0, 4 * characters))
  return line.length <= characters ? line : `${line.slice(0, characters)} [${text.length} characters]`
}

const issueText = ({ path, message }: Issue, text: string): string => {
  const got = gotAt(path, text)
  return `${pathText(path)}  ${oneLine(message)}${got === undefined ? '' : `, got ${head(got, 60)}`}`
}

/** What stands at the place in the answer, where it can be read. */
const gotAt = (path: Issue['path'], text: string): string | undefined => {
  try {
    const found = path.reduce<unknown>((value, key) => {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) throw new RangeError('not there')
      return (value as Record<string | number, unknown>)[key]
    }, JSON.parse(text))
    return safeJson(found)
  } catch {
    return undefined
  }
}

const callsText = ({ calls, cost, requestId }: Failed): string => {
  if (calls.length === 0) return 'none: nothing was sent'
  const outcomes = calls.map(({ kind, outcome }) => `${kind} ${outcome}`).join(', ')
  const tokens = calls.reduce((sum, call) => sum + ((call.usage ?? call.estimated)?.totalTokens ?? 0), 0)
  const request = requestId === undefined ? '' : `, request ${requestId}`
  return `${times(calls.length, 'call')} (${outcomes}), ${short(tokens)} tokens, ${dollars(cost)}${request}`
}
