import { Batch, requestFor } from './schema.mjs'

/**
 * F2: the least a program does that shows nothing before the end. One streaming decoder, events cut out of the text by
 * `indexOf`, `JSON.parse` of every envelope, one parse and one schema check.
 *
 * @param onRead told after each read of the socket.
 */
export const floor = async (baseURL, model, onRead = () => {}) => {
  const response = await fetch(`${baseURL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(requestFor(model)),
  })
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    rest += decoder.decode(value, { stream: true })
    let from = 0
    for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n', from)) {
      const data = rest.slice(from + 'data: '.length, end)
      from = end + 2
      if (data === '[DONE]') continue
      const call = JSON.parse(data).choices[0]?.delta.tool_calls?.[0]
      if (call !== undefined) text += call.function.arguments
    }
    rest = rest.slice(from)
    onRead()
  }
  return Batch.parse(JSON.parse(text))
}
