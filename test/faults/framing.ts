import { gzipSync } from 'node:zlib'
import type { Reply } from '../helpers/fault-server.ts'
import {
  begun,
  bytes,
  cutOff,
  data,
  done,
  event,
  finish,
  going,
  opening,
  page,
  perByte,
  plain,
  reply,
  stream,
  usage,
} from './answers.ts'
import { each, fails, person, type Scenario, scenario, value } from './scenario.ts'

/** Bytes and events: rows 1 to 16. */

const lines = (end: string): string => stream().replaceAll('\n', end)
const mixed = stream()
  .split('\n\n')
  .map((text, i) => (text === '' ? '' : text + (['\n\n', '\r\n\r\n', '\r\r'] as const)[i % 3]))
  .join('')
const accents = '{"name":"Zoë 🦜","age":30,"city":"Łódź"}'
const lodz = { name: 'Zoë 🦜', age: 30, city: 'Łódź' }
const separators = '{"name":"a\u2028b\u2029c\u0085d","age":30,"city":"Paris"}'
const gzipped = (text: string): Reply => ({ headers: { 'content-encoding': 'gzip' }, body: [gzipSync(text)] })
const cutGzip = (text: string): Reply => {
  const all = gzipSync(text, { level: 0 })
  return { headers: { 'content-encoding': 'gzip' }, body: [all.subarray(0, all.length - 60)] }
}
const short = (text: string): Reply => ({
  headers: { 'content-length': String(bytes(text).length + 100) },
  body: [text, 'reset'],
})
const interrupted = fails('StreamError', 'interrupted', { retryable: true })
const network = fails('StreamError', 'network', { retryable: true })

