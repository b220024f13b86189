import { describe, expect, test } from 'vitest'
import { outcome, same, units, withoutTraces } from './documents.ts'

/** Texts that every JSON parser has to take. */
const valid = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '10',
    '1.0',
    '0.1',
    '-0.1',
    '1e1',
    '1E1',
    '1e+1',
    '1e-1',
    '0e0',
    '0E+00',
    '1.5e3',
    '123456789012345',
  ],
  ...[
    '1e308',
    '1e309',
    '-1e309',
    '1e-400',
    '4.9e-324',
    '2.2250738585072011e-308',
    '179769313486231580793728971405301e277',
  ],
  ...[
    '123456789012345678901234567890',
    '0.1000000000000000055511151231257827',
    '9007199254740993',
    '-9223372036854775808',
  ],
  ...[
    'true',
    'false',
    'null',
    '""',
    '"a"',
    '" "',
    '"\\""',
    '"\\\\"',
    '"\\/"',
    '"\\b\\f\\n\\r\\t"',
    '"\\u0000"',
    '"\\u001F"',
  ],
  ...[
    '"\\uD834\\uDD1E"',
    '"\\ud834"',
    '"\\udd1e"',
    '"\\udd1e\\ud834"',
    '"\ud834"',
    '"\udd1e"',
    '"\\ud834\\n"',
    '"\\ud834x"',
  ],
  ...[
    '"\u007f"',
    '"\u0080"',
    '"\u2028\u2029"',
    '"\ufeff"',
    '"\uffff"',
    '"\u00a0"',
    '"😀"',
    '"\\u2028"',
    '"//"',
    '"/*"',
  ],
  ...[
    '[]',
    '[ ]',
    '[[]]',
    '[[],[]]',
    '[1,2]',
    '[ 1 , 2 ]',
    '[null]',
    '[""]',
    '[\n]',
    '[1,[2,[3,[4]]]]',
    '[{}]',
    '[-0]',
    '[0,-0]',
  ],
  ...[
    '{}',
    '{ }',
    '{"a":1}',
    '{"":0}',
    '{"a":{}}',
    '{"a":[]}',
    '{"a":{"a":{"a":1}}}',
    '{ "a" : 1 , "b" : 2 }',
    '{"a":"}"}',
  ],
  ...[
    '{"a":1,"a":2}',
    '{"a":1,"b":2,"a":3}',
    '{"a":{"b":1},"a":{"c":2}}',
    '{"a":1,"a":"x"}',
    '{"\\u0061":1,"a":2}',
    '{"a":[1],"a":1}',
  ],
  ...[
    '{"__proto__":1}',
    '{"__proto__":{}}',
    '{"__proto__":null}',
    '{"__proto__":[1],"__proto__":{"a":1}}',
    '{"constructor":{"prototype":{}}}',
  ],
  ...[
    '{"hasOwnProperty":1}',
    '{"toString":"x"}',
    '{"1":1,"0":0}',
    '{"b":1,"10":2,"9":3}',
    '{"length":1}',
    '{"a\\u0000b":1}',
    '{"ключ":1}',
  ],
  ...[' 1', '1 ', '\t1', '1\n', '\r\n1\r\n', ' [ ] ', '\n{\n"a"\n:\n1\n}\n'],
]

