import { name } from './schema.mjs'

/** The fields around every delta, as OpenAI sends them; `obfuscation` pads the events to irregular lengths. */
const envelope = (choices, usage, padding) => ({
  id: 'chatcmpl-DIgOrid9As2KRUSwbF3yxoewtUUhz',
  object: 'chat.completion.chunk',
  created: 1_773_345_261,
  model: 'gpt-4o-mini-2024-07-18',
  service_tier: 'default',
  system_fingerprint: 'fp_7cd1a06d3a',
  usage,
  choices,
  obfuscation: 'KIjm2E5II9VlxoY'.slice(0, padding),
})

const choiceOf = (delta, finish_reason = null) => [{ index: 0, delta, logprobs: null, finish_reason }]

/**
 * The server-sent events of one answer, as bytes.
 *
 * @param asText the document as message text (what a `response_format` request gets) instead of a function call.
 */
export const eventsOf = (deltas, asText) => {
  const call = entry => ({ tool_calls: [{ index: 0, ...entry }] })
  const first = asText
    ? { role: 'assistant', content: '' }
    : {
        role: 'assistant',
        content: null,
        ...call({ id: 'call_4ifjNdHz0FdUYGSO', type: 'function', function: { name, arguments: '' } }),
      }
  const chunks = [
    envelope(choiceOf(first), null, 6),
    ...deltas.map((delta, i) =>
      envelope(choiceOf(asText ? { content: delta } : call({ function: { arguments: delta } })), null, (i * 7) % 16),
    ),
    envelope(choiceOf({}, asText ? 'stop' : 'tool_calls'), null, 3),
    envelope([], { prompt_tokens: 120, completion_tokens: deltas.length, total_tokens: 120 + deltas.length }, 0),
  ]
  return [...chunks.map(chunk => Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)), Buffer.from('data: [DONE]\n\n')]
}
