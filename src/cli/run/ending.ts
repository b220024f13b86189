import type { Call, Summary } from 'decant'
import { exits } from '../exit.ts'
import { codeOf } from '../terminal/failed.ts'
import type { Ending } from '../terminal/summary.ts'

const names: Readonly<Record<Call['kind'], string>> = {
  first: 'first tries',
  step: 'steps',
  repair: 'repairs',
  retry: 'retries',
  fallback: 'fallbacks',
}

export interface Ended extends Pick<Ending, 'run' | 'took' | 'kinds' | 'wrote'> {
  readonly summary: Summary
  /** The code that the first records all failed with. */
  readonly alike: string | undefined
  readonly interrupted: boolean
  readonly journal: string | undefined
  /** What was typed. */
  readonly words: readonly string[]
  /** Words as a command to be typed. */
  readonly command: (words: readonly string[]) => string
}

/** What is said at the end of a run. */
export const endingOf = (ended: Ended): Ending => {
  const { summary, alike, interrupted, run, took, kinds, wrote } = ended
  const stopped = whyStopped(summary, alike, interrupted)
  return {
    run,
    took,
    kinds,
    wrote,
    ...(stopped !== undefined && { stopped }),
    spent: Object.entries(summary.costOf).flatMap(([kind, usd]) =>
      usd > 0 ? [[names[kind as Call['kind']], usd] as const] : [],
    ),
    next: nextCommands(ended, stopped !== undefined),
  }
}

const whyStopped = (
  { stopped, error }: Summary,
  alike: string | undefined,
  interrupted: boolean,
): string | undefined => {
  if (interrupted) return 'interrupted'
  if (alike !== undefined) return `the first 10 all failed with ${alike}; --keep-going goes on`
  if (stopped === undefined) return undefined
  const message = error instanceof Error ? error.message : stopped
  return stopped === 'failures' ? `too many failures in a row, the last one ${codeOf(error)}: ${message}` : message
}

const nextCommands = (
  { summary, alike, run, kinds, journal, words, command }: Ended,
  stopped: boolean,
): readonly string[] => {
  if (journal === undefined) return []
  const again = words.filter(word => word !== '--retry-failed' && word !== '--overwrite')
  const [kind] = kinds
  // What failures stopped goes on where they are tried again.
  const retries = alike !== undefined || summary.stopped === 'failures' || (!stopped && run.failed > 0)
  return [
    ...(retries ? [command([...again, '--retry-failed'])] : stopped ? [command(again)] : []),
    ...(kind === undefined ? [] : [command(['why', journal, String(kind.rows[0])])]),
  ]
}

export const exitCodeOf = (
  { stopped, failed, keptFailed }: Summary,
  { alike, interrupted }: { readonly alike: boolean; readonly interrupted: boolean },
): number => {
  if (interrupted) return exits.interrupted
  if (alike || stopped !== undefined) return exits.stopped
  return failed + keptFailed > 0 ? exits.failed : exits.done
}