/** Texts that no JSON parser may take. */
const invalid = [
  ...[
    '',
    ' ',
    '\n',
    '\ufeff',
    '\ufeff1',
    '1\ufeff',
    '\u00a01',
    '1\u00a0',
    '\u000b1',
    '\f1',
    '\u20281',
    '\u0000',
    '1\u0000',
  ],
  ...[
    '-',
    '+',
    '+1',
    '--1',
    '01',
    '-01',
    '00',
    '1.',
    '.1',
    '-.1',
    '1.e1',
    '1e',
    '1e+',
    '1e-',
    '1E',
    '1ee1',
    '1e1.5',
    '1.2.3',
    '0x1',
  ],
  ...[
    '1_000',
    '1,000',
    '1 000',
    '0b1',
    '0o7',
    '- 1',
    '1 e1',
    '１',
    '½',
    'Infinity',
    '-Infinity',
    'NaN',
    '-NaN',
    'inf',
    '1n',
    '1f',
  ],
  ...[
    't',
    'tru',
    'truee',
    'True',
    'TRUE',
    'f',
    'fals',
    'False',
    'n',
    'nul',
    'nulll',
    'None',
    'undefined',
    'true false',
    'truefalse',
    'tfue',
  ],
  ...[
    '"',
    '"a',
    '"\\',
    '"\\"',
    '"\\u',
    '"\\u0',
    '"\\u000',
    '"\\u000g"',
    '"\\u-001"',
    '"\\u 001"',
    '"\\U0041"',
    '"\\x41"',
    '"\\a"',
  ],
  ...[
    '"\\\'"',
    '"\\0"',
    '"\\\n"',
    '"\n"',
    '"\t"',
    '"\u0000"',
    '"\u001f"',
    "'a'",
    '`a`',
    'a',
    '"a""b"',
    '"a" "b"',
    '"a"b',
    '“a”',
    '"\\é"',
  ],
  ...[
    '[',
    ']',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '[,]',
    '[1 2]',
    '[1,,2]',
    '[1}',
    '[1]]',
    '[[1]',
    '[1],',
    '[1:2]',
    '["a":1]',
    '[1;2]',
    '[a]',
  ],
  ...[
    '{',
    '}',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{,}',
    '{"a"}',
    '{"a",1}',
    '{"a" 1}',
    '{"a"::1}',
    '{:1}',
    '{1:1}',
    '{a:1}',
  ],
  ...[
    "{'a':1}",
    '{"a":1]',
    '{"a":1}}',
    '{"a":1 "b":2}',
    '{"a":1,,"b":2}',
    '{"a":1}{}',
    '{"a":1} x',
    '{"a":1},',
    '{null:1}',
    '{[]:1}',
    '{"a":}',
  ],
  ...[
    '// a\n1',
    '/* a */1',
    '1 // a',
    '[1 /* a */]',
    '# a',
    '{"a":1}#',
    '```json\n{}\n```',
    '{}</function>',
    '<a>',
    '=1',
    '(1)',
    '1;',
    '&',
    '\\u0031',
  ],
]

test.each(valid)('takes %j, as JSON.parse does', text => {
  for (const pieces of [[text], units(text)]) {
    const { value, error } = outcome(pieces)
    expect(error).toBe(undefined)
    expect(same(value, JSON.parse(text))).toBe(true)
  }
})

test.each(invalid)('refuses %j, as JSON.parse does', text => {
  expect(() => JSON.parse(text)).toThrow(SyntaxError)
  const { error } = outcome([text])
  expect(error).toMatchObject({ code: expect.stringMatching(/^unexpected_(?:character|end)$/) })
  expect(outcome(units(text)).error).toEqual(error)
})

withoutTraces()

describe('every UTF-16 unit', () => {
  const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
  const takenBy = (parse: (text: string) => unknown) => (text: string) => {
    try {
      parse(text)
      return true
    } catch {
      return false
    }
  }
  const ours = takenBy(text => {
    const { error } = outcome([text])
    if (error) throw error
  })

  test.each([
    ['in a string', (unit: string) => `"${unit}"`],
    ['after a backslash', (unit: string) => `"\\${unit}"`],
    ['before a value', (unit: string) => `${unit}1`],
    ['after a number', (unit: string) => `[1${unit}]`],
  ])('%s', (_, textOf) => {
    const wrong = all.filter(unit => ours(textOf(unit)) !== takenBy(JSON.parse)(textOf(unit)))
    expect(wrong).toEqual([])
  })
})
