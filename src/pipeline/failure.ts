import { BudgetError, ConfigError, ExtractError, SchemaError } from '../errors.ts'
import type { Issue } from '../types.ts'
import type { FailureEntry, RecordItem } from './types.ts'

/** Characters of a record, and of what the model said, that a journal keeps of a failure. */
const headOf = { record: 200, text: 4000 }

/** What a list of failures shows of one. */
export interface Failure {
  readonly code: string
  /** Indices left out, so that the same failure at another element is the same. */
  readonly path: string
  readonly message: string
}

export const failureOf = (error: unknown): Failure => {
  const issue = error instanceof ExtractError ? error.issues[0] : undefined
  const message = issue?.message ?? (error instanceof Error ? error.message : String(error))
  return { code: codeOf(error), path: pathOf(issue?.path ?? []), message }
}

const codeOf = (error: unknown): string =>
  error instanceof ExtractError ? error.code : error instanceof Error ? error.name : 'thrown'

const pathOf = (path: Issue['path']): string =>
  path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[]` : text === '' ? key : `${text}.${key}`), '')

/** What a journal keeps of a failure. */
export const failureEntry = (error: unknown, record: unknown): FailureEntry => {
  const known = error instanceof ExtractError ? error : undefined
  return {
    name: error instanceof Error ? error.name : 'Error',
    code: codeOf(error),
    message: error instanceof Error ? error.message : String(error),
    retryable: known?.retryable ?? false,
    issues: known?.issues ?? [],
    ...(known?.requestId !== undefined && { requestId: known.requestId }),
    record: (jsonOf(record) ?? '').slice(0, headOf.record),
    text: (known?.text ?? '').slice(0, headOf.text),
  }
}

/** The error of a failure that a journal has kept: of the family's base, since its class has nothing more to say. */
export const keptError = (entry: FailureEntry): ExtractError =>
  Object.assign(
    new ExtractError(entry.message, entry.code, entry.retryable, {
      issues: entry.issues,
      text: entry.text,
      requestId: entry.requestId,
    }),
    { name: entry.name },
  )

/**
 * Why no other record can fare better; undefined for what is the record's own failure.
 *
 * @param shared all records have one budget.
 */
export const lastingOf = (
  item: RecordItem<any, any>,
  anyDone: boolean,
  shared: boolean,
): 'auth' | 'quota' | 'config' | 'budget' | undefined => {
  if (item.status === 'done' || !(item.error instanceof ExtractError)) return undefined
  const { error } = item
  if (error instanceof ConfigError || error instanceof SchemaError) return 'config'
  if (shared && error instanceof BudgetError) return 'budget'
  if (error.code === 'quota') return 'quota'
  // OpenRouter refuses a flagged input with 403 (https://openrouter.ai/docs/api/reference/errors-and-debugging): of one key
  // that has worked it says nothing.
  const flagged = (error as { status?: number }).status === 403 && anyDone
  return error.code === 'auth' && !flagged ? 'auth' : undefined
}

const jsonOf = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
