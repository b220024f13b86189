import { isComposite } from '../composite.ts'
import type { Declaration } from '../schema/index.ts'
import { wellFormed } from '../text.ts'
import type { Message } from '../types.ts'
import type { Turn, WireCall } from '../wire/wire.ts'
import type { Fault } from './fault.ts'
import { issueLines, under } from './words.ts'

/**
 * The messages that ask for the whole answer again: the model's own turn as it was, and a result under every call of that
 * turn. Only this failure is quoted, cut, as JSON text and in the tool role: what a model wrote is data, never an instruction.
 *
 * @param call the one that is at fault; default the first.
 * @param words the caller's own, in place of all that is said here.
 */
export const repairMessages = (
  turn: Turn,
  fault: Fault,
  declared: Pick<Declaration<unknown, unknown>, 'name' | 'isText' | 'wrapper'> & { readonly inContent?: boolean },
  call: WireCall | undefined = turn.calls[0],
  words?: string,
): Message[] => {
  const { name, isText, wrapper, inContent } = declared
  if (words !== undefined) {
    const content = wellFormed(words)
    return turn.calls.length === 0
      ? [...ownTurn(turn), { role: 'user', content }]
      : closedTurn(turn, new Map(call && [[call, content]]))
  }
  const said = [
    (inContent ? undefined : headings[fault.code]) ?? 'The answer cannot be used:',
    ...issueLines(fault, under(wrapper)),
    ...(fault.generation ? [`What came was: ${JSON.stringify(wellFormed(fault.generation))}`] : []),
  ].join('\n')
  if (turn.calls.length === 0) {
    const wanted = isText
      ? `${fault.generation === undefined ? 'Answer' : 'Call it again, corrected, or answer'} with text.`
      : inContent
        ? 'Answer again with the whole JSON object and nothing else, corrected.'
        : `Call the function '${name}' with the answer as its arguments.`
    return [...ownTurn(turn), { role: 'user', content: `${said}\n${wanted}` }]
  }
  const wanted = isText ? 'Answer with text.' : `Call '${name}' again with all of its arguments, corrected.`
  return closedTurn(turn, new Map(call && [[call, `${said}\n${wanted}`]]))
}

/**
 * The model's turn and a result under every call of it, as providers demand: under calls that are given none, that they
 * were not run.
 */
export const closedTurn = (turn: Turn, results: ReadonlyMap<WireCall, string>): Message[] => [
  ...ownTurn(turn),
  ...turn.calls.map(
    (each): Message => ({
      role: 'tool',
      tool_call_id: each.id,
      content: results.get(each) ?? 'Not run.',
    }),
  ),
]

/** The turn as the model wrote it, left out when it said nothing. A lone surrogate, which no provider takes back, is replaced. */
export const ownTurn = (turn: Turn): Message[] =>
  turn.text === '' && turn.calls.length === 0 ? [] : [mapStrings(turn.message, wellFormed) as Message]

/** Fields we do not know may be nested without end, and must not cost the answer beside them. */
const deepest = 64

/** The same value where nothing of it changes. */
const mapStrings = (value: unknown, change: (text: string) => string, depth = 0): unknown => {
  if (typeof value === 'string') return change(value)
  if (!isComposite(value)) return value
  if (depth === deepest) return null
  let changed: Record<string, unknown> | undefined
  for (const [key, each] of Object.entries(value)) {
    const now = mapStrings(each, change, depth + 1)
    if (now === each) continue
    changed ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
    changed[key] = now
  }
  return changed ?? value
}

export const headings: Partial<Record<Fault['code'], string>> = {
  schema_mismatch: 'The arguments do not fit the schema:',
  invalid_json: 'The arguments are not valid JSON:',
  no_call: 'The answer was not given as a function call:',
  wrong_call: 'The function does not exist:',
}
