import {
  createJsonParser,
  JsonError,
  type JsonFollower,
  type JsonOptions,
  type JsonPath,
  type JsonValue,
  type JsonWarning,
} from 'decant/json'
import fc from 'fast-check'
import { afterAll, beforeAll } from 'vitest'

/** `LAWS=50`, as `npm run laws` says it, multiplies the cases. */
const times = Number(process.env.LAWS ?? 1)

/** One seed for every law, so that a failure comes back; fast-check prints it with the counterexample. */
export const law = { seed: 20_260_101, numRuns: 2000 * times }

/** Fewer cases, for a law of which each takes long; as many as of any other where the cases are multiplied. */
export const fewer = (numRuns: number) => (times > 1 ? law : { ...law, numRuns })

export const patience = 30_000 * times

if (times > 1) console.log(`laws: ${law.numRuns} cases each, seed ${law.seed}`)

// ---------------------------------------------------------------- generated texts

const unit = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...'abe tué日"\\/\n\u0000\u007f\u2028\u00a0') },
  { weight: 2, arbitrary: fc.constantFrom('😀', '\ud83d', '\ude00', '𝒳') },
)

/** One decoded character as JSON text, spelled in one of the ways there are. */
const spell = ([char, plain]: [string, boolean]): string => {
  if (plain) return JSON.stringify(char).slice(1, -1)
  return Array.from({ length: char.length }, (_, i) => {
    const hex = char.charCodeAt(i).toString(16).padStart(4, '0')
    return `\\u${i % 2 === 0 ? hex : hex.toUpperCase()}`
  }).join('')
}

const raw = fc.array(fc.tuple(unit, fc.boolean()).map(spell), { maxLength: 8 }).map(units => units.join(''))
const lone = fc.constantFrom('\ud83d', '\ude00', '\ud83d\\ude00', '\\ud83d\ude00', '\\ud83d\\n', '\\/')
const stringText = fc.oneof({ weight: 9, arbitrary: raw }, { weight: 1, arbitrary: lone }).map(text => `"${text}"`)
const keyText = fc.oneof(
  fc.constantFrom(
    '"a"',
    '"b"',
    '"name"',
    '"\\u0061"',
    '""',
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '"7"',
    '"-1"',
  ),
  stringText,
)
const numberText = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => JSON.stringify(value)),
  fc.constantFrom('0', '-0', '1.50', '1E5', '1e+2', '-2.5e-3', '0e0', '1e999', '-1e999', '9007199254740993', '5e-324'),
)
const blank = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom(' ', '\n', '\t', '\r\n', '  ') },
)

const { value } = fc.letrec<{ value: string; list: string; object: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(stringText, numberText, fc.constantFrom('true', 'false', 'null')),
    tie('list'),
    tie('object'),
  ),
  list: fc
    .array(fc.tuple(blank, tie('value'), blank), { maxLength: 4 })
    .map(items => `[${items.map(item => item.join('')).join(',')}]`),
  object: fc
    .tuple(
      fc.array(fc.tuple(blank, keyText, blank, fc.constant(':'), blank, tie('value'), blank), { maxLength: 4 }),
      blank,
    )
    .map(([members, empty]) => `{${members.length === 0 ? empty : members.map(member => member.join('')).join(',')}}`),
}))

/** Valid JSON texts, in every spelling that the grammar allows. */
export const validText = fc.tuple(blank, value, blank).map(parts => parts.join(''))

/** Valid texts in which one or two characters were put in, taken out or replaced; most are invalid. */
export const mutatedText = fc
  .tuple(
    validText,
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(2),
        fc.constantFrom(...'"\\{}[]:,0123456789.eE+-truefalsn u\u0000\n\ufeff\u00a0\ud83dx'),
      ),
      { minLength: 1, maxLength: 2 },
    ),
  )
  .map(([text, changes]) =>
    changes.reduce((now, [where, how, char]) => {
      const at = where % (now.length + 1)
      return now.slice(0, at) + (how === 0 ? '' : char) + now.slice(how === 1 ? at : at + 1)
    }, text),
  )

/** A text and one way to cut it into pieces, empty pieces included. */
export const cut = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.array(fc.nat(7), { minLength: 1, maxLength: 20 })).map(([whole, lengths]): [string, string[]] => {
    const pieces: string[] = []
    let at = 0
    for (let i = 0; at < whole.length; i++) {
      // A cycle of empty pieces would never end, so every cycle has at least one character.
      const length = lengths[i % lengths.length]! + (i % lengths.length === 0 ? 1 : 0)
      pieces.push(whole.slice(at, at + length))
      at += length
    }
    return [whole, pieces]
  })

export const units = (text: string): string[] => text.split('')

/** In a file of tests that provoke errors by the thousand: their traces would take most of the time. */
export const withoutTraces = (): void => {
  const { stackTraceLimit } = Error
  beforeAll(() => {
    Error.stackTraceLimit = 0
  })
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit
  })
}

// ---------------------------------------------------------------- what there is to see of a parse

