import { extract } from 'decant'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { z } from 'zod'

/** A model that writes invoices, breaks some of their fields, and corrects what it is asked for by chance: seeded, no network. */

const Invoice = z
  .object({
    number: z.string(),
    issued: z.iso.date(),
    currency: z.enum(['EUR', 'USD', 'GBP', 'CHF']),
    customer: z.object({ name: z.string(), street: z.string(), city: z.string(), country: z.string() }),
    lines: z.array(
      z.object({
        sku: z.string(),
        description: z.string(),
        quantity: z.int(),
        unitPrice: z.number(),
        taxRate: z.number(),
        delivered: z.iso.date(),
        unit: z.enum(['piece', 'kg', 'hour', 'box']),
      }),
    ),
    total: z.number(),
  })
  .meta({ title: 'Invoice', description: 'An invoice with its lines' })

type Document = z.input<typeof Invoice>
type Path = readonly (string | number)[]

/** mulberry32, by Tommy Ettinger: a number in [0, 1) from each state. */
const randomOf = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const words = 'steel oak blue wide cable panel filter valve bracket sensor pump hinge cover board seal lamp'.split(' ')

/** @param bytes of JSON, about. */
const invoiceOf = (random: () => number, bytes: number): Document => {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  const date = (): string => `2026-0${1 + Math.floor(random() * 9)}-${10 + Math.floor(random() * 18)}`
  const cents = (): number => Math.round(random() * 50_000) / 100
  const name = (count: number): string => Array.from({ length: count }, () => pick(words)).join(' ')
  const document: Document = {
    number: `2026-${Math.floor(random() * 10_000)}`,
    issued: date(),
    currency: pick(['EUR', 'USD', 'GBP', 'CHF']),
    customer: { name: name(2), street: `${name(1)} street 12`, city: name(1), country: 'Italy' },
    lines: [],
    total: cents(),
  }
  for (let length = JSON.stringify(document).length; length < bytes; ) {
    const line: Document['lines'][number] = {
      sku: `SKU-${Math.floor(random() * 100_000)}`,
      description: name(5),
      quantity: 1 + Math.floor(random() * 20),
      unitPrice: cents(),
      taxRate: pick([0.1, 0.2, 0.22]),
      delivered: date(),
      unit: pick(['piece', 'kg', 'hour', 'box']),
    }
    // With the comma between two of them.
    length += JSON.stringify(line).length + Number(document.lines.length > 0)
    document.lines.push(line)
  }
  return document
}

const breakable = ['quantity', 'unitPrice', 'taxRate', 'delivered', 'unit'] as const

const wordsOf = (path: Path): string =>
  path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1)

const changed = (document: any, [key, ...rest]: Path, value: unknown): any => {
  const copy = Array.isArray(document) ? [...document] : { ...document }
  copy[key!] = rest.length === 0 ? value : changed(copy[key!], rest, value)
  return copy
}

interface Simulation {
  readonly seed: number
  /** Of the document. */
  readonly bytes: number
  /** Fields that are wrong at first. */
  readonly broken: number
  /** How likely a wrong field is right at the next try. */
  readonly skill: number
  readonly repair: 'auto' | 'whole' | 'patch'
}

interface Outcome {
  /** Of the repairs. */
  readonly repairTokens: number
  /** Of all calls, in both directions. */
  readonly tokens: number
  readonly right: boolean
  /** Whether every field was given rightly at some time. */
  readonly ever: boolean
  readonly repairs: number
}

