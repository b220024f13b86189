import { extract } from './extract.ts'
import { LazyExtraction } from './extraction.ts'
import { type Plan, planOf } from './plan.ts'
import type { Examples, Extraction, Options, Prompt, Schema, ToolSchemas } from './types.ts'

/** What `defineExtractor` takes: the options of every call, and what makes it an extractor. */
export type Declaration<I, O, A = Prompt, T = {}> = Options<T, O> &
  Examples<NoInfer<A>, NoInfer<I>> & {
    /** For the ledger of a pipeline, logs and file names. */
    readonly name: string
    readonly schema: Schema<I, O>
    /** Turns an input into a prompt, those of examples too. Without, the input is the prompt. */
    readonly prompt?: ((input: A) => Prompt) | undefined
  }

type Overrides<A, I> = Partial<Options<any>> & Examples<A, I>

/** A declaration that can be called. */
export interface Extractor<A, I, O> {
  (input: A, options?: Overrides<A, I>): Extraction<I, O>
  /** The same extractor with other options; headers and extraBody are merged, anything else is replaced. */
  with(overrides: Overrides<A, I>): Extractor<A, I, O>
  readonly name: string
  readonly schema: Schema<I, O>
  /** What it was made of. Not enumerable: its options may hold a key. */
  readonly declaration: Declaration<I, O, A, any>
}

/**
 * Declares an extraction once, to be called with many inputs.
 *
 * @throws what `extract` throws, at the first call.
 */
export const defineExtractor = <I, O, A = Prompt, T extends ToolSchemas<T> = {}>(
  declaration: Declaration<I, O, A, T>,
): Extractor<A, I, O> => {
  const { name, schema, prompt, ...options } = declaration
  if (typeof name !== 'string' || name === '') throw new TypeError('Cannot define an extractor without a name')
  if (prompt !== undefined && typeof prompt !== 'function') {
    throw new TypeError(`Cannot define extractor '${name}': prompt must be a function from an input to a prompt`)
  }
  const promptOf = (input: A): Prompt => (prompt === undefined ? (input as unknown as Prompt) : prompt(input))
  const withExamples = (given: Overrides<A, I> & Options<any>): Options<any> & Examples<Prompt, I> =>
    Object.assign({}, given, {
      examples: given.examples?.map(({ input, output }) => ({ input: promptOf(input), output })),
    })
  let plan: Plan<I, O> | undefined
  const call = (input: A, overrides?: Overrides<A, I>): Extraction<I, O> => {
    const given = promptOf(input)
    if (overrides !== undefined)
      return extract(schema, given, withExamples(merge(options as Options<any>, overrides)) as Options<any>)
    plan ??= planOf(schema, withExamples(options as Options<any>))
    return new LazyExtraction(plan, given)
  }
  return Object.defineProperties(call as Extractor<A, I, O>, {
    name: { value: name },
    schema: { value: schema },
    declaration: { value: declaration },
    with: {
      value: (overrides: Overrides<A, I>) => {
        for (const fixed of ['name', 'schema', 'prompt']) {
          if (fixed in overrides)
            throw new TypeError(`Cannot change '${fixed}' of extractor '${name}': define another one`)
        }
        const merged = { ...merge(options as Options<any>, overrides), name, schema, prompt }
        return defineExtractor(merged as Declaration<I, O, A, any>)
      },
    },
  })
}

/** `extract` with some options given; headers and extraBody are merged, anything else is replaced. */
export const withDefaults =
  <const D extends Partial<Options<any>>>(defaults: D) =>
  <I, O, T extends ToolSchemas<T> = {}>(
    schema: Schema<I, O>,
    prompt: Prompt,
    ...[options]: D extends { readonly model: {} }
      ? [options?: Partial<Options<T>> & Examples<Prompt, NoInfer<I>>]
      : [options: Options<T> & Examples<Prompt, NoInfer<I>>]
  ): Extraction<I, O> =>
    extract(schema, prompt, merge((defaults ?? {}) as unknown as Options<T>, options ?? {}))

/** An option that is undefined is an option that is not given. */
const merge = <T>(base: Options<T>, over: Partial<Options<any>>): Options<any> => {
  const given = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined))
  return {
    ...base,
    ...given,
    ...(base.headers && over.headers && { headers: { ...base.headers, ...over.headers } }),
    ...(base.extraBody && over.extraBody && { extraBody: { ...base.extraBody, ...over.extraBody } }),
  }
}
