import { createJsonParser } from '../json/index.ts'
import type { JsonKind, JsonValue } from '../json/types.ts'
import type { Declaration } from '../schema/index.ts'
import type { Issue, Limits } from '../types.ts'
import { Shape } from './shape.ts'

/** A value that is being read, with what is said of it in the user's shape. */
interface Place {
  readonly shape: Shape
  readonly up: Place | undefined
  /** What it is to become: itself, nothing, a record of what were pairs, one of those pairs, or the key of one. */
  readonly as: JsonKind | 'nothing' | 'record' | 'pair' | 'key' | 'held'
  /** Where it stands in what it is in. */
  readonly at: string | number | undefined
  /** Something has been written inside of it. */
  filled: boolean
  /** Of a pair: the key, once it is known, and what was written of the value before that. */
  key?: string
  early?: string
  /** Of a record: something in the list is no pair. */
  broken?: true
  /** Of an object that may be one of several: what stands in it, and keys with a null that may stand for nothing. */
  own?: Map<string, JsonValue>
  nulls?: Set<string>
}

type Inverted = Pick<Declaration<unknown, unknown>, 'canonical' | 'wrapper' | 'rewrites' | 'normalizer'>

/** Whether what comes may be another text than what is meant. */
export const isInverted = ({ rewrites, normalizer }: Inverted): boolean =>
  rewrites.length > 0 || normalizer !== undefined

/**
 * Reads arguments as a dialect wrote them and writes them as the user declared them, piece by piece: a null that stood for an
 * absent key is gone, and a list of pairs is the record for which it stood. With a normalizer a string that may stand for
 * another value is read whole, then written as what it stands for. What is in the user's shape already stays as it is, and so
 * does what is wrong. Work per character is constant.
 *
 * @param onNote what was normalized, and a list that is no record; its path is the user's, behind the wrapper's key.
 * @throws JsonError once the text can no longer be JSON.
 */
