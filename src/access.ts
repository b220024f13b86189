import { Abort, orAbort, type Stop } from './abort.ts'
import { ConfigError } from './errors.ts'
import { Clocks, clockLimits } from './http/clocks.ts'
import type { Plan } from './plan.ts'

/** The fetch that was given, for this call or for the provider; without one it is the platform's. */
export const fetchOf = ({
  options,
  provider,
}: Pick<Plan<any, any>, 'options' | 'provider'>): typeof globalThis.fetch | undefined => options.fetch ?? provider.fetch

export const urlOf = ({ provider }: Plan<any, any>): string => {
  const { query, row } = provider
  const url = `${row.baseURL}/chat/completions`
  return Object.keys(query).length === 0 ? url : `${url}?${new URLSearchParams(query)}`
}

const secretHeader = /auth|key|token|cookie|secret|pass|^code$|^sig/i

/** The headers of one request, and every value in them that no message may hold. */
export interface Access {
  readonly headers: Record<string, string>
  readonly secrets: readonly string[]
}

/** A key that is fetched from somewhere is part of the call: the total clock and an abort end the wait for it. */
export const accessOf = (plan: Plan<any, any>, streamed: boolean, signal: Stop): Access | Promise<Access> => {
  const key = keyOf(plan)
  return key instanceof Promise ? accessAfter(key, plan, streamed, signal) : accessWith(plan, key)
}

const accessAfter = async (
  key: Promise<string | undefined>,
  plan: Plan<any, any>,
  streamed: boolean,
  signal: Stop,
): Promise<Access> => {
  const abort = new Abort()
  const clocks = new Clocks(
    clockLimits(plan.options.timeout, streamed),
    error => abort.abort(error),
    () => {},
  )
  try {
    return accessWith(plan, await orAbort(orAbort(key, signal), abort))
  } finally {
    clocks.stop()
  }
}

const keyOf = ({ provider, options }: Plan<any, any>): string | undefined | Promise<string | undefined> => {
  const { apiKey } = options
  const failed = (cause: unknown): never => {
    throw new ConfigError(`Cannot get a key for ${provider.row.name}: apiKey has failed, see the cause`, 'no_key', {
      cause,
    })
  }
  try {
    const key = typeof apiKey === 'function' ? Promise.resolve(apiKey()) : (apiKey ?? provider.key())
    return key instanceof Promise ? key.then(own => own ?? provider.key()).catch(failed) : key
  } catch (cause) {
    return failed(cause)
  }
}

interface Known {
  readonly provider: Plan<any, any>['provider']
  readonly key: string | undefined
  readonly access: Access
}

/** By the options of the call, which many calls of an extractor share. */
const known = new WeakMap<object, Known>()

const accessWith = ({ provider, options }: Plan<any, any>, key: string | undefined): Access => {
  const last = known.get(options)
  if (last !== undefined && last.provider === provider && last.key === key) return last.access
  const access = freshAccess(provider, options, key)
  // Headers of the caller's may change.
  if (options.headers === undefined) known.set(options, { provider, key, access })
  return access
}

const freshAccess = (
  provider: Plan<any, any>['provider'],
  options: Plan<any, any>['options'],
  key: string | undefined,
): Access => {
  const { row } = provider
  if (!key && row.keyVariable !== undefined && fetchOf({ options, provider }) === undefined) {
    throw new ConfigError(
      `Cannot call ${row.name} without a key: set ${row.keyVariable} in the environment, or give the apiKey option`,
      'no_key',
    )
  }
  if (key !== undefined && typeof key !== 'string') {
    throw new ConfigError(
      `Cannot call ${row.name} with a key that is no string: it is of type ${typeof key}`,
      'bad_option',
    )
  }
  const own = { ...provider.headers, ...options.headers }
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/json',
    ...(key && { [row.keyHeader]: row.keyHeader === 'authorization' ? `Bearer ${key}` : key }),
  }
  for (const [name, value] of Object.entries(own)) headers[name.toLowerCase()] = value
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value)
  const secrets = Object.entries({ ...provider.query, ...own }).flatMap(([name, value]) =>
    secretHeader.test(name) ? [value, value.replace(/^\w+ /, '')] : [],
  )
  return { headers, secrets: key ? [key, ...secrets] : secrets }
}

/** A name as HTTP allows it, what no value may hold, and what every fetch takes off a value's ends (https://fetch.spec.whatwg.org/#headers-class). */
const headerName = /^[\w!#$%&'*+.^`|~-]+$/
const around = /^[\t\n\r ]+|[\t\n\r ]+$/g
const badInHeader = /[\0\n\r\u0100-\uffff]/

/** Every fetch would refuse it, each in words of its own, and some of them with the value. */
const checkHeader = (name: string, value: string): void => {
  if (headerName.test(name) && !badInHeader.test(value.replace(around, ''))) return
  const what = 'its name or its value holds a character that HTTP does not allow (a line end, a curly quote?)'
  throw new ConfigError(`Cannot send the header '${name}': ${what}`, 'bad_option')
}
