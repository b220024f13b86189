import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

describe.each(['with', 'without'])('turns %s setImmediate', kind => {
  it('come one after the other, each once for all who wait', async () => {
    if (kind === 'without') vi.stubGlobal('setImmediate', undefined)
    const { Turns } = await import('../../src/pipeline/turns.ts')
    const turns = new Turns()
    const seen: string[] = []
    const first = turns.next()
    expect(turns.next()).toBe(first)
    void first.then(() => seen.push('first'))
    for (let i = 0; i < 100; i++) await undefined
    expect(seen).toEqual([])
    await first
    expect(seen).toEqual(['first'])
    expect(turns.next()).not.toBe(first)
    await turns.next()
  })
})