/** One extraction. What the model gets right, and when, hangs on the seed and not on the way it is asked. */
const simulate = async ({ seed, bytes, broken, skill, repair }: Simulation): Promise<Outcome> => {
  const random = randomOf(seed)
  const right = invoiceOf(random, bytes)
  const wrong = new Map<string, Path>()
  while (wrong.size < Math.min(broken, right.lines.length)) {
    const line = Math.floor(random() * right.lines.length)
    const path = ['lines', line, breakable[Math.floor(random() * breakable.length)]!]
    wrong.set(wordsOf(path), path)
  }
  let requests = 0
  let tokens = 0
  let repairTokens = 0
  const wrongValue = (): string => `unknown ${requests}`
  const learns = (place: string): boolean => {
    const luck = randomOf(
      [...place].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), seed + requests),
    )
    luck()
    return luck() < skill
  }
  const valueAt = (path: Path): unknown => path.reduce((at: any, key) => at[key], right)

  const fetch: typeof globalThis.fetch = async (_, init) => {
    const body = JSON.parse(init!.body as string)
    const { name, parameters } = body.tools[0].function
    if (requests > 0) for (const place of [...wrong.keys()]) if (learns(place)) wrong.delete(place)
    requests++
    const places = Object.entries((parameters.properties ?? {}) as Record<string, { description?: string }>)
    const args =
      name === 'repair'
        ? Object.fromEntries(
            places.map(([key, { description = '' }]) => {
              const place = description.split(':')[0]!
              const path = place.split(/[.[\]]+/).filter(Boolean)
              return [key, wrong.has(place) ? wrongValue() : valueAt(path)]
            }),
          )
        : [...wrong.values()].reduce((document, path) => changed(document, path, wrongValue()), right)
    const text = JSON.stringify(args)
    const completion_tokens = countTokens(text)
    const prompt_tokens = countTokens(JSON.stringify([body.messages, body.tools]))
    tokens += prompt_tokens + completion_tokens
    if (requests > 1) repairTokens += completion_tokens
    const call = { id: `call_${requests}`, type: 'function', function: { name, arguments: text } }
    const message = { role: 'assistant', content: null, tool_calls: [call] }
    const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens }
    return Response.json({ choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage })
  }
  const prompt = `Extract the invoice from the scan: ${JSON.stringify(right.customer)} …`
  const output = await extract(Invoice, prompt, { model: 'openai/simulated', repair, maxRepairs: 4, fetch }).catch(
    () => {},
  )
  return {
    repairTokens,
    tokens,
    right: JSON.stringify(output) === JSON.stringify(right),
    ever: wrong.size === 0,
    repairs: requests - 1,
  }
}

interface Row {
  readonly bytes: number
  readonly broken: number
  readonly runs: number
  /** Output tokens of repairs, per run. */
  readonly whole: number
  readonly auto: number
  /** Tokens of all calls in both directions, per run. */
  readonly wholeTokens: number
  readonly autoTokens: number
  /** Runs that cost more than with whole repairs. */
  readonly dearer: number
  /** Runs in which every field was given rightly at some time, and the output was not right all the same. */
  readonly lost: number
  readonly right: number
}

/** The same runs with whole repairs and with `auto`. */
export const compare = async (runs: number, given: Omit<Simulation, 'seed' | 'repair'>): Promise<Row> => {
  const pairs: [Outcome, Outcome][] = []
  for (let seed = 1; seed <= runs; seed++) {
    const of = { ...given, seed: seed * 7919 }
    pairs.push([await simulate({ ...of, repair: 'whole' }), await simulate({ ...of, repair: 'auto' })])
  }
  const mean = (of: (pair: [Outcome, Outcome]) => number): number =>
    pairs.reduce((sum, pair) => sum + of(pair), 0) / runs
  return {
    bytes: given.bytes,
    broken: given.broken,
    runs,
    whole: mean(([whole]) => whole.repairTokens),
    auto: mean(([, auto]) => auto.repairTokens),
    wholeTokens: mean(([whole]) => whole.tokens),
    autoTokens: mean(([, auto]) => auto.tokens),
    dearer: pairs.filter(([whole, auto]) => auto.tokens > whole.tokens).length,
    lost: pairs.flat().filter(({ ever, right }) => ever && !right).length,
    right: pairs.filter(([, auto]) => auto.right).length,
  }
}
