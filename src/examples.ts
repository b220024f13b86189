import type { Choice } from './choice.ts'
import { encodeText } from './decode/encode.ts'
import { ArgumentsView } from './decode/view.ts'
import { ConfigError } from './errors.ts'
import { messagesOf } from './prompt.ts'
import { issueSummary } from './repair/words.ts'
import type { Declaration } from './schema/index.ts'
import type { Example, Message } from './types.ts'

/** An example as the transcript shows it. */
export interface PlannedExample {
  readonly messages: readonly Message[]
  /** The answer as calls of functions; none where text is asked for. */
  readonly calls: readonly { readonly name: string; readonly arguments: string }[]
  /** The answer as the text of a message. */
  readonly text: string
}

/**
 * @throws ConfigError `bad_option` for an output that is not what the schema takes: a model would learn the mistake.
 */
export const planExamples = (
  examples: readonly Example<any, any>[],
  declaration: Declaration<unknown, unknown>,
  choice: Choice | undefined,
  answers: readonly Declaration<unknown, unknown>[],
): readonly PlannedExample[] =>
  examples.map(({ input, output }, index) => {
    const messages = messagesOf(input)
    const text = wireText(output, declaration, index)
    const calls = choice
      ? [output].flat().map(({ name, value }) => ({
          name,
          arguments: encodeText(value, answers.find(each => each.name === name)!),
        }))
      : declaration.isText
        ? []
        : [{ name: declaration.name, arguments: text }]
    return { messages, calls, text }
  })

/** The output as the model would write it, checked as it would be. */
const wireText = (output: unknown, declaration: Declaration<unknown, unknown>, index: number): string => {
  const reject = (why: string, cause?: unknown): never => {
    throw new ConfigError(`Cannot send examples[${index}]: its output ${why}`, 'bad_option', { cause })
  }
  if (declaration.isText) return typeof output === 'string' ? output : reject('must be a string')
  let text: string
  try {
    text = encodeText(output, declaration)
  } catch (cause) {
    return reject('cannot be written as JSON', cause)
  }
  const view = new ArgumentsView(declaration, {}, { onInvalid: 'finish' })
  view.feed(text)
  return view.issues.length === 0 ? text : reject(`does not fit the schema: ${issueSummary(view.issues)}`)
}

/**
 * The examples as turns that were had before: what was asked, the answer in the way it is asked for now, and for calls the
 * results that providers want under each of them.
 *
 * @param inContent the answer is the text of a message.
 */
export const exampleTurns = (examples: readonly PlannedExample[], inContent: boolean): Message[] => {
  let number = 0
  return examples.flatMap(({ messages, calls, text }): Message[] => {
    if (inContent || calls.length === 0) return [...messages, { role: 'assistant', content: text }]
    const tool_calls = calls.map(call => ({ id: idOf(++number), type: 'function' as const, function: call }))
    const results = tool_calls.map(({ id }): Message => ({ role: 'tool', tool_call_id: id, content: 'ok' }))
    return [...messages, { role: 'assistant', tool_calls }, ...results]
  })
}

/** Nine letters and digits: Mistral takes no other id. */
const idOf = (number: number): string => `ex${String(number).padStart(7, '0')}`
