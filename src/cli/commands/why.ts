import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Call, JournalEntry } from 'decant'
import { readJournal } from 'decant/node'
import { exits } from '../exit.ts'
import { UsageError } from '../failure.ts'
import { type Io, type Manner, write } from '../io.ts'
import { type Failed, failedLines } from '../terminal/failed.ts'
import { count, dollars, seconds } from '../terminal/numbers.ts'
import { screenOf } from '../terminal/screen.ts'
import { plain, safeJson } from '../terminal/text.ts'

/** Everything that a journal knows of one record. */
export const whyCommand = async (journal: string, name: string, manner: Manner, io: Io): Promise<number> => {
  const path = resolve(io.cwd, journal)
  if (!existsSync(path)) {
    throw new UsageError(
      `Cannot read journal '${journal}': there is no such file`,
      'decant run -o OUTPUT writes OUTPUT.journal',
    )
  }
  const entry = find(readJournal(path), name)
  if (entry === undefined) {
    throw new UsageError(
      `Cannot find record '${name}' in journal '${journal}': no finished record is known by that`,
      'give its row in the input, its key, or the beginning of its key',
    )
  }
  if (manner.json) {
    await write(io.stdout, `${safeJson(entry)}\n`)
    return exits.done
  }
  const screen = screenOf(io.env, io.stdout, manner)
  const lines = [
    ...(entry.status === 'failed' ? failedLines(failedEntry(entry), screen) : doneLines(entry)),
    `  key     ${plain(entry.key)}`,
    ...(entry.tries > 1 ? [`  tries   ${count(entry.tries)} in all runs`] : []),
    ...entry.calls.map(callLine),
  ]
  await write(io.stdout, lines.map(line => `${line}\n`).join(''))
  return exits.done
}

/** By its key, its row, or a beginning of its key that no other has; of several entries the last one holds. */
const find = (entries: Iterable<JournalEntry>, name: string): JournalEntry | undefined => {
  const row = /^\d+$/.test(name) ? Number(name) : undefined
  const found: { key?: JournalEntry; row?: JournalEntry; beginning?: JournalEntry; several?: boolean } = {}
  for (const entry of entries) {
    if (entry.key === name) found.key = entry
    if (row !== undefined && entry.index === row - 1) found.row = entry
    if (name.length >= 4 && entry.key.startsWith(name)) {
      found.several ||= found.beginning !== undefined && found.beginning.key !== entry.key
      found.beginning = entry
    }
  }
  return found.key ?? found.row ?? (found.several ? undefined : found.beginning)
}

const failedEntry = ({ index, calls, cost, error }: JournalEntry): Failed => ({
  name: String(index + 1),
  code: error?.code ?? 'unknown',
  message: error?.message ?? '',
  retryable: error?.retryable ?? false,
  issues: error?.issues ?? [],
  record: error?.record ?? '',
  text: error?.text ?? '',
  calls,
  ...(cost !== undefined && { cost }),
  ...(error?.requestId !== undefined && { requestId: error.requestId }),
  next: ['the same decant run with --retry-failed'],
})

const callLine = ({ kind, outcome, cached, model, usage, cost, requestId, timing }: Call): string =>
  [
    `  call    ${kind} ${outcome}${cached ? ', from the cache' : ''}`,
    model,
    `${usage?.inputTokens ?? '?'} in`,
    `${usage?.outputTokens ?? '?'} out`,
    dollars(cost),
    ...(timing.total === undefined ? [] : [seconds(timing.total)]),
    ...(requestId === undefined ? [] : [plain(requestId)]),
  ].join('  ')

const doneLines = ({ index, input, cost }: JournalEntry): string[] => [
  `done    ${index + 1}`,
  `  answer  ${safeJson(input)}`,
  `  cost    ${dollars(cost)}`,
]
