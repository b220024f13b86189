import { readJson } from '../decode/read.ts'
import { JsonError } from '../json/index.ts'
import { parsed } from '../text.ts'
import type { Issue, Message } from '../types.ts'
import type { Turn, WireCall } from '../wire/wire.ts'
import type { Fault } from './fault.ts'
import { closedTurn, headings } from './whole.ts'
import { issueLines } from './words.ts'

type Path = Issue['path']

/**
 * The messages that ask for calls of a choice again: under each call what is wrong with it, in the words of its own arguments.
 *
 * @param calls those that are the answer, in the order of its list.
 */
export const repairCalls = (turn: Turn, fault: Fault, calls: readonly WireCall[], many: boolean): Message[] => {
  const wrong = calls.map((call, index) => issuesOf(fault, call, many ? [index, 'value'] : ['value']))
  // What is wrong with none of them is told of the first.
  if (wrong.every(issues => issues.length === 0)) wrong[0] = fault.issues
  const results = calls.map((call, index): [WireCall, string] => {
    const issues = wrong[index]!
    if (issues.length === 0) return [call, `Correct. Make this call again, with the corrected ones.`]
    const lines = issueLines({ ...fault, issues, input: parsed(call.arguments || '{}') ?? undefined })
    const heading = headings[fault.code] ?? 'The arguments cannot be used:'
    const wanted = many
      ? 'Make all calls again, corrected.'
      : `Call '${call.name}' again with all of its arguments, corrected.`
    return [call, [heading, ...lines, wanted].join('\n')]
  })
  return closedTurn(turn, new Map(results))
}

/** Where the text of all is no JSON, what is wrong with which call: nobody but us knows that text and the places in it. */
export const faultInCalls = (fault: Fault, calls: readonly WireCall[], many: boolean): Fault => {
  if (fault.code !== 'invalid_json') return fault
  const issues = calls.flatMap((call, index) => {
    const where = many ? `calls[${index}], '${call.name}': ` : ''
    return brokenIn(call).map(issue => ({ ...issue, message: where + issue.message }))
  })
  return issues.length > 0 ? { ...fault, issues } : fault
}

/** Where the model knows a path of the answer: `calls[1].a`, or `a` of the one call. */
export const pathInCalls = (path: Path, many: boolean): Path =>
  many && path[1] === 'value'
    ? ['calls', path[0]!, ...path.slice(2)]
    : !many && path[0] === 'value'
      ? path.slice(1)
      : path

/** Whether it stands inside of the arguments of a call. */
export const isInCall = (path: Path, many: boolean): boolean => path[Number(many)] === 'value'

/** The arguments of each call, from the text of all. */
export const callTexts = (text: string, wrapper: string | undefined, many: boolean): string[] => {
  const whole = JSON.parse(text)
  const answer = wrapper === undefined ? whole : whole[wrapper]
  return (many ? answer : [answer]).map(({ value }: { value: unknown }) => JSON.stringify(value))
}

const issuesOf = ({ code, issues }: Fault, call: WireCall, prefix: Issue['path']): readonly Issue[] => {
  if (code === 'invalid_json') return brokenIn(call)
  return issues.flatMap(issue =>
    prefix.every((step, i) => issue.path[i] === step) ? [{ ...issue, path: issue.path.slice(prefix.length) }] : [],
  )
}

/** Why its arguments are no JSON. */
const brokenIn = ({ arguments: text }: WireCall): Issue[] => {
  const read = readJson(text.trim() || '{}')
  return read instanceof JsonError ? [{ path: [], code: read.code, message: read.message }] : []
}
