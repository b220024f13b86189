import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import type { Reply } from '../../helpers/fault-server.ts'
import {
  begun,
  bytes,
  completion,
  cutOff,
  data,
  done,
  event,
  finish,
  going,
  opening,
  perByte,
  plain,
  refusal,
  reply,
  stream,
  usage,
  whole,
} from '../answers.ts'
import { type Case, each, fails, person } from '../scenario.ts'

/** What a connection, its headers and its compression may do to an answer. */

const network = fails('StreamError', 'network', { retryable: true })
const malformed = fails('StreamError', 'malformed')
const interrupted = fails('StreamError', 'interrupted')
const packed = (encoding: string, body: Uint8Array): Reply => ({
  headers: { 'content-encoding': encoding },
  body: [body],
})
const raw = (head: string, body: string): Case['server'] => ({ bytes: `${head}\r\n\r\n${body}`, end: 'close' })
const ok = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream'
const hexChunk = (text: string): string => `${bytes(text).length.toString(16)}\r\n${text}\r\n`
const Free = z.object({ text: z.unknown() }).meta({ title: 'Person' })
const quick = { options: { timeout: { idle: 150 } } } as const
const bomb = gzipSync(event(opening('{')) + event(going(' '.repeat(2 ** 16))).repeat(2 ** 10))

/** The same of both wires. */
const encoded = (text: string): Case[] => [
  ...each(person(), {
    'gzip twice': packed('gzip, gzip', gzipSync(gzipSync(text))),
    brotli: packed('br', brotliCompressSync(text)),
    deflate: packed('deflate', deflateSync(text)),
    'deflate without its head': packed('deflate', deflateRawSync(text)),
    'gzip in two members': packed('gzip', Buffer.concat([gzipSync(text.slice(0, 99)), gzipSync(text.slice(99))])),
    'gzip, and blanks behind it': packed('gzip', Buffer.concat([gzipSync(text), Buffer.alloc(9)])),
    'an encoding by another name': packed('X-GZip', gzipSync(text)),
  }),
  ...each(network, {
    'gzip that is none': packed('gzip', bytes(text)),
    'brotli that is none': packed('br', bytes(text)),
  }),
  ...each(malformed, { 'an encoding that nobody has heard of': packed('zstd', gzipSync(text)) }),
]

export const streamed: readonly Case[] = [
  ...encoded(stream()),
  ...each(fails('OutputError', 'degenerate'), { 'a bomb of blanks': packed('gzip', bomb) }, { schema: Free }),
  ...each(malformed, {
    'bytes of another alphabet': reply(begun(), Uint8Array.of(0x64, 0xe9, 0x0a), finish(), done),
    'UTF-16': reply(Buffer.from(`\ufeff${stream()}`, 'utf16le')),
    'characters longer than they need be': reply(event(opening('{')), Uint8Array.of(0xc0, 0x80), finish(), done),
    'half a pair as three bytes': reply(event(opening('{')), Uint8Array.of(0xed, 0xa0, 0x80), finish(), done),
  }),
  ...each(
    fails('TimeoutError', 'idle'),
    {
      'an event without end, a byte at a time': reply('data: {"x":"', { endless: 'a', every: 5 }),
      'an event without end, a line at a time': reply('data: {', { endless: 'data: \n', every: 5 }),
    },
    quick,
  ),
  ...each(person(), {
    'empty chunks for ever behind the finish': reply(begun(), finish(), { endless: event({}), every: 20 }),
    'usage for ever behind the finish': reply(begun(), finish(), { endless: usage, every: 20 }),
    'a reset behind the end mark': reply(stream(), 'reset'),
    'events for ever behind the end mark': reply(stream(), { endless: event(going('x')) }),
    'a status that is not 200': { status: 206, headers: { 'content-range': 'bytes 0-1/2' }, body: [stream()] },
    'a byte at a time, with a comment after each event': reply(...perByte(stream().replaceAll('\n\n', '\n\n:\n\n'))),
    'HTTP/1.0, ended by the close': raw('HTTP/1.0 200 OK', stream()),
    'chunks with extensions and trailers': raw(
      `${ok}\r\ntransfer-encoding: chunked`,
      `${hexChunk(stream()).replace('\r\n', ';a=b\r\n')}0\r\nx-trailer: 1\r\n\r\n`,
    ),
    'early hints before it': raw('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK', stream()),
  }),
  ...each(network, {
    'a chunk whose length is no number': raw(`${ok}\r\ntransfer-encoding: chunked`, `${hexChunk(begun(cutOff))}zz\r\n`),
    'no last chunk': raw(`${ok}\r\ntransfer-encoding: chunked`, hexChunk(begun(cutOff))),
    'a header of a megabyte': raw(`${ok}\r\nx-long: ${'a'.repeat(2 ** 20)}`, stream()),
    'a status that is no number': raw('HTTP/1.1 2OO OK', stream()),
    'two lengths': raw(`${ok}\r\ncontent-length: 10\r\ncontent-length: 20`, stream()),
    'a length and chunks': raw(`${ok}\r\ncontent-length: 10\r\ntransfer-encoding: chunked`, hexChunk(stream())),
    'HTTP/2': { bytes: '\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0d', end: 'close' },
  }),
  ...each(interrupted, {
    'longer than its length says': raw(`${ok}\r\ncontent-length: ${bytes(begun()).length}`, begun() + finish() + done),
    'HTTP/1.0, cut': raw('HTTP/1.0 200 OK', begun()),
  }),
  ...each(fails('APIError', 'upstream', { retryable: true }), {
    'no content': { status: 204, body: [] },
    'nothing to say': { status: 205, body: [] },
  }),
  ...each(fails('APIError', 'bad_request', { retryable: false, says: ['redirect'] }), {
    'a redirect to nowhere': { status: 302, body: [] },
    'not modified': { status: 304, body: [] },
    'choices of places': { status: 300, headers: { location: 'file:///etc/passwd' }, body: [] },
  }),
]

