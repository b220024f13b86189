import { z } from 'zod'
import { event, going, opening, plain, reply, stream, whole } from './answers.ts'
import { type Case, each, fails, person, type Scenario, scenario, value } from './scenario.ts'
import { both, mismatch, Named, Text } from './written.ts'

/** Values that the arguments hold: rows 70 to 76. */

const with_ = (member: string): string => `${whole.slice(0, -1)},${member}}`
const Counts = Named(z.object({ n: z.number() }))
const Ids = Named(z.object({ id: z.int() }))
const Free = Named(z.object({ tree: z.unknown() }))
const deep = (depth: number): string => `{"tree":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
const deepest = 128
const nest = (depth: number): unknown => (depth === 0 ? undefined : depth === 1 ? [] : [nest(depth - 1)])
const blank = (count: number): string => `{${' '.repeat(count)}${whole.slice(1)}`
const own = JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"a":1}')
const unpolluted: Partial<Case> = {
  also: ({ result }) => {
    if ('admin' in {} || !Object.hasOwn(result.output.tree, '__proto__')) throw new Error('a prototype was changed')
  },
}
const lastIsFinal: Pick<Case, 'also'> = {
  also: ({ partials, result }) => {
    const last = JSON.stringify(partials.at(-1))
    if (last !== JSON.stringify(result.output)) throw new Error(`the last partial is ${last}`)
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

export const argumentValues: readonly Scenario[] = [
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
    [
      value({ text: 'a\ufffd', '\ufffd': ['🦜'] }, 'replaced', 'replaced'),
      { 'half a pair in a value and a key, replaced': '{"text":"a\\ud83e","\\udd9c":["\\ud83e\\udd9c"]}' },
      { schema: Named(z.looseObject({ text: z.string() })), options: { wellFormed: 'replace' }, ...lastIsFinal },
    ],
    [
      value(['a\ufffd'], 'fenced', 'replaced'),
      { 'half a pair in a fence, replaced': '```json\n{"value":["a\\ud83e"]}\n```' },
      { schema: Named(z.array(z.string())), options: { wellFormed: 'replace' }, ...lastIsFinal },
    ],
    [
      fails('OutputError', 'schema_mismatch', { says: ['half a surrogate pair', 'text'] }),
      { 'half a pair, refused': '{"text":"a\\ud83e"}' },
      { schema: Text, options: { wellFormed: 'refuse' } },
    ],
    [
      value({ text: 'a🦜' }),
      { 'a whole pair, where halves are refused': '{"text":"a\\ud83e\\udd9c"}' },
      { schema: Text, options: { wellFormed: 'refuse' } },
    ],
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
]
