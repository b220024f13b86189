import { checkBudget } from './budget.ts'
import { isComposite } from './composite.ts'
import { ConfigError } from './errors.ts'
import { nearest } from './nearest.ts'

type Kind = keyof typeof kinds

/** Not a list, and no Headers or Map either: those would be read as if they were empty. */
const isPlain = (value: unknown): value is object => isComposite(value) && !(Symbol.iterator in value)

/** What fits, what to say when a value does not, the options of a call that take it (default: the one of its name), and as what a misfit is thrown. */
type Wanted = readonly [
  fits: (value: any) => boolean,
  wanted: string,
  options?: string | undefined,
  Misuse?: ErrorConstructor,
]

const oneOf = (...choices: readonly string[]): Wanted => {
  const listed = choices.map(choice => `'${choice}'`)
  const wanted = `${listed.slice(0, -1).join(', ')} or ${listed.at(-1)}`
  return [value => choices.includes(value), wanted, undefined, RangeError]
}

const [isStrategy, ...strategy] = oneOf('auto', 'patch', 'whole')

/** Every kind of value. */
const kinds = {
  /** Looked at on its own. */
  other: [() => true, '', 'model budget timeout'],
  string: [value => typeof value === 'string', 'a string', 'instructions schemaName schemaDescription'],
  boolean: [value => typeof value === 'boolean', 'true or false', 'strict stream normalize'],
  number: [Number.isFinite, 'a finite number', 'temperature seed'],
  count: [
    value => Number.isInteger(value) && value >= 0,
    'an integer of at least 0',
    'maxRetries maxRetryDelay maxRepairs',
  ],
  positive: [value => Number.isInteger(value) && value > 0, 'an integer of at least 1', 'maxOutputTokens maxSteps'],
  milliseconds: [value => typeof value === 'number' && value > 0, 'a number of milliseconds above 0', '', RangeError],
  object: [isPlain, 'an object', 'tools reasoning prices limits extraBody'],
  texts: [
    value => isPlain(value) && Object.values(value).every(each => typeof each === 'string'),
    'an object of strings',
    'headers',
  ],
  function: [value => typeof value === 'function', 'a function', 'validate fetch onEvent'],
  key: [
    value => typeof value === 'string' || typeof value === 'function',
    'a string or a function that returns one',
    'apiKey',
  ],
  store: [
    value => typeof value?.get === 'function' && typeof value.set === 'function',
    'an object with get and set',
    'cache',
  ],
  signal: [value => typeof value?.addEventListener === 'function', 'an AbortSignal'],
  models: [Array.isArray, "a list of models, as in ['groq/model-id']", 'fallback'],
  examples: [
    value => Array.isArray(value) && value.every(each => isPlain(each) && 'input' in each && 'output' in each),
    'a list of { input, output }',
  ],
  mode: oneOf('auto', 'tool', 'json-schema', 'json'),
  repair: [value => typeof value === 'function' || isStrategy(value), ...strategy],
  onTruncated: oneOf('error', 'raise'),
  onInvalid: oneOf('auto', 'stop', 'finish'),
  wellFormed: oneOf('keep', 'replace', 'refuse'),
} satisfies Record<string, Wanted>

const kindOf: ReadonlyMap<string, Kind> = new Map(
  Object.entries<Wanted>(kinds).flatMap(([kind, [, , names = kind]]) =>
    (names.match(/\w+/g) ?? []).map(name => [name, kind as Kind] as const),
  ),
)

const optionNames = [...kindOf.keys()]

/** What the decoder reads of an answer at most. Whoever visits a value does so level by level, on the stack of the engine. */
const ceilings = { length: 16 * 1024 * 1024, blanks: Infinity, depth: 1000 }

const reserved = ['messages', 'tools', 'stream']

/**
 * Checks what types cannot: callers in JavaScript, values from configuration files, names with a slip in them.
 *
 * @throws TypeError for a value of the wrong kind or an unknown name, RangeError for a number out of range, ConfigError
 * `bad_option` for a combination that cannot be sent.
 */
