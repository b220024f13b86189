import { describe, expect, it } from 'vitest'
import { Repetition } from '../../src/decode/repetition.ts'

const periodOf = (text: string, size: number): number | undefined => {
  const repetition = new Repetition()
  for (let at = 0; at < text.length; at += size) {
    const period = repetition.feed(text.slice(at, at + size))
    if (period !== undefined) return period
  }
  return undefined
}

const inString = (text: string): string => `{"note":"${text}`
const distinct = (length: number): string => Array.from({ length }, (_, i) => String.fromCharCode(0x4e00 + i)).join('')

describe.each([1, 3, 4096, 1_000_000])('in pieces of %d', size => {
  it.each([
    ['one character', 'a'.repeat(8192), 1],
    ['a blank', ' '.repeat(8192), 1],
    ['an escape', '\\n'.repeat(4096), 2],
    ['an escaped quote', 'no \\"way\\" '.repeat(900), 11],
    ['a backslash', '\\\\'.repeat(4096), 1],
    ['a sentence', 'She said that it was fine. '.repeat(400), 27],
    ['the longest piece', distinct(512).repeat(17), 512],
    ['after a good beginning', `${distinct(5000)}${'la '.repeat(6000)}`, 3],
  ])('%s over and over is found', (_, text, period) => {
    expect(periodOf(inString(text), size)).toBe(period)
  })

  it.each([
    ['one character less', 'a'.repeat(8191)],
    ['a longer piece', distinct(513).repeat(40)],
    ['strings that are the same', 'a","'.repeat(8192)],
    ['strings that end with a backslash and are the same', 'C:\\\\","'.repeat(4000)],
    ['the same numbers', `",${'[0, 0.5e1],'.repeat(4000)}`],
    ['the same literals', `",${'true,null,'.repeat(4000)}`],
  ])('%s is none', (_, text) => {
    expect(periodOf(inString(text), size)).toBeUndefined()
  })
})
