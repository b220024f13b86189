import { isComposite } from './composite.ts'
import type { Message, Prompt } from './types.ts'

const kindOf = (prompt: unknown): string => {
  if (!isComposite(prompt)) return prompt === null ? 'null' : `of type ${typeof prompt}`
  if ('then' in prompt) return 'a promise, to be awaited first'
  return 'role' in prompt ? 'one message, to be put into a list' : 'an object'
}

/**
 * The messages of a prompt, the instructions in front.
 *
 * @throws TypeError for what is no prompt.
 */
export const messagesOf = (prompt: Prompt, instructions?: string): readonly Message[] => {
  if (typeof prompt !== 'string' && !Array.isArray(prompt)) {
    throw new TypeError(
      `Cannot extract from a prompt that is ${kindOf(prompt)}: it must be a string or a list of messages`,
    )
  }
  const messages: readonly Message[] = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
  messages.forEach((message, index) => {
    if (typeof message?.role !== 'string') throw new TypeError(`Cannot send message ${index}: it has no role`)
  })
  if (messages.length === 0) throw new TypeError('Cannot extract from an empty list of messages')
  // A transcript of ours, given back as a prompt, begins with the instructions already.
  if (instructions === undefined || (messages[0]?.role === 'system' && messages[0].content === instructions))
    return [...messages]
  return [{ role: 'system', content: instructions }, ...messages]
}
