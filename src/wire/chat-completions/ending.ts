import type { Ending } from '../wire.ts'

/** Finish reasons in lower case, of the dialect and of those that gateways pass on untranslated. */
const reasons: Readonly<Record<Exclude<Ending, 'unknown'>, readonly string[]>> = {
  clean: [
    'stop',
    'tool_calls',
    'tool_call',
    'function_call',
    'eos',
    'eos_token',
    'end_turn',
    'tool_use',
    'stop_sequence',
    'complete',
    'completed',
  ],
  length: [
    'length',
    'max_tokens',
    'max_output_tokens',
    'max_length',
    // Mistral.
    'model_length',
    // Anthropic.
    'model_context_window_exceeded',
    // DeepSeek: the machine ran out, and the answer is cut all the same.
    'insufficient_system_resource',
  ],
  content_filter: [
    'content_filter',
    'content_filtered',
    // Gemini.
    'safety',
    'recitation',
    'blocklist',
    'prohibited_content',
    'spii',
    // Anthropic.
    'refusal',
    // Z.ai.
    'sensitive',
  ],
  error: ['error'],
}

const endings = new Map(
  Object.entries(reasons).flatMap(([ending, words]) => words.map(word => [word, ending as Ending] as const)),
)

/** What a finish reason means. One that nobody has heard of is not taken for a clean one. */
export const endingOf = (reason: string): Ending => endings.get(reason.toLowerCase()) ?? 'unknown'
