/**
 * What an answer may come to at most, read in the plainest way there is: split lines, `JSON.parse`, look. It knows nothing
 * of the library, and where it cannot tell it says nothing.
 */
export interface Truth {
  /** Why no value may come of the bytes. */
  readonly forbidden: string | undefined
  /** Pieces of arguments of choice 0, in order. */
  readonly pieces: readonly string[]
  /** All text of choice 0. */
  readonly text: string
}

export const truthOf = (bytes: Uint8Array): Truth => {
  // What the end has cut of a character is cut, and not broken.
  const read = new TextDecoder().decode(bytes, { stream: true })
  const [text, broken] = wellFormed(bytes) ? [read, false] : [read.slice(0, read.indexOf('\ufffd')), true]
  // Blanks of any kind around a body are no part of it, as around an event.
  const whole = text.trim()
  const { payloads, done } = /^[{[]/.test(whole) ? { payloads: [whole], done: true } : eventsOf(text)
  const truth = { forbidden: undefined as string | undefined, pieces: [] as string[], text: '' }
  const forbid = (why: string): void => {
    truth.forbidden ??= why
  }
  let finished = false
  let streamed = false
  for (const payload of payloads) {
    const chunk = parse(payload)
    if (typeof chunk !== 'object' || chunk === null || Array.isArray(chunk)) {
      forbid('a payload is no JSON object')
      break
    }
    if (chunk.error || chunk.object === 'error') forbid('there is an error')
    const choice = Array.isArray(chunk.choices)
      ? chunk.choices.find((each: any) => isObject(each) && (each.index ?? 0) === 0)
      : undefined
    if (choice === undefined) continue
    if (choice.error) forbid('there is an error in a choice')
    const reason = typeof choice.finish_reason === 'string' ? choice.finish_reason.toLowerCase() : ''
    if (reason !== '') finished = true
    if (['length', 'content_filter', 'error'].includes(reason)) forbid(`the finish reason is '${reason}'`)
    const part = isObject(choice.delta) ? choice.delta : choice.message
    if (!isObject(part)) continue
    if (typeof part.refusal === 'string' && part.refusal !== '') forbid('there is a refusal')
    const text = textOf(part.content)
    // Behind deltas a message says the whole once more.
    if (part === choice.delta || !streamed || truth.text === '') truth.text += text
    streamed ||= part === choice.delta && (text !== '' || part.tool_calls !== undefined)
    for (const call of Array.isArray(part.tool_calls) ? part.tool_calls : []) {
      const args = isObject(call) && isObject(call.function) ? call.function.arguments : undefined
      if (args !== undefined && args !== null) truth.pieces.push(typeof args === 'string' ? args : JSON.stringify(args))
    }
  }
  if (!done && !finished) forbid('neither [DONE] nor a finish reason came')
  if (broken && !done) forbid('there are bytes that are no UTF-8')
  return truth
}

/** Whether the text is some of the pieces, in order. */
export const isMadeOf = (text: string, pieces: readonly string[]): boolean => {
  let ends = new Set([0])
  for (const piece of pieces) {
    if (piece === '') continue
    const next = new Set(ends)
    for (const end of ends) if (text.startsWith(piece, end)) next.add(end + piece.length)
    ends = next
  }
  return ends.has(text.length)
}

const eventsOf = (text: string): { payloads: string[]; done: boolean } => {
  const payloads: string[] = []
  let data: string[] = []
  const lines = (text.startsWith('\ufeff') ? text.slice(1) : text).split(/\r\n|\r|\n/)
  for (const [i, line] of [...lines, ''].entries()) {
    if (line === '') {
      const payload = data.join('\n').trim()
      data = []
      if (payload === '[DONE]') return { payloads, done: true }
      // What the end of the body has cut is no event.
      if (payload !== '' && (i < lines.length - 1 || parse(payload) !== undefined)) payloads.push(payload)
    } else if (line === 'data' || line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''))
  }
  return { payloads, done: false }
}

const wellFormed = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : Array.isArray(content)
      ? content.map(part => (part?.type === 'text' && typeof part.text === 'string' ? part.text : '')).join('')
      : ''

const isObject = (value: unknown): value is Record<string, any> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parse = (text: string): any => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