interface Outcome {
  value: JsonValue | undefined
  error: { code: string; position: number; message: string } | undefined
  complete: boolean
  length: number
  warnings: readonly JsonWarning[]
  /** Every call of the follower, in order. */
  trace: unknown[][]
}

/** A follower that writes down everything it hears, growth when it ends; its nodes are the paths. */
export const tracer = (trace: unknown[][], grows = true): JsonFollower<JsonPath> => {
  let grown = ''
  return {
    open(parent, key, kind) {
      const path = key === undefined ? [] : [...(parent ?? []), key]
      trace.push(['open', path, kind])
      grown = ''
      return path
    },
    grows(path) {
      trace.push(['grows', path])
      return grows
    },
    key(path, key, repeated) {
      trace.push(['key', path, key, repeated])
    },
    grow(_, piece) {
      grown += piece
    },
    close(path, value, place) {
      trace.push(['close', path, place(), value, ...(typeof value === 'string' ? [grown] : [])])
    },
  }
}

/** Everything there is to see when the pieces are read to their end. */
export const outcome = (pieces: readonly string[], options: JsonOptions<JsonPath> = {}): Outcome => {
  const trace: unknown[][] = []
  const parser = createJsonParser({ follower: tracer(trace), ...options })
  let error: JsonError | undefined
  try {
    for (const piece of pieces) parser.feed(piece)
    parser.finish()
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown
    error = thrown
  }
  const { value, complete, length, warnings } = parser
  return {
    value,
    error: error && { code: error.code, position: error.position, message: error.message },
    complete,
    length,
    warnings,
    trace,
  }
}

/** The snapshot after every unit of the text. */
export const snapshots = (text: string): (JsonValue | undefined)[] => {
  const parser = createJsonParser()
  return units(text).map(piece => {
    parser.feed(piece)
    return parser.value
  })
}

// ---------------------------------------------------------------- comparing values

export type Container = readonly JsonValue[] | { readonly [key: string]: JsonValue }

export const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

/** Own members in order; a list's by index. */
export const members = (value: Container): [string, JsonValue][] => Object.entries(value)

/** Same as `JSON.parse` would give: order of keys, sign of zero and own `__proto__` included. */
export const same = (a: unknown, b: unknown): boolean => {
  if (!isContainer(a) || !isContainer(b)) return Object.is(a, b)
  if (Array.isArray(a) !== Array.isArray(b) || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  const left = members(a)
  const right = members(b)
  return (
    left.length === right.length && left.every(([key, child], i) => key === right[i]![0] && same(child, right[i]![1]))
  )
}

/** Whether `before` can still become `after` by growing only. */
export const growsInto = (before: JsonValue | undefined, after: JsonValue | undefined): boolean => {
  if (before === undefined) return true
  if (typeof before === 'string') return typeof after === 'string' && after.startsWith(before)
  if (!isContainer(before)) return Object.is(before, after)
  if (!isContainer(after) || Array.isArray(before) !== Array.isArray(after)) return false
  const left = members(before)
  const right = new Map(members(after))
  return left.every(([key, child]) => right.has(key) && growsInto(child, right.get(key)))
}

// ---------------------------------------------------------------- an oracle for partial values

const token = /[ \n\r\t]+|[{}[\],:]|"(?:[^"\\]|\\.)*(?:"|\\?$)|[^ \n\r\t{}[\],:"]+/g

/**
 * The partial value that the beginning of a valid text stands for, made the slow way: leave out what is not decided,
 * close what is open, and ask `JSON.parse`.
 */
export const partialOf = (prefix: string): JsonValue | undefined => {
  let shown = ''
  let held = ''
  let inKey = false
  const open: string[] = []
  for (const { 0: text, index } of prefix.matchAll(token)) {
    const first = text.charAt(0)
    const decided = first === '"' || literals.has(text) || index + text.length < prefix.length
    if (first === '}' || first === ']') {
      shown += open.pop()
    } else if (first === '{' || first === '[') {
      shown += held + text
      held = ''
      open.push(first === '{' ? '}' : ']')
      inKey = first === '{'
    } else if (first === ',' || first === ':') {
      held += text
      inKey = first === ',' && open.at(-1) === '}'
    } else if (inKey) {
      held += text
    } else if (text.trim() !== '' && decided) {
      shown += held + (first === '"' ? JSON.stringify(decoded(text)) : text)
      held = ''
    }
  }
  return shown === '' ? undefined : JSON.parse(shown + open.reverse().join(''))
}

const literals = new Set(['true', 'false', 'null'])

/** The string that a string token shows, whether or not it is closed. */
const decoded = (text: string): string => {
  if (/^"(?:[^"\\]|\\.)*"$/.test(text)) return JSON.parse(text)
  const whole = /^(?:[^\\]|\\u[0-9a-fA-F]{4}|\\[^u])*/.exec(text)![0]
  return JSON.parse(`${whole}"`).replace(/[\ud800-\udbff]$/, '')
}
