import { z } from 'zod'
import type { Reply } from '../helpers/fault-server.ts'
import {
  begun,
  call,
  completion,
  cutOff,
  data,
  done,
  event,
  finish,
  going,
  opening,
  page,
  plain,
  reply,
  stream,
  whole,
} from './answers.ts'
import { each, fails, person, type Scenario, scenario } from './scenario.ts'

/** Bodies that are none, errors inside a 200, time and size: rows 17 to 25. */

const typed = (type: string, ...body: Reply['body']): Reply => ({ headers: { 'content-type': type }, body })
const busy = { error: { message: 'Provider is busy', code: 429 } }
const rateLimit = fails('APIError', 'rate_limit', { retryable: true, says: ['busy'] })
const upstream = fails('APIError', 'upstream', { retryable: true })
const notPerson = fails('StreamError', 'malformed', { says: ['200', 'text/html', 'Sign in'] })
const glue = fails('StreamError', 'malformed', { retryable: true })
const stopsEarly = {
  also: ({ requests }: { requests: readonly { written: number }[] }): void => {
    const megabytes = requests[0]!.written / 2 ** 20
    if (megabytes > 64) throw new Error(`${Math.round(megabytes)} MiB were read`)
  },
}
/** One event just under or over the limit of 32 MiB; what makes it long is a field that nobody reads. */
const wide = (more: number): string => {
  const empty = JSON.stringify({ choices: [], image: '' })
  return data({ choices: [], image: 'A'.repeat(32 * 2 ** 20 - empty.length + more) })
}

