import { isDeepStrictEqual } from 'node:util'
import { publicUrl } from './request.ts'

/** What decides whether a recorded and a sent request are the same. */
export interface Key {
  readonly method: string
  readonly url: string
  /** The parsed body where it is JSON, else its text. */
  readonly body: unknown
}

/** One place at which two requests differ; a missing side is absent. */
export interface Difference {
  /** Such as `body.messages[0].content`. */
  readonly path: string
  readonly recorded?: unknown
  readonly sent?: unknown
}

/** The key of a request. What may be secret in the URL has no part in it, since no file holds that. */
export const keyOf = ({ method, url, body }: { method: string; url: string; body?: string }): Key => ({
  method,
  url: publicUrl(url),
  body: parsed(body ?? ''),
})

/** Equal method, URL and body; a JSON body with object keys in any order and lists in theirs. */
export const sameKey = (recorded: Key, sent: Key): boolean => isDeepStrictEqual(recorded, sent)

/** Every leaf at which the two differ, in the recorded order. */
export function differences(recorded: unknown, sent: unknown, path = ''): Difference[] {
  if (isHolder(recorded) && isHolder(sent) && Array.isArray(recorded) === Array.isArray(sent)) {
    const keys = new Set([...Object.keys(recorded), ...Object.keys(sent)])
    return [...keys].flatMap(key => {
      const at = Array.isArray(recorded) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
      if (!Object.hasOwn(sent, key)) return [{ path: at, recorded: recorded[key] }]
      if (!Object.hasOwn(recorded, key)) return [{ path: at, sent: sent[key] }]
      return differences(recorded[key], sent[key], at)
    })
  }
  return isDeepStrictEqual(recorded, sent) ? [] : [{ path, recorded, sent }]
}

const isHolder = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
