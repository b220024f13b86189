import { beginning, cut, plain, widthOf } from './text.ts'

/** What a renderer knows of the place that shows its lines. */
export interface Screen {
  /** Cells in a row. */
  readonly width: number
  readonly colour: boolean
  /** Ornaments beyond ASCII may be used. */
  readonly unicode: boolean
}

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  underline: [4, 24],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
} as const

type Style = keyof typeof codes

/** A piece of a line in one style. */
export type Span = string | readonly [text: string, style: Style]

const textOf = (span: Span): string => (typeof span === 'string' ? span : span[0])

const paint = (span: Span, text: string, { colour }: Screen): string => {
  if (!colour || typeof span === 'string' || text === '') return text
  const [on, off] = codes[span[1]]
  return `\u001b[${on}m${text}\u001b[${off}m`
}

export const ellipsisOf = ({ unicode }: Screen): string => (unicode ? '…' : '...')

/** One line of at most the screen's width; whatever the spans hold, it is text only. */
export const lineOf = (spans: readonly Span[], screen: Screen): string => {
  const texts = spans.map(span => plain(textOf(span)))
  const whole = texts.reduce((cells, text) => cells + widthOf(text), 0)
  const ellipsis = ellipsisOf(screen)
  let left = whole <= screen.width ? screen.width : screen.width - ellipsis.length
  const parts = spans.map((span, index) => {
    const shown = beginning(texts[index]!, left)
    // Once something was cut nothing may follow it.
    left = shown === texts[index] ? left - widthOf(shown) : 0
    return paint(span, shown, screen)
  })
  return parts.join('') + (whole <= screen.width ? '' : beginning(ellipsis, screen.width))
}

/** A line with one text at its left edge and one at its right; where both do not fit, the left one is cut. */
export const spread = (left: string, right: string, screen: Screen): string => {
  const [first, last] = [plain(left), plain(right)]
  if (last === '') return lineOf([first], screen)
  const room = screen.width - widthOf(last) - 1
  if (room < 1) return lineOf([first], screen)
  const shown = cut(first, room, ellipsisOf(screen))
  return shown + ' '.repeat(screen.width - widthOf(shown) - widthOf(last)) + last
}

/** The spans as rows of at most the screen's width. */
export const wrap = (spans: readonly Span[], screen: Screen): string[] => {
  const rows: string[] = []
  let row = ''
  let left = screen.width
  for (const span of spans) {
    let text = plain(textOf(span))
    for (;;) {
      const shown = beginning(text, left)
      row += paint(span, shown, screen)
      left -= widthOf(shown)
      text = text.slice(shown.length)
      // A character wider than the whole screen is left out rather than tried for ever.
      if (text === '' || (shown === '' && left === screen.width)) break
      rows.push(row)
      row = ''
      left = screen.width
    }
  }
  return [...rows, row]
}
