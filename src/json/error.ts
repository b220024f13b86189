/** The text is not JSON, or went beyond a limit. The message shows at most the one offending character. */
export class JsonError extends Error {
  readonly code: 'unexpected_character' | 'unexpected_end' | 'depth' | 'blank_run' | 'length'
  /** Of the offending character, in UTF-16 units from 0. */
  readonly position: number

  constructor(message: string, code: JsonError['code'], position: number) {
    super(message)
    this.name = 'JsonError'
    this.code = code
    this.position = position
  }
}

/** What may come next in a JSON text. */
export type Expected = keyof typeof wording

/** `char` is undefined where the text ends; `expected` is a state of the grammar, or a sentence about a limit. */
export const jsonError = (
  code: JsonError['code'],
  position: number,
  char: number | undefined,
  expected: Expected | { readonly limit: string },
): JsonError => {
  const what = char === undefined ? 'that ends' : `with ${quoted(char)}`
  const wanted = typeof expected === 'string' ? wording[expected] : `the limit is ${expected.limit}`
  return new JsonError(`Cannot parse JSON ${what} at position ${position}: ${wanted}`, code, position)
}

const wording = {
  value: 'expected a value',
  'first element': "expected a value or ']'",
  'first key': "expected a key in double quotes or '}'",
  key: 'expected a key in double quotes',
  colon: "expected ':'",
  comma: "expected ',' or the end of the container",
  end: 'expected nothing after the value',
  string: 'expected the rest of a string, control characters escaped',
  escape: 'expected one of "\\/bfnrtu after the backslash',
  hex: 'expected four hexadecimal digits',
  number: 'expected the rest of a number',
  literal: "expected 'true', 'false' or 'null'",
}

/** Printable ASCII as it is; what would upset a terminal or a log by number. */
const quoted = (char: number): string =>
  char > 0x20 && char < 0x7f
    ? `'${String.fromCharCode(char)}'`
    : `U+${char.toString(16).toUpperCase().padStart(4, '0')}`