export const bodies: readonly Scenario[] = [
  scenario(17, 'a status of 200 with an error for a body', {
    streamed: [
      ...each(rateLimit, {
        'a JSON body': typed('application/json', JSON.stringify(busy)),
        'beside choices': reply(data({ ...busy, choices: [] })),
      }),
      ...each(fails('APIError', 'auth', { retryable: false }), {
        'a code of its own': reply(JSON.stringify({ error: { message: 'No', code: 401 } })),
      }),
    ],
    plain: [
      ...each(rateLimit, { 'a JSON body': reply(JSON.stringify(busy)) }),
      ...each(upstream, {
        'error as a word': reply(JSON.stringify({ error: 'overloaded' })),
        'the kind of object': reply(JSON.stringify({ object: 'error', message: 'overloaded', code: 503 })),
      }),
    ],
  }),
  scenario(18, 'a status of 200 with a page', {
    streamed: each(notPerson, {
      'as a page': typed('text/html', page),
      'slowly, with blanks before it': typed('text/html', '\n\n  ', page),
    }),
    plain: [
      ...each(notPerson, { 'as a page': typed('text/html', page) }),
      ...each(fails('StreamError', 'malformed', { says: ['200', 'text/event-stream'] }), {
        'as events': typed('text/event-stream', page),
      }),
    ],
  }),
  scenario(19, 'a plain answer to a stream request, a stream to a plain one, under any content type', {
    streamed: each(person(), {
      'plain body': typed('application/json', plain()),
      'plain body as events': reply(plain()),
      'events as JSON': typed('application/json', stream()),
    }),
    plain: each(person(), {
      events: typed('text/event-stream', stream()),
      'events as JSON': reply(stream()),
      'events as text': typed('text/plain', stream()),
    }),
  }),
  scenario(20, 'an error in the middle of a stream', {
    streamed: each(rateLimit, {
      'before any output': reply(data(busy), done),
      'after some': reply(event(opening()), event(going(cutOff)), data(busy)),
      'after all of it': reply(begun(), data(busy), done),
      'in a choice': reply(event(opening()), data({ choices: [{ index: 0, delta: {}, ...busy }] })),
    }),
  }),
  scenario(21, 'an error under an event name, or after the finish reason beside choices and usage', {
    streamed: [
      ...each(upstream, {
        'event: error': reply(
          begun(cutOff),
          `event: error\n${data({ error: { message: 'internal', type: 'server_error' } })}`,
        ),
        'after the finish': reply(
          begun(),
          finish(),
          data({
            choices: [{ index: 0, delta: {}, finish_reason: 'error' }],
            usage: {},
            error: { message: 'x', code: 502 },
          }),
          done,
        ),
      }),
      ...each(fails('APIError', 'upstream', { retryable: true, says: ['the model crashed'] }), {
        'in words': reply(begun(), 'event: error\ndata: the model crashed\n\n', finish(), done),
        'that does not say so inside': reply(
          begun(),
          'event: error\ndata: {"message":"the model crashed"}\n\n',
          finish(),
          done,
        ),
        'in a field of its own': reply(
          begun(),
          'error: {"code":500,"message":"the model crashed"}\n\n',
          finish(),
          done,
        ),
      }),
    ],
  }),
  scenario(22, 'silence: before the headers, in the middle, behind heartbeats', {
    streamed: [
      ...each(
        fails('TimeoutError', 'first_byte', { retryable: true, says: ['firstByte', '150'] }),
        { 'no headers': 'silence' },
        { options: { timeout: { firstByte: 150 } } },
      ),
      ...each(
        fails('TimeoutError', 'idle', { retryable: true, says: ['idle', '150'] }),
        {
          'headers alone': reply('stay'),
          stall: reply(event(opening()), event(going(cutOff)), 'stay'),
          'heartbeats for ever': reply(event(opening()), { endless: ': ping\n\n', every: 5 }),
          'empty events for ever': reply(event(opening()), { endless: 'data:\n\n', every: 5 }),
        },
        { options: { timeout: { idle: 150 } } },
      ),
      ...each(
        fails('TimeoutError', 'total', { retryable: false, says: ['total', '200'] }),
        { 'one event after the other': reply(event(opening()), { endless: event({}), every: 5 }) },
        { options: { timeout: 200 } },
      ),
    ],
    plain: [
      ...each(
        fails('TimeoutError', 'total', { says: ['total', '150'] }),
        { 'no headers': 'silence', 'headers alone': reply('stay'), stall: reply(plain().slice(0, 50), 'stay') },
        { options: { timeout: 150 } },
      ),
      ...each(
        fails('TimeoutError', 'total'),
        { 'blanks for ever': reply({ endless: '\n', every: 5 }) },
        { options: { timeout: 200 } },
      ),
    ],
  }),
  scenario(23, 'output without end', {
    streamed: [
      ...each(
        fails('OutputError', 'limit'),
        {
          text: reply({ endless: event({ content: 'la '.repeat(20_000) }) }),
          reasoning: reply({ endless: event({ reasoning: 'hm '.repeat(20_000) }) }),
        },
        stopsEarly,
      ),
      ...each(
        fails('OutputError', 'limit'),
        {
          'a list in the arguments': reply(event(opening('{"any":[')), {
            endless: event(going(`"${'la '.repeat(2000)}",`.repeat(10))),
          }),
        },
        { ...stopsEarly, schema: z.object({ any: z.unknown() }).meta({ title: 'Person' }) },
      ),
    ],
    plain: each(
      fails('StreamError', 'malformed'),
      { 'a body without end': reply('{"choices":[{"message":{"content":"', { endless: 'la '.repeat(20_000) }) },
      stopsEarly,
    ),
  }),
  scenario(24, 'two chunks glued together', {
    streamed: each(glue, {
      'two objects in one event': reply(event(opening()).trimEnd() + JSON.stringify({ choices: [] }), '\n\n', done),
      'the field name twice': reply(event(opening()), `data: ${event(going(whole))}`, finish(), done),
      'no line end between two events': reply(event(opening()).trimEnd() + event(going(whole)), finish(), done),
      'a chunk that is no object': reply('data: 7\n\n', done),
    }),
    plain: each(glue, { 'two objects': reply(plain() + plain()) }),
  }),
  scenario(25, 'one huge event', {
    streamed: [
      ...each(person(), { 'at the limit': reply(begun(), wide(0), finish(), done) }),
      ...each(fails('StreamError', 'malformed', { retryable: false }), {
        'one more': reply(begun(), wide(1), finish(), done),
      }),
    ],
    plain: each(person(), {
      'a few megabytes': reply(
        completion(call({ function: { name: 'Person', arguments: whole } }), 'stop', { image: 'A'.repeat(2 ** 22) }),
      ),
    }),
  }),
]
