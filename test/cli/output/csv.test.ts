import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CsvWriter } from '../../../src/cli/output/csv.ts'

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    customer: { type: 'object', properties: { city: { type: 'string' }, vip: { type: 'boolean' } } },
    lines: { type: 'array', items: {} },
    note: { type: 'string' },
  },
}
const plain = { raw: false, keyed: false }

describe('CSV out', () => {
  it('has a column for each declared field, nested ones by their path, lists as JSON', () => {
    const csv = new CsvWriter(schema, plain)
    const output = { name: 'A "b", c', customer: { city: 'Rome', vip: true }, lines: [{ a: 1 }], note: null }
    expect(csv.line({ row: 1, output })).toBe(
      'row,name,customer.city,customer.vip,lines,note\r\n1,"A ""b"", c",Rome,true,"[{""a"":1}]",\r\n',
    )
    expect(csv.line({ row: 2, output: { name: 'x' } })).toBe('2,x,,,,\r\n')
  })

  it('has the fields of the first output where the schema turns its input into something else', () => {
    const csv = new CsvWriter(schema, { raw: false, keyed: true })
    expect(csv.line({ row: 1, key: 'k', output: { total: 7, when: new Date(0) } })).toBe(
      'row,key,total,when\r\n1,k,7,1970-01-01T00:00:00.000Z\r\n',
    )
    expect(csv.line({ row: 2, key: 'l', output: { total: 8, more: 1 } })).toBe('2,l,8,\r\n')
    expect(csv.left).toEqual(['more'])
  })

  it('has one column for an output that is no object', () => {
    expect(new CsvWriter({ type: 'object', properties: { value: {} } }, plain).line({ row: 1, output: [1, 'a'] })).toBe(
      'row,output\r\n1,"[1,""a""]"\r\n',
    )
  })

  it('guards what a spreadsheet would run, texts only, unless raw', () => {
    const line = (value: unknown, raw = false) =>
      new CsvWriter({}, { raw, keyed: false }).line({ row: 1, output: value }).split('\r\n')[1]
    expect(['=1+1', '+49', '-x', '@a'].map(text => line(text))).toEqual(["1,'=1+1", "1,'+49", "1,'-x", "1,'@a"])
    expect([line(-5), line('a=b'), line('=1', true)]).toEqual(['1,-5', '1,a=b', '1,=1'])
  })

  it('reads back as what was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), texts => {
        const csv = new CsvWriter({}, { raw: true, keyed: false })
        const written = texts.map((output, index) => csv.line({ row: index + 1, output })).join('')
        expect(parse(written).slice(1)).toEqual(texts.map((text, index) => [String(index + 1), text]))
      }),
      { seed: 20261121 },
    )
  })
})
