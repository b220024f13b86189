import { orAbort } from './abort.ts'
import { ConfigError } from './errors.ts'
import { Clocks, clockLimits } from './http/clocks.ts'
import type { Plan } from './plan.ts'

/** The fetch that was given, for this call or for the provider; without one it is the platform's. */
export const fetchOf = ({ options, provider }: Plan<any, any>): typeof globalThis.fetch | undefined =>
  options.fetch ?? provider.fetch

export const urlOf = ({ provider }: Plan<any, any>): string => {
  const query = new URLSearchParams(provider.query).toString()
  return `${provider.row.baseURL}/chat/completions${query && `?${query}`}`
}

const secretHeader = /auth|key|token|cookie|secret|pass|^code$|^sig/i

/** The headers of one request, and every value in them that no message may hold. */
export interface Access {
  readonly headers: Record<string, string>
  readonly secrets: readonly string[]
}

/** A key that is fetched from somewhere is part of the call: the total clock and an abort end the wait for it. */
export const accessOf = async (plan: Plan<any, any>, streamed: boolean, signal: AbortSignal): Promise<Access> => {
  const abort = new AbortController()
  const clocks = new Clocks(
    clockLimits(plan.options.timeout, streamed),
    error => abort.abort(error),
    () => {},
  )
  try {
    return await orAbort(orAbort(credentials(plan), signal), abort.signal)
  } finally {
    clocks.stop()
  }
}

const credentials = async (plan: Plan<any, any>): Promise<Access> => {
  const { row } = plan.provider
  const { apiKey } = plan.options
  let key: string | undefined
  try {
    key = (typeof apiKey === 'function' ? await apiKey() : apiKey) ?? (await plan.provider.key())
  } catch (cause) {
    throw new ConfigError(`Cannot get a key for ${row.name}: apiKey has failed, see the cause`, 'no_key', { cause })
  }
  if (!key && row.keyVariable !== undefined && fetchOf(plan) === undefined) {
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
  const own = { ...plan.provider.headers, ...plan.options.headers }
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/json',
    ...(key && { [row.keyHeader]: row.keyHeader === 'authorization' ? `Bearer ${key}` : key }),
  }
  for (const [name, value] of Object.entries(own)) headers[name.toLowerCase()] = value
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value)
  const secrets = Object.entries({ ...plan.provider.query, ...own }).flatMap(([name, value]) =>
    secretHeader.test(name) ? [value, value.replace(/^\w+ /, '')] : [],
  )
  return { headers, secrets: key ? [key, ...secrets] : secrets }
}

/** Every fetch would refuse it, each in words of its own, and some of them with the value. */
const checkHeader = (name: string, value: string): void => {
  try {
    new Headers([[name, value]])
  } catch {
    const what = 'its name or its value holds a character that HTTP does not allow (a line end, a curly quote?)'
    throw new ConfigError(`Cannot send the header '${name}': ${what}`, 'bad_option')
  }
}