export const checkOptions = (options: Record<string, unknown>): void => {
  if (!isComposite(options)) {
    throw new TypeError(`Cannot extract without options: give at least { model: 'provider/model-id' }`)
  }
  for (const [name, value] of Object.entries(options)) {
    checkName('option', name, optionNames)
    checkKind(name, value, kindOf.get(name)!)
  }
  checkModel('model', options.model)
  for (const model of (options.fallback as unknown[] | undefined) ?? []) checkModel('fallback', model)
  for (const [name, value] of Object.entries<any>(options.limits ?? {})) {
    checkName('limits', name, Object.keys(ceilings))
    checkKind(`limits.${name}`, value, 'count')
    const most = ceilings[name as keyof typeof ceilings]
    if (value > most) throw new RangeError(`Cannot extract with limits.${name} ${value}: it must be at most ${most}`)
  }
  checkTimeout(options.timeout)
  if (options.budget !== undefined) checkBudget(options.budget)
  for (const [model, price] of Object.entries(options.prices ?? {})) checkPrice(model, price)
  for (const key of Object.keys(options.reasoning ?? {})) checkName('reasoning', key, ['effort', 'maxTokens'])
  for (const key of reserved) {
    if (Object.hasOwn((options.extraBody as object | undefined) ?? {}, key)) {
      throw new ConfigError(`Cannot send extraBody with '${key}': the library writes that field itself`, 'bad_option')
    }
  }
}

/** What other libraries call the same thing. */
const elsewhere: Readonly<Record<string, string>> = {
  maxTokens: 'maxOutputTokens',
  max_tokens: 'maxOutputTokens',
  system: 'instructions',
  abortSignal: 'signal',
  name: 'schemaName',
  description: 'schemaDescription',
}

const checkName = (what: string, name: string, names: readonly string[]): void => {
  if (names.includes(name)) return
  const near = Object.hasOwn(elsewhere, name) ? elsewhere[name] : nearest(name, names)
  throw new TypeError(
    `Cannot extract with ${what} '${name}': there is no such option${near ? ` (did you mean '${near}'?)` : ''}`,
  )
}

const checkKind = (name: string, value: unknown, kind: Kind): void => {
  const [fits, wanted, , Misuse = typeof value === 'number' ? RangeError : TypeError]: Wanted = kinds[kind]
  if (value === undefined || fits(value)) return
  // Of a key not even a wrong one is shown.
  throw new Misuse(
    `Cannot extract with ${name} ${kind === 'key' ? `of type ${typeof value}` : show(value)}: it must be ${wanted}`,
  )
}

const checkModel = (option: string, model: unknown): void => {
  if (typeof model === 'string' && model !== '') return
  const { provider, id } = (model ?? {}) as { provider?: unknown; id?: unknown }
  if (typeof provider === 'string' && typeof id === 'string') return
  const wanted =
    typeof model === 'function'
      ? `call it with a model id: provider('model-id')`
      : `it must be 'provider/model-id' or what a provider returns`
  throw new TypeError(`Cannot extract with ${option} ${show(model)}: ${wanted}`)
}

const checkPrice = (model: string, price: unknown): void => {
  checkKind(`prices['${model}']`, price ?? null, 'object')
  const { cachedInput = 0, input, output } = price as Record<string, unknown>
  if ([input, output, cachedInput].every(each => typeof each === 'number' && each >= 0)) return
  throw new RangeError(
    `Cannot extract with prices['${model}']: it must be { input, output, cachedInput? }, USD for a million tokens`,
  )
}

const checkTimeout = (timeout: unknown): void => {
  if (timeout === undefined) return
  const limits: [string, unknown][] = isComposite(timeout) ? Object.entries(timeout) : [['total', timeout]]
  for (const [name, value] of limits) {
    if (!['firstByte', 'idle', 'total'].includes(name)) {
      throw new TypeError(`Cannot extract with timeout.${name}: the clocks are firstByte, idle and total`)
    }
    checkKind(`timeout.${name}`, value, 'milliseconds')
  }
}

/** A value as a message quotes it: never a whole object, never something long. */
const show = (value: unknown): string =>
  typeof value === 'string'
    ? `'${value.slice(0, 60)}'`
    : isComposite(value) || typeof value === 'function'
      ? `that is ${Array.isArray(value) ? 'a list' : typeof value === 'function' ? 'a function' : 'an object'}`
      : String(value)
