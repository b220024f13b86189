import type { Ending } from '../wire.ts'

/** Finish reasons in lower case, of the dialect and of those that gateways pass on untranslated. */
const reasons: Readonly<Record<Exclude<Ending, 'unknown'>, string>> = {
  clean: `stop tool_calls tool_call function_call eos eos_token end_turn tool_use stop_sequence complete completed`,
  // Mistral's is model_length, Anthropic's model_context_window_exceeded. DeepSeek's insufficient_system_resource: the
  // machine ran out, and the answer is cut all the same.
  length: `length max_tokens max_output_tokens max_length model_length model_context_window_exceeded
    insufficient_system_resource`,
  // From safety on Gemini's; refusal is Anthropic's, sensitive Z.ai's.
  content_filter: `content_filter content_filtered safety recitation blocklist prohibited_content spii refusal sensitive`,
  error: 'error',
}

const endings = new Map(
  Object.entries(reasons).flatMap(([ending, words]) =>
    words.split(/\s+/).map(word => [word, ending as Ending] as const),
  ),
)

/** What a finish reason means. One that nobody has heard of is not taken for a clean one. */
export const endingOf = (reason: string): Ending => endings.get(reason.toLowerCase()) ?? 'unknown'
