import { platformSignal, type Stop } from './abort.ts'
import { thrown } from './schema/index.ts'
import type { Finding, Issue, Message, Options, Part } from './types.ts'

type Validate = (value: unknown) => Promise<{ value: any } | { issues: Issue[]; cause?: unknown }>

/**
 * The schema's validation followed by the caller's own: what that finds is repaired as if the schema had found it, and what
 * it throws is no fault of the model.
 */
export const withChecks = (
  validate: Validate,
  check: NonNullable<Options['validate']>,
  messages: readonly Message[],
  signal: Stop,
): Validate => {
  const text = wordsOf(messages)
  return async input => {
    const validated = await validate(input)
    if ('issues' in validated) return validated
    try {
      const issues = [...(await check(validated.value, { signal: platformSignal(signal), text }))].map(issueOf)
      return issues.length > 0 ? { issues } : validated
    } catch (cause) {
      return { issues: [thrown(cause)], cause }
    }
  }
}

const issueOf = ({ path = [], code = 'custom', message }: Finding): Issue => ({ path, code, message })

/** The words of the user in the prompt, a blank line between messages. */
const wordsOf = (messages: readonly Message[]): string =>
  messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => (typeof content === 'string' ? content : (content ?? []).flatMap(textOf)))
    .join('\n\n')

const textOf = (part: Part): string[] => (part.type === 'text' ? [part.text] : [])
