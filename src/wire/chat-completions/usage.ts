import { defined } from '../../defined.ts'
import type { Reported } from '../wire.ts'

/** xAI reports cost in ticks (https://docs.x.ai/docs/api-reference): 10,000,000,000 to the dollar. */
const ticksPerDollar = 1e10

/** Our usage from a `usage` object of the wire; what it does not say stays absent. */
export const readUsage = (raw: Record<string, unknown>): Reported => {
  const inputTokens = count(raw.prompt_tokens)
  const visible = count(raw.completion_tokens)
  const totalTokens = count(raw.total_tokens)
  const cachedInputTokens = count(detail(raw, 'prompt_tokens_details', 'cached_tokens'))
  const reasoningTokens = count(detail(raw, 'completion_tokens_details', 'reasoning_tokens'))
  const outputTokens = outputOf(inputTokens, visible, reasoningTokens, totalTokens)
  const ticks = count(raw.cost_in_usd_ticks)
  return {
    usage: defined({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens, totalTokens }),
    cost: count(raw.cost) ?? (ticks === undefined ? undefined : ticks / ticksPerDollar),
  }
}

/** Usage comes in parts, or once more and empty: a later report replaces only what it says itself. */
export const addReport = (before: Reported | undefined, after: Reported): Reported =>
  before === undefined ? after : { usage: { ...before.usage, ...after.usage }, cost: after.cost ?? before.cost }

/** OpenAI counts reasoning inside `completion_tokens`, xAI beside it: there the total gives it away (401 + 44 + 257 = 702). */
const outputOf = (
  input: number | undefined,
  visible: number | undefined,
  reasoning: number | undefined,
  total: number | undefined,
): number | undefined => {
  if (visible === undefined || !reasoning) return visible
  const apart = input !== undefined && total === input + visible + reasoning
  return apart ? visible + reasoning : visible
}

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined

const detail = (raw: Record<string, unknown>, group: string, field: string): unknown =>
  (raw[group] as Record<string, unknown> | null | undefined)?.[field]
