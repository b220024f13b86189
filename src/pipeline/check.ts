import { isComposite } from '../composite.ts'
import { nearest } from '../nearest.ts'
import type { ExtractAllOptions } from './types.ts'

const kinds = {
  count: [(value: unknown) => Number.isInteger(value) && (value as number) > 0, 'an integer of at least 1'],
  size: [(value: unknown) => Number.isInteger(value) && (value as number) >= 0, 'an integer of at least 0'],
  amount: [(value: unknown) => typeof value === 'number' && value >= 0, 'a number of at least 0'],
  flag: [(value: unknown) => typeof value === 'boolean', 'true or false'],
  function: [(value: unknown) => typeof value === 'function', 'a function'],
  journal: [
    (value: unknown) => typeof (value as { append?: unknown } | null)?.append === 'function',
    `a journal, such as fileJournal(path) of 'decant/node'`,
  ],
  signal: [(value: unknown) => typeof (value as AbortSignal | null)?.addEventListener === 'function', 'an AbortSignal'],
  object: [isComposite, 'an object'],
} as const satisfies Record<string, readonly [(value: unknown) => boolean, string]>

type Kind = keyof typeof kinds

const options: Record<keyof ExtractAllOptions<unknown>, Kind> = {
  concurrency: 'count',
  ordered: 'flag',
  key: 'function',
  journal: 'journal',
  retryFailed: 'flag',
  limits: 'object',
  maxFailuresInRow: 'count',
  budget: 'object',
  prices: 'object',
  total: 'size',
  onProgress: 'function',
  signal: 'signal',
}

const members: Record<string, Record<string, Kind>> = {
  limits: { rpm: 'count', tpm: 'count' },
  budget: { usd: 'amount', tokens: 'amount', ms: 'amount' },
  prices: { input: 'amount', output: 'amount', cachedInput: 'amount' },
}

/** @throws TypeError for what is no extractor or no option, RangeError for a number out of range. */
export const checkRun = (extractor: unknown, given: unknown): void => {
  if (typeof extractor !== 'function' || !('declaration' in extractor)) {
    throw new TypeError('Cannot extract from records without an extractor: make one with defineExtractor()')
  }
  if (!isComposite(given)) {
    throw new TypeError('Cannot extract from records with options that are no object')
  }
  check('', given, options)
  for (const [name, kindOf] of Object.entries(members)) {
    const value = (given as Record<string, unknown>)[name]
    if (value !== undefined) check(`${name}.`, value as object, kindOf)
  }
  const { prices } = given as { prices?: object }
  if (prices !== undefined && !('input' in prices && 'output' in prices)) {
    throw new TypeError('Cannot price tokens without prices.input and prices.output: USD for a million tokens')
  }
}

const check = (prefix: string, given: object, kindOf: Readonly<Record<string, Kind>>): void => {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(kindOf, name)) {
      const near = nearest(name, Object.keys(kindOf))
      throw new TypeError(
        `Cannot extract from records with option '${prefix}${name}': there is no such option${near ? ` (did you mean '${near}'?)` : ''}`,
      )
    }
    const [fits, wanted] = kinds[kindOf[name]!]
    if (value === undefined || fits(value)) continue
    const Misuse = typeof value === 'number' ? RangeError : TypeError
    const shown = typeof value === 'number' || typeof value === 'boolean' ? String(value) : `of type ${typeof value}`
    throw new Misuse(`Cannot extract from records with ${prefix}${name} ${shown}: it must be ${wanted}`)
  }
}
