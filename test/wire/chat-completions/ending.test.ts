import { expect, test } from 'vitest'
import { endingOf } from '../../../src/wire/chat-completions/ending.ts'

test.each([
  [
    'clean',
    ['stop', 'STOP', 'tool_calls', 'function_call', 'eos', 'end_turn', 'tool_use', 'stop_sequence', 'COMPLETE'],
  ],
  ['length', ['length', 'max_tokens', 'MAX_TOKENS', 'model_length', 'insufficient_system_resource']],
  ['content_filter', ['content_filter', 'SAFETY', 'recitation', 'PROHIBITED_CONTENT']],
  ['error', ['error', 'ERROR']],
  ['unknown', ['cancelled', 'abort', 'MALFORMED_FUNCTION_CALL', 'OTHER', 'toString', ' stop']],
])('%s: %j', (ending, reasons) => {
  for (const reason of reasons) expect([reason, endingOf(reason)]).toEqual([reason, ending])
})
