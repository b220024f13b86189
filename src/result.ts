import type { Answer } from './context.ts'
import type { Verdict } from './judge.ts'
import type { Ledger } from './ledger.ts'
import { closedTurn } from './repair/whole.ts'
import type { Issue, Message, Result, UsedMode } from './types.ts'

export const resultOf = <O>({
  came,
  answer,
  verdict,
  mode,
  transcript,
  reasoning,
  notes,
  ledger: { usage, cost, calls },
  cached,
}: {
  readonly came: Answer
  readonly answer: Answer
  readonly verdict: Extract<Verdict<O>, { type: 'output' }>
  readonly mode: UsedMode
  readonly transcript: readonly Message[]
  readonly reasoning: readonly string[]
  /** What comes before the warnings of the answer itself. */
  readonly notes: readonly Issue[]
  readonly ledger: Ledger
  readonly cached: boolean
}): Result<O> => {
  const result: Result<O> = {
    output: verdict.output,
    input: verdict.input,
    text: verdict.text,
    reasoning: reasoning.join('\n\n'),
    usage,
    finishReason: came.turn.finishReason,
    mode,
    calls,
    warnings: [...notes, ...verdict.warnings],
    messages: [...transcript, ...closedTurn(answer.turn, new Map(answer.calls.map(call => [call, 'ok'])))],
    response: answer.response,
  }
  if (cost !== undefined) Object.assign(result, { cost })
  if (cached) Object.assign(result, { cached })
  return result
}
