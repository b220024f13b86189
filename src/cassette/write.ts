import type { Recording } from './interaction.ts'

/**
 * The text of a cassette file, byte for byte as go-vcr writes it through go.yaml.in/yaml v4 with an indent of 2 and
 * compact sequences (the recorder of the files under `cassettes/`). No general YAML writer can be set to that style:
 * go-yaml picks the quotes by rules of its own and escapes everything beyond the Basic Multilingual Plane, so a body
 * with one emoji stands in double quotes. The rules follow its `analyzeScalar` and `stringv`.
 */
export function formatCassette({ comment, interactions }: Recording): string {
  return `${comment}---\n${blockText({ version: 2, interactions }, 0)}`
}

/** The lines of a map or list, each behind `indent` blanks. */
function blockText(holder: object, indent: number): string {
  const pad = ' '.repeat(indent)
  if (Array.isArray(holder)) {
    // What an item holds starts on the line of its dash.
    const itemText = (item: unknown) =>
      isBlock(item) ? ` ${blockText(item, indent + 2).slice(indent + 2)}` : inlineText(item, indent + 2)
    return holder.map(item => `${pad}-${itemText(item)}`).join('')
  }
  const memberText = (value: unknown) =>
    isBlock(value) ? `\n${blockText(value, Array.isArray(value) ? indent : indent + 2)}` : inlineText(value, indent + 2)
  return Object.entries(holder)
    .map(([key, value]) => `${pad}${scalarText(key, false, 0)}:${memberText(value)}`)
    .join('')
}

/** Whether a value takes lines of its own. Lists of numbers do not: chunk offsets are many. */
const isBlock = (value: unknown): value is object =>
  Array.isArray(value)
    ? value.some(item => typeof item !== 'number')
    : typeof value === 'object' && value !== null && Object.keys(value).length > 0

function inlineText(value: unknown, indent: number): string {
  if (Array.isArray(value)) return ` [${value.join(', ')}]\n`
  if (typeof value === 'object' && value !== null) return ' {}\n'
  return ` ${scalarText(value, true, indent)}\n`
}

/** U+2028 and U+2029 are line breaks in YAML 1.1 and none in 1.2; escaped, they are the same to every reader. */
const unprintable = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u
const unprintableOrQuote = new RegExp(`["\\\\\\n]|${unprintable.source}`, 'gu')

/** Text that a YAML 1.1 or 1.2 reader would take for null, a boolean, a number, a time or a merge. */
const ambiguous = new RegExp(
  `^(?:|~|<<|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|${[
    String.raw`[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)`,
    String.raw`[-+]?0(?:[xX][\da-fA-F_]+|[oO][0-7_]+|[bB][01_]+)`,
    String.raw`[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?`,
    String.raw`[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?`,
    String.raw`\d{4}-\d\d?-\d\d?(?:[Tt ].*)?`,
  ].join('|')})$`,
)

/** Leading or trailing blank, a document mark, an indicator in front, `: ` or ` #` inside. */
const notPlain = /^ | $|^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[?:-](?: |$)|:(?: |$)| #/

function scalarText(value: unknown, literalAllowed: boolean, indent: number): string {
  if (typeof value !== 'string') return String(value)
  if (unprintable.test(value.replaceAll('\t', ''))) return doubleQuoted(value)
  if (value.includes('\n')) {
    const blockAllowed = literalAllowed && !value.includes(' \n') && !value.endsWith(' ')
    return blockAllowed ? literal(value, indent) : doubleQuoted(value)
  }
  if (value.includes('\t') || ambiguous.test(value)) return doubleQuoted(value)
  return notPlain.test(value) ? `'${value.replaceAll("'", "''")}'` : value
}

/** A block such as `|+`: without the newline that ends its last line, which the caller adds to every scalar. */
function literal(value: string, indent: number): string {
  const hint = /^[ \n]/.test(value) ? '2' : ''
  const chomp = !value.endsWith('\n') ? '-' : value === '\n' || value.endsWith('\n\n') ? '+' : ''
  const body = value.replace(/^(?=[^\n])/gm, ' '.repeat(indent))
  return `|${hint}${chomp}\n${chomp === '-' ? body : body.slice(0, -1)}`
}

const shortEscapes: ReadonlyMap<number, string> = new Map([
  [0x00, '0'],
  [0x07, 'a'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0b, 'v'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x1b, 'e'],
  [0x22, '"'],
  [0x5c, '\\'],
  [0x85, 'N'],
  [0x2028, 'L'],
  [0x2029, 'P'],
])

const doubleQuoted = (value: string): string =>
  `"${value.replace(unprintableOrQuote, character => `\\${escapeOf(character.codePointAt(0)!)}`)}"`

function escapeOf(code: number): string {
  const short = shortEscapes.get(code)
  if (short !== undefined) return short
  const digits = code.toString(16).toUpperCase()
  if (code <= 0xff) return `x${digits.padStart(2, '0')}`
  return code <= 0xffff ? `u${digits.padStart(4, '0')}` : `U${digits.padStart(8, '0')}`
}
