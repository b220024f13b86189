import { isDeepStrictEqual } from 'node:util'
import { createProvider, type Event, ExtractError, extract } from 'decant'
import { expect, vi } from 'vitest'
import { faultServer, type Seen, socketServer } from '../helpers/fault-server.ts'
import { Person, personPrompt } from '../helpers/person.ts'
import { canary, leaks } from './canary.ts'
import type { Case, Scenario } from './scenario.ts'

export type Wire = 'streamed' | 'plain'

/**
 * What came of a case. `silent`: a value where none or another was wanted. `untyped`: an error outside the family.
 * `other`: an error of the family that was not wanted, or something beside value and error that was.
 */
export type Verdict = 'as required' | 'silent' | 'hang' | 'untyped' | 'leak' | 'other'

export interface Outcome {
  readonly verdict: Verdict
  readonly why: string
}

/** Longer than every clock of every case. */
const patience = 15_000
/** So many partials show what there is to see. */
const enough = 50

/** Plays one case through the public API against a server on loopback. */
export const play = async (each: Case, wire: Wire): Promise<Outcome> => {
  await using server = await serverOf(each)
  for (const [name, value] of Object.entries(each.environment ?? {})) vi.stubEnv(name, value)
  const events: Event[] = []
  const partials: unknown[] = []
  const provider = createProvider({ name: 'loopback', baseURL: `${server.origin}/v1`, apiKey: canary })
  const extraction = extract(each.schema ?? Person, personPrompt, {
    model: provider('model'),
    maxRetries: 0,
    maxRepairs: 0,
    timeout: { firstByte: 3000, idle: 3000, total: 10_000 },
    headers: { 'x-api-token': canary },
    stream: wire === 'streamed',
    ...(each.schemaName !== undefined && { schemaName: each.schemaName }),
    ...each.options,
    onEvent: event => {
      if (event.type !== 'partial' || events.length < enough) events.push(event)
    },
  })
  const run = async () => {
    try {
      for await (const partial of extraction) if (partials.length < enough) partials.push(partial)
      return { result: await extraction.result() }
    } catch (error) {
      return { error }
    }
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'hang'>(resolve => {
    timer = setTimeout(() => resolve('hang'), patience)
  })
  const end = await Promise.race([run(), late])
  clearTimeout(timer)
  vi.unstubAllEnvs()
  if (end === 'hang') {
    extraction.abort()
    return { verdict: 'hang', why: `no end within ${patience} ms` }
  }
  const found = leaks([end, events, extraction, extraction.calls, partials])
  if (found.length > 0) return { verdict: 'leak', why: found.join('; ') }
  if ('error' in end && !(end.error instanceof ExtractError)) return { verdict: 'untyped', why: String(end.error) }
  return judged(each, {
    error: end.error as ExtractError | undefined,
    result: end.result,
    partials,
    requests: server.requests,
    calls: extraction.calls,
  })
}

const judged = (each: Case, seen: Parameters<NonNullable<Case['also']>>[0]): Outcome => {
  const { wants, requests = 1 } = each
  try {
    if ('value' in wants) {
      if (seen.error !== undefined) throw seen.error
      if (!isDeepStrictEqual(seen.result.output, wants.value)) {
        return { verdict: 'silent', why: `the value ${JSON.stringify(seen.result.output)}` }
      }
      if (wants.warnings) expect(seen.result.warnings.map(({ code }: any) => code)).toEqual(wants.warnings)
      if (wants.finishReason !== undefined) expect(seen.result.finishReason).toBe(wants.finishReason)
    } else {
      if (seen.error === undefined) return { verdict: 'silent', why: `the value ${JSON.stringify(seen.result.output)}` }
      const { error: name, code, retryable, says = [] } = wants
      expect(seen.error).toMatchObject({ name, code, ...(retryable !== undefined && { retryable }) })
      for (const words of says) expect(seen.error.message).toContain(words)
    }
    if (each.server !== 'closed' && !('bytes' in Object(each.server))) expect(seen.requests).toHaveLength(requests)
    expect(seen.calls).toHaveLength(requests)
    each.also?.(seen)
    return { verdict: 'as required', why: '' }
  } catch (error) {
    return { verdict: 'other', why: (error as Error).message }
  }
}

const serverOf = async ({ server }: Case): Promise<AsyncDisposable & { origin: string; requests: readonly Seen[] }> => {
  if (server === 'closed') {
    const gone = await socketServer('', 'close')
    await gone[Symbol.asyncDispose]()
    return { requests: [], origin: gone.origin, async [Symbol.asyncDispose]() {} }
  }
  if (typeof server === 'object' && 'bytes' in server) {
    return { requests: [], ...(await socketServer(server.bytes, server.end)) }
  }
  return faultServer(Array.isArray(server) ? server : [server as Exclude<typeof server, readonly unknown[]>])
}

export const casesOf = ({ streamed, plain }: Scenario): (readonly [Wire, Case])[] => [
  ...streamed.map(each => ['streamed', each] as const),
  ...plain.map(each => ['plain', each] as const),
]
