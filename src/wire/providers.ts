import { ConfigError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { Model } from '../types.ts'
import { carriedProvider, type Provider, type ProviderOptions, providerOf } from './provider.ts'

/** The built-in endpoints. We list endpoints, never models. */
const rows = {
  openai: { baseURL: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY', sendsStrict: true, dialect: 'openai' },
  xai: {
    baseURL: 'https://api.x.ai/v1',
    keyVariable: 'XAI_API_KEY',
    sendsStrict: true,
    argumentsAtOnce: true,
    dialect: 'xai',
  },
  groq: {
    baseURL: 'https://api.groq.com/openai/v1',
    keyVariable: 'GROQ_API_KEY',
    sendsStrict: true,
    argumentsAtOnce: true,
    dialect: 'groq',
  },
  openrouter: {
    baseURL: 'https://openrouter.ai/api/v1',
    keyVariable: 'OPENROUTER_API_KEY',
    sendsStrict: true,
    asksForUsage: true,
    reasoning: 'object',
    // Among its upstreams are Anthropic's and DeepSeek's, which refuse the two together.
    forcesWhileReasoning: false,
  },
} as const satisfies Record<string, Omit<ProviderOptions, 'name'>>

/** The built-in endpoints by name: where requests go, and the environment variable that the key is read from. */
export const providers: Readonly<
  Record<keyof typeof rows, { readonly baseURL: string; readonly keyVariable: string }>
> = rows

const opened = new Map<string, Provider>()

/** The built-in providers; each is one object for the life of the process, so what it learns is kept. */
const builtIn = (name: string): Provider | undefined => {
  if (!Object.hasOwn(rows, name)) return undefined
  let provider = opened.get(name)
  if (provider === undefined) {
    provider = providerOf({ name, ...rows[name as keyof typeof rows] })
    opened.set(name, provider)
  }
  return provider
}

/**
 * The provider and model id behind the `model` option; a string is split at its first slash.
 *
 * @throws ConfigError `unknown_provider`.
 */
export const resolveModel = (model: string | Model): { provider: Provider; id: string } => {
  if (typeof model !== 'string') {
    const provider = carriedProvider(model) ?? builtIn(model.provider)
    if (provider === undefined) throw unknown(model.provider, `${model.provider}/${model.id}`)
    return { provider, id: model.id }
  }
  const slash = model.indexOf('/')
  const name = slash < 0 ? model : model.slice(0, slash)
  const provider = builtIn(name)
  if (provider === undefined) throw unknown(name, model)
  const id = slash < 0 ? '' : model.slice(slash + 1)
  if (id === '') {
    throw new ConfigError(
      `Cannot extract with model '${model}': the model id is missing, as in '${name}/model-id'`,
      'bad_option',
    )
  }
  return { provider, id }
}

const unknown = (name: string, model: string): ConfigError => {
  const names = Object.keys(rows)
  const near = nearest(name.toLowerCase(), names)
  const known = `known are ${names.join(', ')}`
  const hint = !model.includes('/')
    ? `write 'provider/${model}'; ${known}`
    : near
      ? `did you mean '${near}'?`
      : // The name may be a vendor's: OpenRouter has most of them.
        `${known}; use createProvider() or 'openrouter/${model}'`
  return new ConfigError(
    `Cannot extract with model '${model}': no provider is named '${name}' (${hint})`,
    'unknown_provider',
  )
}
