import { z } from 'zod'
import { alice } from '../helpers/person.ts'
import { cutOff, done, event, finish, going, opening, plain, reply, stream, whole } from './answers.ts'
import { type Case, each, fails, person, type Scenario, scenario, value, type Wanted } from './scenario.ts'

/** What the model wrote into the arguments: rows 63 to 79. */

/** The same arguments on both wires. */
const both = (
  row: number,
  title: string,
  ...groups: readonly (readonly [Wanted, Readonly<Record<string, string>>, Partial<Case>?])[]
): Scenario => {
  const on = (wire: (args: string, name: string) => string): Case[] =>
    groups.flatMap(([wants, texts, more = {}]) =>
      Object.entries(texts).flatMap(([name, args]) => each(wants, { [name]: reply(wire(args, 'Person')) }, more)),
    )
  return scenario(row, title, { streamed: on(args => stream(args)), plain: on(args => plain(args)) })
}

const Named = <S extends z.ZodType>(schema: S): S => schema.meta({ title: 'Person' })
const invalid = fails('OutputError', 'invalid_json')
const mismatch = fails('OutputError', 'schema_mismatch')
const with_ = (member: string): string => `${whole.slice(0, -1)},${member}}`
const inside = (city: string): string => `{"name":"Alice","age":30,"city":${city}}`

