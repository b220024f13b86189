import { describe, expect, it } from 'vitest'
import { normalizer } from '../../src/decode/normal.ts'
import type { JsonSchema } from '../../src/types.ts'

const color = { type: 'string', enum: ['red', 'dark_green', 'Light Blue'] }
const integer = { type: 'integer' }
const read = (text: string, ...schemas: JsonSchema[]) =>
  normalizer.waits(schemas) ? normalizer.read(schemas, text) : text

describe('what a string must have meant', () => {
  it.each<[string, string, string | number, JsonSchema[]]>([
    ['case', 'RED', 'red', [color]],
    ['blanks around', ' red\n', 'red', [color]],
    ['blanks, dashes and underscores inside', 'Dark  Green', 'dark_green', [color]],
    ['blanks, dashes and underscores inside', 'light-blue', 'Light Blue', [color]],
    ['a literal', 'Refund', 'refund', [{ const: 'refund' }]],
    ['a choice of several schemas', 'B', 'b', [{ const: 'a' }, { const: 'b' }]],
    ['an integer', '42', 42, [integer]],
    ['an integer', ' -7 ', -7, [integer]],
    ['an integer', '1e3', 1000, [integer]],
    ['a number', '2.50', 2.5, [{ type: 'number' }]],
    ['a number or null', '0', 0, [{ type: ['number', 'null'] }]],
    ['a number that has bounds', '500', 500, [{ type: 'integer', maximum: 10 }]],
  ])('is read: %s', (_, text, meant, schemas) => {
    expect(read(text, ...schemas)).toBe(meant)
  })

  it.each<[string, string, JsonSchema[]]>([
    ['it fits', 'red', [color]],
    ['it fits as it is, and so would another', 'a b', [{ enum: ['a b', 'A B'] }]],
    ['it could mean two', 'a-b', [{ enum: ['a b', 'A B'] }]],
    ['it means none', 'crimson', [color]],
    ['any string will do', 'RED', [color, { type: 'string' }]],
    ['anything will do', '5', [{}]],
    ['nothing is known of the place', '5', []],
    ['the schema itself takes more', '5', [{ type: 'integer', '~lenient': true }]],
    ['it is no integer', '2.5', [integer]],
    ['it is more than a number', '5 kg', [integer]],
    ['its point may be a comma', '1,5', [{ type: 'number' }]],
    ['it is no number of JSON', '0x10', [integer]],
    ['it is no number of JSON', '+5', [integer]],
    ['it is no number of JSON', '', [integer]],
    ['it is no number of JSON', 'Infinity', [{ type: 'number' }]],
    ['its digits would be lost', '9007199254740993', [integer]],
    ['it is too large', '1e999', [{ type: 'number' }]],
    ['another kind is wanted', 'true', [{ type: 'boolean' }]],
    ['another kind is wanted', 'null', [{ type: 'null' }]],
  ])('stays what it is where %s: %j', (_, text, schemas) => {
    expect(read(text, ...schemas)).toBe(text)
  })
})
