import { StreamError } from '../../errors.ts'
import { GrowingText } from '../../text.ts'
import type { FunctionCall } from '../../types.ts'
import type { DeltaSink, WireCall } from '../wire.ts'
import { Brackets } from './brackets.ts'

/** A model does not call more functions in one turn than this; a larger index is a fault of the server. */
const maxCalls = 128

/** One fragment of a call, as servers send it: any part may be absent, null or empty. */
export interface CallFragment {
  readonly index?: unknown
  readonly id?: unknown
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null
  readonly [extra: string]: unknown
}

interface OpenCall {
  readonly position: number
  indexed: boolean
  id: string
  name: string
  arguments: GrowingText
  /** Whether the arguments end with a brace: only then is it worth to ask whether they are whole. */
  braced: boolean
  /** What of the arguments `brackets` has not seen yet. */
  unseen: string
  readonly brackets: Brackets
  /** Whether the sink knows of it: only once arguments come, since some servers send the name late or in pieces. */
  opened: boolean
  /** Fields we do not know, such as a gateway's thought signatures; they go back as they came. */
  extra: Record<string, unknown>
}

/**
 * Puts the fragments of parallel calls together. Which call a fragment belongs to is told by its index, else by its id,
 * else it goes on with the last one; an id or a name is set once and an empty one means absent.
 */
export class CallAssembler {
  readonly #sink: DeltaSink
  readonly #place: number
  readonly #calls: OpenCall[] = []
  readonly #byIndex = new Map<number, OpenCall>()
  /** The call of the last fragment. */
  #last: OpenCall | undefined
  /** UTF-16 units of arguments so far. */
  length = 0

  /** @param place how many messages stand before the turn: ids of ours must not repeat in the transcript. */
  constructor(sink: DeltaSink, place: number) {
    this.#sink = sink
    this.#place = place
  }

  /** @param index the fragment's own, or a better one. */
  feed(fragment: CallFragment, index: unknown): void {
    const id = filled(fragment.id)
    const name = filled(fragment.function?.name)
    const piece = argumentsOf(fragment.function?.arguments)
    const call = this.#find(indexOf(index), id, name, piece)
    if (this.#last !== call) this.#release()
    this.#last = call
    if (call.id === '') call.id = id
    for (const key in fragment) {
      if (!knownFields.has(key) && fragment[key] !== null) call.extra[key] = fragment[key]
    }
    if (name !== '' && !call.opened) call.name = joinName(call.name, name)
    // Some servers repeat the whole arguments once they are complete.
    if (piece === '' || (piece.length === call.arguments.length && piece === call.arguments.value && isWhole(call)))
      return
    this.#append(call, piece)
  }

  /** Whether a fragment that names nothing else, or this id, would belong to the call of the last one, which is open. */
  goesOn(id: unknown): boolean {
    return this.#last?.opened === true && (filled(id) === '' || id === this.#last.id)
  }

  /**
   * More arguments for the call of the last fragment, as `goesOn` allows: the text of several fragments, and where each
   * ends. Returns false when the sink has had enough.
   */
  goOn(text: string, ends: readonly number[]): boolean {
    const call = this.#last!
    const taken = this.#sink.arguments(call.position, text, ends)
    this.#keep(call, taken === undefined ? text : text.slice(0, taken))
    return taken === undefined
  }

  /** UTF-16 units of arguments of the call of the last fragment. */
  get lastLength(): number {
    return this.#last?.arguments.length ?? 0
  }

  #append(call: OpenCall, piece: string): void {
    // LiteLLM put an empty object before the arguments of Anthropic's models (BerriAI/litellm#4537).
    if (isEmpty(call) && piece.startsWith('{')) call.arguments = new GrowingText()
    const held = call.opened ? '' : call.arguments.value
    this.#keep(call, piece)
    if (call.name === '' || isEmpty(call)) return
    this.#open(call)
    this.#sink.arguments(call.position, held + piece)
  }

