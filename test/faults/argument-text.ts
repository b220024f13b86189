import { z } from 'zod'
import { cutOff, whole } from './answers.ts'
import { type Case, person, type Scenario, value } from './scenario.ts'
import { both, invalid, mismatch, Named, Text } from './written.ts'

/** Text of the arguments that is not JSON, or not all of it: rows 63 to 69. */

const inside = (city: string): string => `{"name":"Alice","age":30,"city":${city}}`
const Nested = Named(z.object({ person: z.object({ name: z.string() }), tags: z.array(z.string()) }))
const nested = { person: { name: 'Al' }, tags: ['a'] }
const Owner = Named(z.object({ parameters: z.object({ a: z.number() }) }))
const showsNothingOdd = (allowed: RegExp): Partial<Case> => ({
  also: ({ partials }) => {
    for (const partial of partials as { city?: string }[]) {
      if (partial.city !== undefined && !allowed.test(partial.city))
        throw new Error(`a partial shows '${partial.city}'`)
    }
  },
})

export const argumentText: readonly Scenario[] = [
  both(63, 'JSON as people write it', [
    invalid,
    {
      'trailing comma': `${whole.slice(0, -1)},}`,
      'single quotes': whole.replaceAll('"', "'"),
      comment: `{/* who */${whole.slice(1)}`,
      'bad escape': inside('"Pa\\qris"'),
      'raw newline in a string': inside('"Pa\nris"'),
      'bare keys': whole.replace('"name"', 'name'),
      'no comma': whole.replace(',', ' '),
    },
  ]),
  both(64, 'numbers and words that JSON does not know', [
    invalid,
    {
      NaN: whole.replace('30', 'NaN'),
      None: whole.replace('30', 'None'),
      Infinity: whole.replace('30', '-Infinity'),
      'a bare fraction': whole.replace('30', '30.'),
      'a bare exponent': whole.replace('30', '3e'),
      'a leading zero': whole.replace('30', '030'),
      hexadecimal: whole.replace('30', '0x1e'),
    },
  ]),
  both(
    65,
    'something before or after the value',
    [
      invalid,
      {
        'text before': `Sure! ${whole}`,
        'text after': `${whole} Done.`,
        'a second object': whole + whole.replace('Alice', 'Bob'),
        'a brace': `${whole}}`,
        'a closing tag': `${whole}</function>`,
        'a fence that does not close': `\`\`\`json\n${whole}`,
      },
    ],
    [
      person({ warnings: ['fenced'] }),
      {
        'a fence around the whole': `\`\`\`json\n${whole}\n\`\`\``,
        'a fence without a name': `\`\`\`\n${whole}\n\`\`\`\n`,
        'a fence on one line': `\`\`\`json ${whole} \`\`\``,
      },
    ],
  ),
  both(66, 'an escape is cut at the end', [
    invalid,
    {
      'unicode escape': cutOff.replace(/Par$/, 'Par\\u00'),
      'high surrogate': cutOff.replace(/Par$/, 'Par\\ud83e'),
      backslash: `${cutOff}\\`,
    },
    showsNothingOdd(/^(P|Pa|Par|)$/),
  ]),
  both(
    67,
    'JSON encoded twice',
    [person({ warnings: ['encoded_twice'] }), { 'the whole': JSON.stringify(whole) }],
    [
      value(nested, 'encoded_twice'),
      { 'one object': JSON.stringify({ ...nested, person: JSON.stringify(nested.person) }) },
      { schema: Nested },
    ],
    [
      value(nested, 'encoded_twice', 'encoded_twice'),
      { 'object and list': JSON.stringify({ person: JSON.stringify(nested.person), tags: '["a"]' }) },
      { schema: Nested },
    ],
    [value({ text: '{"a":1}' }), { 'where a string is wanted': JSON.stringify({ text: '{"a":1}' }) }, { schema: Text }],
    [
      mismatch,
      {
        'text that does not parse': JSON.stringify({ ...nested, person: '{"name":' }),
        'of another kind': JSON.stringify({ ...nested, person: '["Al"]' }),
      },
      { schema: Nested },
    ],
  ),
  both(
    68,
    'the arguments in a wrapper',
    [
      person({ warnings: ['wrapped'] }),
      Object.fromEntries(['parameters', 'arguments', 'properties', 'Person'].map(key => [key, `{"${key}":${whole}}`])),
    ],
    [value({ parameters: { a: 1 } }), { 'a key of the schema': '{"parameters":{"a":1}}' }, { schema: Owner }],
    [mismatch, { 'two keys': `{"parameters":${whole},"more":1}`, 'a key that nobody uses': `{"zzz":${whole}}` }],
  ),
  both(69, 'a key comes twice', [person({ warnings: ['duplicate_key'] }), { name: `{"name":"Bob",${whole.slice(1)}` }]),
]
