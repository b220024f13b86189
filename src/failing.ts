import type { Answer, Context } from './context.ts'
import { ExtractError, OutputError, StreamError, ToolError } from './errors.ts'
import type { Fault } from './repair/fault.ts'
import { formatPath, issueSummary } from './repair/words.ts'
import type { Issue } from './types.ts'

/** The model as the user names it. */
export const modelName = ({ plan }: Context<any, any>): string => `${plan.provider.row.name}/${plan.modelId}`

/**
 * What a run ends with that got no right answer.
 *
 * @param handedOut the elements that forbid a repair, since they are final.
 * @param unchanged a repair has brought the same failure again.
 */
export const faultError = (
  context: Context<any, any>,
  { turn, calls, view }: Answer,
  fault: Fault,
  repairs: number,
  { handedOut, unchanged }: { readonly handedOut?: readonly Issue['path'][]; readonly unchanged: boolean },
): OutputError => {
  const { plan, channel } = context
  const why = handedOut
    ? `; elements that were handed out are final, so nothing was repaired: ${listed(handedOut)}`
    : unchanged
      ? '; the repair has changed nothing, so no other was tried'
      : ''
  const tried = repairs > 0 ? ` after ${repairs} ${repairs === 1 ? 'repair' : 'repairs'}` : ''
  return new OutputError(
    `Cannot decode the answer of ${modelName(context)} as '${plan.declaration.name}'${tried}: ${issueSummary(fault.issues)}${why}`,
    fault.code,
    {
      issues: fault.issues,
      cause: fault.cause,
      finishReason: turn.finishReason,
      text:
        fault.generation ?? (plan.choice === undefined ? calls[0]?.arguments : undefined) ?? view?.text ?? turn.text,
      partial: channel.value,
      ...(handedOut && { handedOut }),
    },
  )
}

/** The first places in words, and how many more there are. */
const listed = (paths: readonly Issue['path'][]): string => {
  const more = paths.length - mostListed
  return `${paths.slice(0, mostListed).map(formatPath).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const mostListed = 20

/** What a run ends with whose model never came to an answer. */
export const outOfSteps = (
  { plan }: Context<any, any>,
  { turn }: Answer,
  failure: ToolError | undefined,
): ToolError => {
  const toolName = turn.calls[0]?.name ?? ''
  return new ToolError(
    `Cannot finish: the model still calls '${toolName}' on step ${plan.maxSteps} of ${plan.maxSteps}${failure ? `; before that: ${failure.message}` : '; raise maxSteps'}`,
    failure?.code ?? 'max_steps',
    { toolName: failure?.toolName ?? toolName, cause: failure, text: turn.text },
  )
}

/** What nobody thought of, of a provider or of the platform, breaks the answer, not the promise that errors have a type. */
export const typed = (cause: unknown): ExtractError =>
  cause instanceof ExtractError
    ? cause
    : new StreamError(
        'Cannot read the answer: something broke that is not known to break; see the cause',
        'malformed',
        {
          cause,
          retryable: false,
        },
      )
