import { isDeepStrictEqual } from 'node:util'
import { createProvider, ExtractError, extract, type Result } from 'decant'
import type { z } from 'zod'
import { key, schemas } from './bodies.ts'
import { mutated } from './mutate.ts'
import { isMadeOf, truthOf } from './oracle.ts'
import { Random, seedOf } from './random.ts'

/** One execution: what was sent, and what is wrong with what came of it. */
export interface Execution {
  readonly outcome: string
  readonly finding: string | undefined
  readonly body: Uint8Array
}

const model = createProvider({ name: 'fuzz', baseURL: 'http://127.0.0.1:1/v1', apiKey: key })('model')
const longestMessage = 6000
const codes: Readonly<Record<string, readonly string[]>> = {
  APIError: ['rate_limit', 'quota', 'auth', 'not_found', 'bad_request', 'upstream'],
  StreamError: ['network', 'interrupted', 'malformed'],
  OutputError: [
    'no_call',
    'wrong_call',
    'invalid_json',
    'schema_mismatch',
    'truncated',
    'refused',
    'content_filter',
    'degenerate',
    'limit',
  ],
}
const refusing = [400, 401, 429, 500]
const types = ['text/event-stream', 'application/json', 'text/html', ''].map(
  (type, i) => new Headers({ 'content-type': type, 'x-request-id': i === 0 ? key : 'a1' }),
)

/** Runs the nth execution of a seed: random bytes into the public API, and the outcome against the plainest reading. */
export const execute = async (seed: number, execution: number): Promise<Execution> => {
  const random = new Random(seedOf(seed, execution))
  const { body, fitting } = mutated(random)
  const schema = random.once(6) ? random.pick(schemas) : fitting
  const status = random.once(30) ? random.pick(refusing) : 200
  const stream = !random.once(4)
  const loops = random.once(3)
  let last: unknown
  const extraction = extract(schema, '', {
    model,
    stream,
    schemaName: 'Person',
    maxRetries: 0,
    maxRepairs: 0,
    fetch: async () => responseOf(body, status, random),
  })
  try {
    if (loops) for await (const partial of extraction) last = partial
    const result = await extraction.result()
    const finding =
      status === 200
        ? wrongValue(result, schema, body, loops ? { last } : undefined)
        : 'a value came with an error status'
    return { outcome: 'value', finding, body }
  } catch (error) {
    return { outcome: error instanceof ExtractError ? error.code : 'untyped', finding: wrongError(error), body }
  }
}

/** As little of a response as there must be, in pieces of any size: platform streams would take most of the time. */
const responseOf = (body: Uint8Array, status: number, random: Random): Response => {
  // At most some eighty pieces: a byte at a time only where the body is short.
  const size = Math.max(random.pick([1e9, 1e9, 1e9, 1e9, 256, 32, 1]), Math.ceil(body.length / 40))
  const breaks = random.once(20)
  let at = 0
  const reader = {
    async read() {
      if (at >= body.length) {
        if (breaks) throw new TypeError('terminated')
        return { done: true, value: undefined }
      }
      const value = body.subarray(at, at + 1 + random.below(size))
      at += value.length
      return { done: false, value }
    },
    async cancel() {},
  }
  const stream = { locked: false, getReader: () => reader, cancel: reader.cancel }
  return { ok: status === 200, status, url: '', headers: random.pick(types), body: stream } as unknown as Response
}

const wrongValue = (
  result: Result<unknown>,
  schema: z.ZodType,
  body: Uint8Array,
  shown: { last: unknown } | undefined,
): string | undefined => {
  const { output, text, warnings, mode } = result
  const truth = truthOf(body)
  if (truth.forbidden !== undefined) return `a value came although ${truth.forbidden}`
  const made = mode.used === 'text' ? truth.text === text : isMadeOf(text, truth.pieces)
  if (!made) return `the text of the value is not what came: ${text}`
  const own = schema.safeParse(output)
  if (!own.success || !isDeepStrictEqual(own.data, output)) return 'the schema does not take the value'
  // Partials are the input: what the schema strips from the output is still there.
  if (shown !== undefined && !isDeepStrictEqual(schema.safeParse(shown.last).data, output)) {
    return `the last partial is another value: ${JSON.stringify(shown.last)}`
  }
  const mended = warnings.some(({ code }) => ['fenced', 'wrapped', 'encoded_twice'].includes(code))
  if (mended || mode.used === 'text') return undefined
  const input = JSON.parse(text.trim() === '' ? '{}' : text)
  const again = schema.safeParse(Array.isArray(output) ? input.value : input)
  return again.success && isDeepStrictEqual(again.data, output)
    ? undefined
    : 'JSON.parse and the schema give another value'
}

const wrongError = (error: unknown): string | undefined => {
  if (!(error instanceof ExtractError))
    return `the error has no type: ${error instanceof Error ? error.stack : String(error)}`
  if (!codes[error.name]?.includes(error.code))
    return `nobody knows the error ${error.name} ${error.code}: ${error.message}`
  if (error.message.length > longestMessage) return `the message is ${error.message.length} characters long`
  const printed = [error.stack, error.requestId, JSON.stringify(error.calls)].join('\n')
  return printed.includes(key) ? `the key shows in the error: ${error.message}` : undefined
}