  #open(call: OpenCall): void {
    if (call.opened) return
    call.opened = true
    this.#sink.call(call.position, call.name)
  }

  /** An empty object that was held back is all that the last call says, once another one begins or none does. */
  #release(): void {
    const call = this.#last
    if (call === undefined || call.name === '' || !isEmpty(call)) return
    this.#open(call)
    this.#sink.arguments(call.position, call.arguments.value)
  }

  #keep(call: OpenCall, piece: string): void {
    call.arguments.append(piece)
    call.unseen += piece
    if (call.unseen.length > maxUnseen) see(call)
    this.length += piece.length
    const end = piece.trimEnd()
    if (end !== '') call.braced = end.endsWith('}')
  }

  /**
   * Opens the calls that never got any arguments (`""` stands for an object with no properties), and sees to it that every
   * id is there once: results go back by id, and providers refuse a transcript in which one repeats.
   */
  finish(): void {
    this.#release()
    this.#completeIds()
    for (const call of this.#calls) {
      if (call.opened) continue
      this.#open(call)
      if (call.arguments.length > 0) this.#sink.arguments(call.position, call.arguments.value)
    }
  }

  get calls(): WireCall[] {
    return this.#calls.map(call => ({ id: call.id, name: call.name, arguments: call.arguments.value }))
  }

  /** The calls in the wire's shape, for the way back: no provider takes an empty name, or arguments that are no JSON at all. */
  get wire(): FunctionCall[] {
    return this.#calls.map(({ extra, id, name, arguments: text }) =>
      Object.assign({}, extra, {
        id,
        type: 'function' as const,
        function: { name: name || 'unknown', arguments: text.value || '{}' },
      }),
    )
  }

  /** Invented ids are not random: a recorded run sends the same ones again. */
  #completeIds(): void {
    const given = new Set(this.#calls.map(({ id }) => id))
    const taken = new Set([''])
    for (const call of this.#calls) {
      if (taken.has(call.id)) {
        call.id = `call_${this.#place}_${call.position}`
        while (given.has(call.id) || taken.has(call.id)) call.id += '_'
      }
      taken.add(call.id)
    }
  }

  #find(index: number | undefined, id: string, name: string, piece: string): OpenCall {
    const last = this.#calls.at(-1)
    if (index === undefined) {
      if (id === '') return last === undefined || followsWhole(last, name, piece) ? this.#begin() : last
      return this.#calls.find(call => call.id === id) ?? (last?.id === '' && last.name === '' ? last : this.#begin())
    }
    const known = this.#byIndex.get(index)
    if (known !== undefined && !startsAnew(known, id, name)) return known
    // An index that comes later than the call: a fragment that names nothing goes on.
    const call = id === '' && name === '' && last !== undefined && !last.indexed ? last : this.#begin()
    call.indexed = true
    this.#byIndex.set(index, call)
    return call
  }

  #begin(): OpenCall {
    if (this.#calls.length >= maxCalls) {
      throw new StreamError(`The answer holds more than ${maxCalls} calls`, 'malformed', { retryable: false })
    }
    const call = {
      position: this.#calls.length,
      indexed: false,
      id: '',
      name: '',
      arguments: new GrowingText(),
      braced: false,
      unseen: '',
      brackets: new Brackets(),
      opened: false,
      extra: {},
    }
    this.#calls.push(call)
    return call
  }
}

const knownFields: ReadonlySet<string> = new Set(['index', 'id', 'type', 'function', '__proto__'])

/**
 * Some gateways give every call index 0, others give every fragment of one call a new id: a new id and name begin a new
 * call only where the arguments so far are already whole.
 */
const startsAnew = (call: OpenCall, id: string, name: string): boolean =>
  id !== '' && name !== '' && call.id !== '' && call.id !== id && isWhole(call)

/** Without index and id a name begins a new call after one that is whole, unless it only repeats that one. */
const followsWhole = (call: OpenCall, name: string, piece: string): boolean =>
  name !== '' && isWhole(call) && (name !== call.name || piece !== call.arguments.value)

/** Whether there is nothing but an empty object yet: what it is shows when more comes, or the end. */
const isEmpty = ({ opened, arguments: args }: OpenCall): boolean => !opened && args.length === 2 && args.value === '{}'

/** Asked for every fragment of some servers: each character is looked at once. */
const isWhole = (call: OpenCall): boolean => {
  if (!call.braced) return false
  see(call)
  return call.brackets.closed
}

/** Unseen text is kept a second time, and piece by piece. */
const maxUnseen = 1024

const see = (call: OpenCall): void => {
  call.brackets.feed(call.unseen)
  call.unseen = ''
}

const joinName = (known: string, next: string): string => (next.startsWith(known) ? next : known + next)

const filled = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Ollama and llama.cpp send the arguments as an object. */
const argumentsOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  try {
    return JSON.stringify(value)
  } catch {
    // JSON.parse takes any depth, JSON.stringify runs out of stack.
    throw new StreamError('A call has arguments that are nested too deeply', 'malformed', { retryable: false })
  }
}

const indexOf = (value: unknown): number | undefined => {
  if (value === null || value === undefined || value === '') return undefined
  const index = typeof value === 'string' ? Number(value) : value
  if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < maxCalls) return index
  throw new StreamError(`A call has an index that is not an integer from 0 to ${maxCalls - 1}`, 'malformed', {
    retryable: false,
  })
}