export const createInverse = (
  { canonical, wrapper, rewrites, normalizer }: Inverted,
  { length: maxLength, blanks: maxBlankRun, depth: maxDepth }: Limits = {},
  onNote?: (note: Issue) => void,
): ((piece: string) => string) => {
  const root = Shape.sent(canonical, wrapper)
  const isSpoken = rewrites.length > 0
  let out = ''
  /** The pairs around the place whose keys are not known yet. */
  const early: Place[] = []
  /** What the parser had warned of before the value that is read. */
  let warnings = 0
  const write = (text: string): void => {
    const pair = early.at(-1)
    if (pair === undefined) out += text
    else pair.early += text
  }
  /** What stands in front of a value: a comma, its key. */
  const lead = (up: Place, key: string | number | undefined): void => {
    if (up.filled) write(',')
    up.filled = true
    if (typeof key === 'string') write(`${JSON.stringify(key)}:`)
  }

  const open = (up: Place | undefined, key: string | number | undefined, kind: JsonKind): Place => {
    warnings = parser.warnings.length
    if (up === undefined) return begin(root, undefined, undefined, kind)
    const shape = up.as === 'pair' || up.as === 'key' || up.as === 'nothing' ? up.shape : shapeIn(up, key!, kind)
    if (up.as === 'record') {
      if (kind !== 'object') refuse(up)
      return { shape: up.shape.child(restKey), up, at: key, as: kind === 'object' ? 'pair' : 'nothing', filled: false }
    }
    if (up.as === 'nothing') return { shape, up, at: key, as: 'nothing', filled: false }
    if (up.as === 'pair') {
      if (key === 'key' && kind === 'string') return { shape, up, at: key, as: 'key', filled: false }
      if (key !== 'value') return { shape, up, at: key, as: 'nothing', filled: false }
      // A model that writes the value first is waited for.
      if (up.early === undefined && up.key !== undefined) lead(up.up!, up.key)
      else {
        if (up.early === undefined) early.push(up)
        up.early = ''
      }
      up.filled = true
      return begin(up.shape, up, key, kind)
    }
    if (isSpoken && kind === 'null' && typeof key === 'string') {
      const lacks = up.shape.mayLack(key)
      if (lacks === undefined) {
        up.nulls ??= new Set()
        up.nulls.add(key)
      }
      if (lacks !== false) return { shape, up, at: key, as: 'nothing', filled: false }
    }
    lead(up, key)
    return begin(shape, up, key, kind)
  }

  /** Another branch of a union may have a list where this one has a record. */
  const shapeIn = ({ shape, own }: Place, key: string | number, kind: JsonKind): Shape => {
    const child = shape.child(key)
    const isTold = own !== undefined && (kind === 'array' || kind === 'object') && child.schemas.length > 1
    return isTold ? shape.given(own).child(key) : child
  }

  const begin = (shape: Shape, up: Place | undefined, at: Place['at'], kind: JsonKind): Place => {
    const isRecord = isSpoken && kind === 'array' && !shape.takes('array') && shape.isRecord
    const isHeld = kind === 'string' && normalizer?.waits(shape.schemas) === true
    const as = isRecord ? 'record' : isHeld ? 'held' : kind
    const mark = opening[as]
    if (mark !== undefined) write(mark)
    return { shape, up, at, as, filled: false }
  }

  const settle = (place: Place, text: string): JsonValue => {
    const meant = normalizer!.read(place.shape.schemas, text)
    write(JSON.stringify(meant))
    if (meant === text) return meant
    const quoted = JSON.stringify(text.slice(0, mostQuoted))
    onNote?.({ path: pathOf(place), code: 'normalized', message: `${quoted} was read as ${JSON.stringify(meant)}` })
    return meant
  }

  /** What cannot be read must not be left out in silence. */
  const refuse = (record: Place): void => {
    if (record.broken) return
    record.broken = true
    onNote?.({ path: pathOf(record), code: 'invalid_pair', message })
  }

  const close = (place: Place, value: JsonValue): void => {
    const { up, as, at } = place
    const meant = as === 'held' ? settle(place, value as string) : value
    // One schema alone leaves nothing to tell by what else is there.
    if (isSpoken && up?.as === 'object' && as !== 'nothing' && up.shape.schemas.length > 1) {
      const key = String(at)
      up.nulls?.delete(key)
      if (up.shape.names(key)) {
        up.own ??= new Map()
        up.own.set(key, meant)
      }
    }
    if (as === 'key') up!.key = value as string
    else if (as === 'pair') closePair(place)
    else if (as !== 'nothing' && as !== 'held') {
      for (const key of place.nulls ?? []) {
        if (place.shape.mayLack(key, place.own ?? new Map(), place.nulls)) continue
        lead(place, key)
        write('null')
      }
      write(closing[as] ?? numeral(value))
    }
  }

  const closePair = (pair: Place): void => {
    const { up, key, filled } = pair
    if (early.at(-1) === pair) early.pop()
    if (key === undefined || !filled) refuse(up!)
    else if (pair.early !== undefined) {
      lead(up!, key)
      write(pair.early)
    }
  }

  const parser = createJsonParser<Place>({
    maxLength,
    maxBlankRun,
    maxDepth,
    follower: {
      open,
      grows: () => false,
      grow: ({ as }, piece) => {
        if (as === 'string') write(JSON.stringify(piece).slice(1, -1))
      },
      close,
    },
  })
  /** A number beyond the exact integers must warn again where it did, and nowhere else. */
  const numeral = (value: JsonValue): string => {
    if (typeof value !== 'number') return String(value)
    if (Object.is(value, -0)) return '-0'
    if (!Number.isFinite(value)) return value > 0 ? '1e999' : '-1e999'
    if (Number.isSafeInteger(value) || !Number.isInteger(value)) return String(value)
    return parser.warnings.length > warnings ? BigInt(value).toString() : value.toExponential()
  }
  return piece => {
    parser.feed(piece)
    const written = out
    out = ''
    return written
  }
}

/** The whole of a text that is JSON, and within its limits. */
export const invert = (text: string, declaration: Inverted, onNote?: (note: Issue) => void): string =>
  createInverse(declaration, unlimited, onNote)(`${text}\n`)

const unlimited: Limits = { length: Infinity, blanks: Infinity, depth: Infinity }

/** Where a value stands in the user's shape, in which there are no pairs. */
const pathOf = ({ up, at }: Place): Issue['path'] => {
  if (up === undefined) return []
  return up.as === 'pair' ? [...pathOf(up.up!), up.key ?? ''] : [...pathOf(up), at!]
}

const message = 'expected a list of { "key": …, "value": … }, each with a string as its key'

/** Characters of what came that a warning has. */
const mostQuoted = 100

/** Any key of a record: no record declares one of this name. */
const restKey = '\0'

const opening: Partial<Record<Place['as'], string>> = { object: '{', record: '{', array: '[', string: '"' }
const closing: Partial<Record<Place['as'], string>> = { object: '}', record: '}', array: ']', string: '"' }
