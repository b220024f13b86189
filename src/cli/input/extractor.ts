import { existsSync, readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  createProvider,
  defineExtractor,
  type Extractor,
  type JsonSchema,
  type Model,
  type Options,
  type Schema,
} from 'decant'
import { UsageError } from '../failure.ts'
import type { Io } from '../io.ts'
import { readJsonSchema } from './json-schema.ts'
import { fill } from './template.ts'

/** What the user says about the extraction on the command line, over what the module says. */
export interface Wishes {
  readonly model?: string
  readonly baseUrl?: string
  readonly prompt?: string
  readonly instructions?: string
  readonly cassette?: string
  readonly cache?: string
  /** For a schema alone, where nothing is sent. */
  readonly modelOfSchema?: string
}

export type AnyExtractor = Extractor<any, any, any>

/**
 * The extractor of a module or of a JSON Schema file, changed as the command line wishes.
 *
 * @throws UsageError for a file that holds neither
 */
export const loadExtractor = async (file: string, wishes: Wishes, io: Io): Promise<AnyExtractor> => {
  const declared = await loadDeclared(file, io)
  const wanted = await optionsOf(wishes, io)
  if (isExtractor(declared)) {
    const { prompt } = wishes
    return defineExtractor({
      ...declared.declaration,
      ...wanted,
      ...(prompt !== undefined && { prompt: templated(prompt) }),
    })
  }
  const { model = wishes.modelOfSchema, ...options } = wanted
  if (model === undefined) {
    throw new UsageError(
      `Cannot extract with '${file}': it holds a schema, which names no model`,
      'give --model provider/model-id, such as --model openai/gpt-4o-mini, or export defineExtractor({ … })',
    )
  }
  return defineExtractor({
    name: nameOf(file),
    schema: declared,
    prompt: templated(wishes.prompt ?? '{{text}}'),
    ...options,
    model,
  })
}

/** A prompt from a template. A journal tells prompts apart by their source text, and that of a template is the template. */
const templated = (template: string) => {
  const prompt = (record: unknown): string => fill(template, record)
  return Object.assign(prompt, { toString: () => template })
}

const nameOf = (file: string): string => file.replace(/^.*[/\\]/, '').replace(/(\.schema)?\.\w+$/, '')

const optionsOf = async (wishes: Wishes, io: Io): Promise<Partial<Options>> => ({
  ...(wishes.instructions !== undefined && { instructions: wishes.instructions }),
  ...modelOf(wishes, io),
  ...(wishes.cassette !== undefined && {
    fetch: (await import('decant/cassette')).cassette(resolve(io.cwd, wishes.cassette)),
  }),
  ...(wishes.cache !== undefined && {
    cache: (await import('decant/node')).directoryCache(resolve(io.cwd, wishes.cache)),
  }),
})

const modelOf = ({ model, baseUrl }: Wishes, io: Io): { readonly model?: string | Model } => {
  if (baseUrl === undefined) return model === undefined ? {} : { model }
  if (model === undefined) {
    throw new UsageError(`Cannot ask '${baseUrl}' without a model`, 'give --model with the id that the endpoint knows')
  }
  // No provider's own key goes to an address that somebody typed.
  const apiKey = io.env.DECANT_API_KEY
  return { model: createProvider({ name: 'endpoint', baseURL: baseUrl, ...(apiKey && { apiKey }) })(model) }
}

const isExtractor = (value: unknown): value is AnyExtractor => typeof value === 'function' && 'declaration' in value

const isSchema = (value: unknown): value is Schema =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value

const loadDeclared = async (file: string, io: Io): Promise<AnyExtractor | Schema> => {
  const path = resolve(io.cwd, file)
  if (!existsSync(path)) {
    throw new UsageError(
      `Cannot load extractor '${file}': there is no such file`,
      'give a module (.ts, .js) or a JSON Schema (.json); decant init writes a starter',
    )
  }
  if (extname(path) === '.json') return readJsonSchema(readJson(path, file), file)
  const { default: declared } = await importModule(path, file)
  if (isExtractor(declared) || isSchema(declared)) return declared
  throw new UsageError(
    `Cannot use '${file}' as an extractor: its default export is ${kindOf(declared)}`,
    'write export default defineExtractor({ … }), or export default a schema and give --model',
  )
}

const kindOf = (value: unknown): string =>
  value === undefined ? 'missing' : value === null ? 'null' : `of type ${Array.isArray(value) ? 'list' : typeof value}`

const readJson = (path: string, file: string): JsonSchema => {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new UsageError(`Cannot read '${file}': ${(cause as Error).message}`, undefined, { cause })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonSchema
  throw new UsageError(`Cannot use '${file}' as a JSON Schema: it holds ${kindOf(value)}, not an object`)
}

const importModule = async (path: string, file: string): Promise<{ readonly default?: unknown }> => {
  const { createJiti } = await import('jiti')
  // A Zod schema has a method named `default`, which the interop would take for a default export.
  const jiti = createJiti(pathToFileURL(path).href, { interopDefault: false })
  try {
    return await jiti.import(path)
  } catch (cause) {
    throw new UsageError(`Cannot load extractor '${file}': ${reasonOf(cause)}`, remedyOf(cause), { cause })
  }
}

const reasonOf = (cause: unknown): string => {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.split('\n').find(line => line.trim() !== '') ?? 'it throws'
}

/** A package that is not there is the usual reason in a new folder. */
const remedyOf = (cause: unknown): string | undefined => {
  const [, name] = /Cannot find (?:module|package) '((?:@[\w.-]+\/)?[\w.-]+)/.exec(reasonOf(cause)) ?? []
  return name === undefined || name.startsWith('.') ? undefined : `npm install ${name}`
}