const Nested = Named(z.object({ person: z.object({ name: z.string() }), tags: z.array(z.string()) }))
const nested = { person: { name: 'Al' }, tags: ['a'] }
const Counts = Named(z.object({ n: z.number() }))
const Ids = Named(z.object({ id: z.int() }))
const Free = Named(z.object({ tree: z.unknown() }))
const Text = Named(z.object({ text: z.string() }))
const Owner = Named(z.object({ parameters: z.object({ a: z.number() }) }))
const deep = (depth: number): string => `{"tree":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
const deepest = 128
const nest = (depth: number): unknown => (depth === 0 ? undefined : depth === 1 ? [] : [nest(depth - 1)])
const blank = (count: number): string => `{${' '.repeat(count)}${whole.slice(1)}`

/** What a partial shows must be the beginning of what comes in the end. */
const grows: Partial<Case> = {
  also: ({ partials }) => {
    for (const partial of partials as Record<string, unknown>[]) {
      for (const [key, shown] of Object.entries(partial)) {
        const last = (alice as Record<string, unknown>)[key]
        const begins = typeof shown === 'string' ? String(last).startsWith(shown) : shown === last
        if (!begins) throw new Error(`a partial shows ${key}: ${JSON.stringify(shown)}`)
      }
    }
  },
}
const showsNothingOdd = (allowed: RegExp): Partial<Case> => ({
  also: ({ partials }) => {
    for (const partial of partials as { city?: string }[]) {
      if (partial.city !== undefined && !allowed.test(partial.city))
        throw new Error(`a partial shows '${partial.city}'`)
    }
  },
})
/** Long, and not the same again and again. */
const counted = Array.from({ length: 2000 }, (_, i) => `${i} `).join('')
const perCharacter = (args: string): string =>
  event(opening()) + Array.from(args, char => event(going(char))).join('') + finish() + done

const own = JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"a":1}')
const unpolluted: Partial<Case> = {
  also: ({ result }) => {
    if ('admin' in {} || !Object.hasOwn(result.output.tree, '__proto__')) throw new Error('a prototype was changed')
  },
}

/** A server that reads strictly would refuse the request. */
const sendsNoHalves: Partial<Case> = {
  schema: Text,
  requests: 2,
  options: { maxRepairs: 1 },
  also: ({ requests }) => {
    if (/\\ud[89a-f]/i.test(requests[1]!.text.replaceAll('\\\\', ''))) throw new Error(requests[1]!.text)
  },
}

const Booking = Named(
  z.object({
    on: z.iso.date(),
    level: z.enum(['first', 'second']),
    note: z
      .string()
      .min(5)
      .regex(/^[a-z ]+$/),
  }),
)
const booking = { on: '2026-11-21', level: 'second', note: 'by the window' }
const atomsWhole: Partial<Case> = {
  schema: Booking,
  also: ({ partials }) => {
    for (const { on, level } of partials as Partial<typeof booking>[]) {
      if (on !== undefined && on !== booking.on) throw new Error(`a partial shows the date '${on}'`)
      if (level !== undefined && level !== booking.level) throw new Error(`a partial shows the level '${level}'`)
    }
  },
}

export const args: readonly Scenario[] = [
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
  both(
    70,
    'keys that mean something to JavaScript',
    [
      value({ tree: own }),
      { 'where any value is taken': JSON.stringify({ tree: own }) },
      { schema: Free, ...unpolluted },
    ],
    [person(), { 'where none is': with_('"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}') }],
  ),
  both(
    71,
    'half a surrogate pair, and NUL',
    [value({ text: 'a\ud83e' }), { 'half a pair': '{"text":"a\\ud83e"}' }, { schema: Text }],
    [value({ text: 'a\0b' }), { NUL: '{"text":"a\\u0000b"}' }, { schema: Text }],
    [mismatch, { 'shown back': '{"text":7,"\ud83e":"\\ud83e"}' }, sendsNoHalves],
  ),
  both(
    72,
    'numbers that JavaScript cannot hold, and those that are no integers',
    [
      mismatch,
      {
        '1e999': '{"n":1e999}',
        '-1e999': '{"n":-1e999}',
        '2^53 + 1': '{"n":9007199254740993}',
        '19 digits': '{"n":1234567890123456789}',
      },
      { schema: Counts },
    ],
    [value({ n: 9_007_199_254_740_991 }), { '2^53 - 1': '{"n":9007199254740991}' }, { schema: Counts }],
    [value({ n: -0 }), { '-0': '{"n":-0}' }, { schema: Counts }],
    [mismatch, { 'a fraction': '{"id":30.5}' }, { schema: Ids }],
    [value({ id: 30 }), { '30.0': '{"id":30.0}', '3e1': '{"id":3e1}' }, { schema: Ids }],
  ),
  both(
    73,
    'a value that does not fit the schema',
    [
      mismatch,
      {
        'a number as text': whole.replace('30', '"30"'),
        null: whole.replace('30', 'null'),
        missing: '{"name":"Alice","city":"Paris"}',
        'a list': `[${whole}]`,
        'a number': '7',
        'null alone': 'null',
      },
    ],
    [
      mismatch,
      { 'an extra key in a closed object': '{"text":"a","more":1}' },
      { schema: Named(z.strictObject({ text: z.string() })) },
    ],
    [
      mismatch,
      { 'a refinement': '{"text":"a"}' },
      { schema: Named(z.object({ text: z.string() }).refine(() => false)) },
    ],
  ),
  both(
    74,
    'lists in lists without end',
    [
      fails('OutputError', 'limit', { says: ['128'] }),
      {
        '100,000 deep': `{"tree":${'['.repeat(100_000)}`,
        'closed again': deep(100_000),
        'one deeper than the limit': deep(deepest + 1),
      },
      { schema: Free },
    ],
    [value({ tree: nest(deepest - 1) }), { 'at the limit': deep(deepest) }, { schema: Free }],
  ),
  scenario(75, 'blanks without end between the values', {
    streamed: [
      ...each(fails('OutputError', 'degenerate', { says: ['4096'] }), {
        'one more than the limit': reply(stream(blank(4097))),
        'without end': reply(event(opening('{')), { endless: event(going(' '.repeat(1000))), every: 1 }),
        'line ends': reply(stream(`{${'\n\t'.repeat(3000)}${whole.slice(1)}`)),
      }),
      ...each(person(), { 'at the limit': reply(stream(blank(4096))), 'inside a text': reply(stream()) }),
      ...each(
        value({ text: ' '.repeat(10_000) }),
        { 'in a string': reply(stream(JSON.stringify({ text: ' '.repeat(10_000) }))) },
        { schema: Text },
      ),
    ],
    plain: [
      ...each(fails('OutputError', 'degenerate', { says: ['4096'] }), {
        'one more than the limit': reply(plain(blank(4097))),
      }),
      ...each(person(), { 'at the limit': reply(plain(blank(4096))) }),
    ],
  }),
  scenario(76, 'a string that repeats itself without end', {
    streamed: each(
      fails('OutputError', 'degenerate'),
      { 'in a string': reply(event(opening('{"text":"')), { endless: event(going('again and '.repeat(5000))) }) },
      {
        schema: Text,
        also: ({ requests }) => {
          if (requests[0]!.written > 64 * 2 ** 20) throw new Error(`${requests[0]!.written} bytes were read`)
        },
      },
    ),
    plain: each(
      fails('OutputError', 'limit'),
      { 'in a string': reply(plain(JSON.stringify({ text: 'again and '.repeat(1_700_000) }))) },
      { schema: Text },
    ),
  }),
  scenario(77, 'a character at a time', {
    streamed: [
      ...each(person(), { short: reply(perCharacter(whole)) }, grows),
      ...each(
        value({ text: counted }),
        { long: reply(perCharacter(JSON.stringify({ text: counted }))) },
        { schema: Text },
      ),
    ],
  }),
  scenario(78, 'partials show the beginning of what comes', {
    streamed: [
      ...each(
        person(),
        { 'a character at a time': reply(perCharacter('{ "age" : 30, "name":"Alice" ,"city":"Pa\\u0072is"}')) },
        grows,
      ),
      ...each(mismatch, { 'a word for a number': reply(perCharacter(whole.replace('30', 'false'))) }),
      ...each(invalid, { cut: reply(perCharacter(cutOff)) }, grows),
    ],
  }),
  scenario(79, 'partials of texts with a form', {
    streamed: each(
      value(booking),
      { 'a character at a time': reply(perCharacter(JSON.stringify(booking))) },
      atomsWhole,
    ),
  }),
]