export const framing: readonly Scenario[] = [
  scenario(1, 'lines end in LF, CRLF or CR, even where a piece of the network ends', {
    streamed: each(person(), {
      CRLF: reply(lines('\r\n')),
      CR: reply(lines('\r')),
      mixed: reply(mixed),
      'CRLF, a byte at a time': reply(...perByte(lines('\r\n'))),
      'CR, a byte at a time': reply(...perByte(lines('\r'))),
      'mixed, a byte at a time': reply(...perByte(mixed)),
    }),
    plain: each(person(), { 'CRLF between members': reply(plain().replaceAll(',"', ',\r\n"')) }),
  }),
  scenario(2, 'a byte order mark stands before the answer', {
    streamed: each(person(), {
      whole: reply(`\ufeff${stream()}`),
      'cut inside the mark': reply(...perByte(`\ufeff${stream()}`)),
    }),
    plain: each(person(), { whole: reply(`\ufeff${plain()}`) }),
  }),
  scenario(3, 'comments and keep-alives stand between the events', {
    streamed: each(person(), {
      before: reply(': PROCESSING\n\n: PROCESSING\n\n', stream()),
      between: reply(stream().replaceAll('\n\n', '\n\n: ping\n\n')),
      'inside an event': reply(stream().replaceAll('data: ', ':\ndata: ')),
    }),
  }),
  scenario(4, 'data without the space, or on several lines', {
    streamed: each(person(), {
      'no space': reply(stream().replaceAll('data: ', 'data:')),
      'several lines': reply(stream().replaceAll(',"choices"', ',\ndata: "choices"')),
    }),
  }),
  scenario(5, 'events without data', {
    streamed: each(person(), {
      'retry and id alone': reply('retry: 3000\n\n', 'id: 1\n\n', stream()),
      'empty data': reply('data:\n\n', 'data: \n\n', 'event: ping\ndata:\n\n', stream()),
      'a field without a colon': reply('data\n\n', stream()),
      'an event of another name': reply('event: ping\nid: 9\n\n', stream()),
    }),
  }),
  scenario(6, 'characters are cut between pieces of the network', {
    streamed: [
      ...each(value(lodz), { 'a byte at a time': reply(...perByte(stream(accents))) }),
      ...each(fails('StreamError', 'malformed'), {
        'bytes that are not UTF-8': reply(begun().slice(0, -20), Uint8Array.of(0xff, 0xfe), finish(), done),
      }),
    ],
    plain: [
      ...each(value(lodz), { 'a byte at a time': reply(...perByte(plain(accents))) }),
      ...each(fails('StreamError', 'malformed'), {
        'bytes that are not UTF-8': reply('{"x":"', Uint8Array.of(0xff), '"}'),
      }),
    ],
  }),
  scenario(7, 'line separators of other alphabets are text', {
    streamed: each(value({ name: 'a\u2028b\u2029c\u0085d', age: 30, city: 'Paris' }), {
      whole: reply(stream(separators)),
      'a byte at a time': reply(...perByte(stream(separators))),
    }),
    plain: each(value({ name: 'a\u2028b\u2029c\u0085d', age: 30, city: 'Paris' }), { whole: reply(plain(separators)) }),
  }),
  scenario(8, 'the end mark is missing, or no blank line follows it', {
    streamed: each(person(), {
      'no [DONE]': reply(begun(), finish(), usage),
      'no blank line after it': reply(begun(), finish(), usage, 'data: [DONE]'),
      'one line end after it': reply(begun(), finish(), usage, 'data: [DONE]\n'),
      'no blank line after the finish': reply(begun(), finish().trimEnd()),
    }),
  }),
  scenario(9, 'the end mark is padded with blanks; glued to something else it is none', {
    streamed: [
      ...each(person(), { padded: reply(begun(), finish(), 'data:   [DONE]  \n\n') }),
      ...each(fails('StreamError', 'malformed'), { glued: reply(begun(), finish(), 'data: [DONE]xyz\n\n') }),
    ],
  }),
  scenario(10, 'bytes come after the end mark', {
    streamed: each(person(), {
      'a page': reply(stream(), page),
      'another answer': reply(stream(), stream('{"name":"Mallory","age":1,"city":"X"}')),
      'an error': reply(stream(), data({ error: { message: 'too late' } })),
      'in the same piece': reply(stream() + page),
    }),
  }),
  scenario(11, 'the connection stays open after the end mark', {
    streamed: each(person(), { open: reply(stream(), 'stay') }),
  }),
  scenario(12, 'a finish reason comes, and then neither the end mark nor the end', {
    streamed: [
      ...each(person(), { silence: reply(begun(), finish(), 'stay') }),
      ...each(person(), { 'comments for ever': reply(begun(), finish(), { endless: ': ping\n\n', every: 20 }) }),
    ],
  }),
  scenario(13, 'the body ends in the middle of the arguments', {
    streamed: each(interrupted, {
      'between events': reply(event(opening()), event(going(cutOff))),
      'inside an event': reply(event(opening()), event(going(cutOff)).slice(0, -12)),
      'inside the line before the data': reply(event(opening()), event(going(cutOff)), 'da'),
      'an event that would be whole, cut in its last string': reply(begun().slice(0, -9)),
    }),
    plain: each(fails('StreamError', 'malformed', { retryable: true }), {
      'inside the body': reply(plain().slice(0, -60)),
      'after the first character': reply('{'),
    }),
  }),
  scenario(14, 'the end mark without a finish reason, the arguments whole', {
    streamed: [
      ...each(person({ finishReason: null }), { whole: reply(begun(), done) }),
      ...each(fails('OutputError', 'invalid_json'), { cut: reply(begun(cutOff), done) }),
    ],
    plain: each(person({ finishReason: null }), {
      'finish_reason null': reply(
        plain()
          .replace('"tool_calls"}', 'null}')
          .replace(/"finish_reason":"\w+"/, '"finish_reason":null'),
      ),
    }),
  }),
  scenario(15, 'the body ends without a finish reason or an end mark, though the arguments parse', {
    streamed: each(interrupted, { 'whole arguments': reply(begun()), 'and usage': reply(begun(), usage) }),
  }),
  scenario(16, 'a reset, a short body, a cut gzip; gzip itself just works', {
    streamed: [
      ...each(network, {
        reset: reply(event(opening()), event(going(cutOff)), 'reset'),
        'short of its length': short(begun(cutOff)),
        'reset right after the headers': reply('reset'),
      }),
      // Node's fetch takes the end of a cut gzip for a clean one: what is missing still shows.
      ...each(interrupted, { 'cut gzip': cutGzip(begun(cutOff)) }),
      ...each(person(), {
        gzip: gzipped(stream()),
        'reset after the finish reason': reply(begun(), finish(), 'reset'),
      }),
    ],
    plain: [
      ...each(network, {
        reset: reply(plain().slice(0, 50), 'reset'),
        'short of its length': short(plain().slice(0, 50)),
      }),
      ...each(fails('StreamError', 'malformed', { retryable: true }), { 'cut gzip': cutGzip(plain()) }),
      ...each(person(), { gzip: gzipped(plain()) }),
    ],
  }),
]
