import type { Answer } from './context.ts'
import type { Verdict } from './judge.ts'
import type { Ledger } from './ledger.ts'
import { closedTurn } from './repair/whole.ts'
import type { Issue, Message, Result, UsedMode } from './types.ts'

/** The transcript is made when somebody asks for it: few do. */
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
  let messages: readonly Message[] | undefined
  return {
    output: verdict.output,
    input: verdict.input,
    text: verdict.text,
    reasoning: reasoning.join('\n\n'),
    usage,
    ...(cost !== undefined && { cost }),
    finishReason: came.turn.finishReason,
    mode,
    ...(cached && { cached }),
    calls,
    warnings: [...notes, ...verdict.warnings],
    get messages() {
      messages ??= [...transcript, ...closedTurn(answer.turn, new Map(answer.calls.map(call => [call, 'ok'])))]
      return messages
    },
    response: answer.response,
  }
}
