import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Live } from '../../../src/cli/terminal/live.ts'
import { placeOf, valueRows } from '../../../src/cli/terminal/value.ts'
import { Screen } from '../command.ts'

const bare = { width: 40, colour: false, unicode: true }
const closed = (...paths: (string | number)[][]) => new Set(paths.map(placeOf))

describe('a growing value', () => {
  const value = { age: 30, city: 'Pa', tags: ['x'] }

  it('has open strings without their closing quote', () => {
    expect(valueRows({ value, closed: closed(['age'], ['tags', 0]) }, bare, 20)).toEqual([
      '{',
      '  "age": 30,',
      '  "city": "Pa',
      '  "tags": [',
      '    "x"',
      '  ]',
      '}',
    ])
  })

  it('has what is closed in bold and what is open underlined', () => {
    const [, age, city] = valueRows({ value, closed: closed(['age']) }, { ...bare, colour: true }, 20)
    expect(age).toBe('\u001b[1m  "age": \u001b[22m\u001b[1m30\u001b[22m,')
    expect(city).toBe('  "city": "\u001b[4mPa\u001b[24m')
  })

  it('is wrapped, and shows its end where it has more rows than fit', () => {
    const rows = valueRows({ value: { text: 'a'.repeat(100) }, closed: closed() }, { ...bare, width: 20 }, 4)
    expect(rows).toEqual(['⋮ 5 rows above', 'a'.repeat(20), 'a'.repeat(11), '}'])
  })

  it('is nothing while there is nothing', () => {
    expect(valueRows({ value: undefined, closed: closed() }, bare, 4)).toEqual([])
  })
})

describe('lines that are drawn anew', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('are drawn at most ten times a second, and the last state is drawn', () => {
    const screen = new Screen(80)
    let now = 0
    const live = new Live(screen, () => [`state ${now}`])
    for (now = 1; now <= 950; now++) {
      live.changed()
      vi.advanceTimersByTime(1)
    }
    vi.advanceTimersByTime(200)
    expect(screen.text.split('state').length - 1).toBeLessThanOrEqual(11)
    expect(screen.text.endsWith('state 951\n')).toBe(true)
  })

  it('are taken away row by row, also where a narrower terminal has broken them', () => {
    const screen = new Screen(80)
    const live = new Live(screen, () => ['a'.repeat(60), 'b'])
    live.changed()
    vi.advanceTimersByTime(100)
    Object.assign(screen, { columns: 25, text: '' })
    live.end()
    expect(screen.text).toBe('\u001b[4A\r\u001b[J')
  })

  it('let other text scroll above them', () => {
    const screen = new Screen(80)
    const live = new Live(screen, () => ['block'])
    live.changed()
    vi.advanceTimersByTime(100)
    live.above(() => screen.write('said\n'))
    expect(screen.text).toBe('block\n\u001b[1A\r\u001b[Jsaid\nblock\n')
    live.end()
    live.end()
    expect(screen.text.split('\u001b[J')).toHaveLength(3)
  })
})