const busy = { error: { message: 'busy' } }
const wait = (headers: Record<string, string>): Reply => {
  const { headers: all, ...rest } = refusal(429, busy)
  return { ...rest, headers: { 'content-type': all!['content-type']!, ...headers } }
}
const retried = { requests: 2, options: { maxRetries: 2 } } as const

export const unstreamed: readonly Case[] = [
  ...encoded(plain()),
  ...each(
    person(),
    {
      'a wait said twice': [wait({ 'retry-after': '0, 0' }), reply(plain())],
      'a wait below nothing': [wait({ 'retry-after': '-1' }), reply(plain())],
      'a wait in milliseconds that is no number beside one in seconds': [
        wait({ 'retry-after-ms': 'NaN', 'retry-after': '0' }),
        reply(plain()),
      ],
      'advice that is none': [wait({ 'x-should-retry': 'perhaps', 'retry-after': '0' }), reply(plain())],
    },
    retried,
  ),
  ...each(
    fails('APIError', 'rate_limit', { says: ['asks to wait'] }),
    {
      'a wait of ten thousand years': wait({ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }),
      'a wait beyond all numbers': wait({ 'retry-after-ms': '1e999' }),
    },
    { options: { maxRetries: 5 } },
  ),
  ...each(
    fails('APIError', 'rate_limit', { says: ['after 6 tries'] }),
    { 'come back at once, for ever': wait({ 'retry-after': '0', 'x-should-retry': 'true' }) },
    { requests: 6, options: { maxRetries: 5 } },
  ),
  ...each(
    fails('TimeoutError', 'total'),
    { 'a body without end, a byte at a time': reply('{"choices":"', { endless: 'a', every: 5 }) },
    { options: { timeout: 200 } },
  ),
  ...each(interrupted, { 'shorter by its length': raw('HTTP/1.1 200 OK\r\ncontent-length: 0', plain()) }),
  ...each(malformed, { 'longer than its length says': raw('HTTP/1.1 200 OK\r\ncontent-length: 50', plain()) }),
  ...each(person(), {
    'its payload in a field that nobody reads, and twice': reply(data(JSON.parse(plain())), data(JSON.parse(plain()))),
    'an answer that refreshes to another': {
      headers: { refresh: '0; url=http://127.0.0.1:9/', location: 'http://127.0.0.1:9/' },
      body: [completion({ tool_calls: [{ id: 'a', function: { name: 'Person', arguments: whole } }] })],
    },
  }),
]
