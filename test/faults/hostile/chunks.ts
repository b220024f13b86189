import { z } from 'zod'
import {
  begun,
  call,
  called,
  chunk,
  completion,
  cutOff,
  data,
  done,
  event,
  finish,
  going,
  opening,
  plain,
  reply,
  stream,
  whole,
} from '../answers.ts'
import { type Case, each, fails, person, value } from '../scenario.ts'

/** Chunks that no server should send. */

const words = z.string()
const text = (content: unknown): string => event({ content })
const choice = (fields: object): string => data({ choices: [fields] })
const malformed = fails('StreamError', 'malformed')
const upstream = fails('APIError', 'upstream')
const rateLimit = fails('APIError', 'rate_limit', { retryable: true })
const long = 'N'.repeat(2 ** 20)
const short: Partial<Case> = {
  also: ({ error }) => {
    const size = [error, ...(error?.issues ?? [])].reduce((sum, each) => sum + (each?.message.length ?? 0), 0)
    if (size > 8000) throw new Error(`the error says ${size} characters`)
  },
}

export const streamed: readonly Case[] = [
  ...each(
    value('Hello'),
    {
      'the whole message once more at the end': reply(
        text('Hel'),
        text('lo'),
        choice({ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }),
        done,
      ),
      'the whole message once more, beside a delta that is null': reply(
        text('Hel'),
        text('lo'),
        choice({ index: 0, delta: null, message: { content: 'Hello' }, finish_reason: 'stop' }),
        done,
      ),
      'a message for every delta': reply(
        choice({ index: 0, message: { content: 'Hel' } }),
        choice({ index: 0, message: { content: 'lo' }, finish_reason: 'stop' }),
        done,
      ),
    },
    { schema: words },
  ),
  ...each(
    value('🦜'),
    {
      'half a pair in each of two deltas': reply(
        'data: {"choices":[{"delta":{"content":"\\ud83e"}}]}\n\n',
        'data: {"choices":[{"delta":{"content":"\\udd9c"}}]}\n\n',
        finish('stop'),
        done,
      ),
    },
    {
      schema: words,
      also: ({ partials }) => {
        if (partials.some(partial => partial !== '🦜')) throw new Error(`it showed ${JSON.stringify(partials)}`)
      },
    },
  ),
  ...each(person(), {
    'the whole call once more in a message': reply(
      begun(),
      choice({ index: 0, message: called(), finish_reason: 'stop' }),
      done,
    ),
    'the whole call once more, written in another way': reply(
      begun(),
      choice({ index: 0, message: called(JSON.stringify(JSON.parse(whole), null, 2)), finish_reason: 'stop' }),
      done,
    ),
    'the call in a message behind deltas of reasoning': reply(
      event({ reasoning: 'hm' }),
      choice({ index: 0, message: called(), finish_reason: 'stop' }),
      done,
    ),
    'choices as an object, then as they should be': reply(data({ choices: { 0: { delta: opening('{') } } }), stream()),
    'a delta that is a text': reply(choice({ index: 0, delta: 'Hi' }), stream()),
    'calls as an object, then as they should be': reply(event({ tool_calls: { index: 0 } }), stream()),
    'an index only from the second fragment on': reply(
      event(call({ id: 'a', function: { name: 'Person', arguments: whole.slice(0, 9) } })),
      event(going(whole.slice(9))),
      finish(),
      done,
    ),
    'an index only on the first fragment': reply(
      event(call({ index: 3, id: 'a', function: { name: 'Person', arguments: whole.slice(0, 9) } })),
      event(call({ function: { arguments: whole.slice(9) } })),
      finish(),
      done,
    ),
    'an empty object before the arguments': reply(event(opening('{}')), event(going(whole)), finish(), done),
    'an empty object before the arguments, after another call': reply(
      event(call({ index: 0, id: 'a', function: { name: 'search', arguments: '{}' } })),
      event(opening('{}', { index: 1, id: 'b' })),
      event(call({ index: 1, function: { arguments: whole } })),
      finish(),
      done,
    ),
    'an index below nothing': reply(
      event(call({ index: -0, id: 'a', function: { name: 'Person', arguments: whole } })),
      finish(),
      done,
    ),
    'ids that are numbers': reply(
      event(call({ index: 0, id: 1, function: { name: 'Person', arguments: whole.slice(0, 9) } })),
      event(call({ index: 0, id: 2, function: { arguments: whole.slice(9) } })),
      finish(),
      done,
    ),
    'an error that is none': reply(...[null, '', false, 0].map(error => data({ error, choices: [] })), stream()),
    'usage of giant and of negative numbers': reply(
      begun(),
      finish(),
      data('{"choices":[],"usage":{"prompt_tokens":1e308,"completion_tokens":-5,"total_tokens":"7","cost":1e309}}'),
      done,
    ),
    'keys that mean something to JavaScript': reply(
      'data: {"__proto__":{"error":"x"},"constructor":1,"choices":[{"__proto__":{"error":1},"delta":{"__proto__":{"refusal":"no"}}}]}\n\n',
      stream(),
    ),
  }),
  ...each(upstream, {
    'an error that is an empty object': reply(begun(), data({ error: {} }), finish(), done),
    'an error under a field of its own': reply(
      begun(),
      'error: {"code":500,"message":"slot unavailable","type":"server_error"}\n\n',
      finish(),
      done,
    ),
    'an error by the name of its event alone': reply(
      begun(),
      'event: error\ndata: {"message":"crashed","type":"server_error"}\n\n',
      finish(),
      done,
    ),
  }),
  ...each(rateLimit, {
    'an error in a list': reply(begun(cutOff), data([{ error: { code: 429, message: 'busy' } }])),
  }),
  ...each(malformed, {
    'a payload that is null': reply(data('null'), done),
    'choices nested in a list': reply(data({ choices: [[{ index: 0, delta: opening(whole) }]] }), done),
    'a chunk as deep as the stack': reply(data(`{"choices":${'['.repeat(50_000)}${']'.repeat(50_000)}}`), done),
  }),
  ...each(
    fails('OutputError', 'wrong_call'),
    {
      'a name of a megabyte': reply(
        event(call({ index: 0, id: 'a', function: { name: long, arguments: '{}' } })),
        finish(),
        done,
      ),
    },
    short,
  ),
  ...each(
    fails('OutputError', 'truncated'),
    { 'a finish reason of a megabyte': reply(text('a text'), finish(long), done) },
    { ...short, schema: words },
  ),
  ...each(
    upstream,
    { 'an error of a megabyte': reply(data({ error: { message: long, type: long, code: long } })) },
    short,
  ),
  ...each(
    fails('OutputError', 'schema_mismatch'),
    { 'a key of a megabyte that nobody asked for': reply(stream(`{"text":"a","${long}":1}`)) },
    { ...short, schema: z.strictObject({ text: z.string() }).meta({ title: 'Person' }) },
  ),
  ...each(
    fails('OutputError', 'schema_mismatch'),
    {
      'ten thousand keys that nobody asked for': reply(
        stream(`{"text":"a",${Array.from({ length: 10_000 }, (_, i) => `"${i}":1`).join()}}`),
      ),
    },
    { ...short, schema: z.strictObject({ text: z.string() }).meta({ title: 'Person' }) },
  ),
  ...each(
    fails('OutputError', 'degenerate'),
    { 'an integer of a hundred thousand digits': reply(stream(`{"n":${'9'.repeat(100_000)}}`)) },
    { schema: z.object({ n: z.number() }).meta({ title: 'Person' }) },
  ),
]

export const unstreamed: readonly Case[] = [
  ...each(person(), {
    'a delta instead of a message': reply(JSON.stringify(chunk(opening(whole), 'stop'))),
  }),
  ...each(malformed, {
    'a list of answers': reply(`[${plain()}]`),
    'a line for each chunk': reply(
      [opening(whole.slice(0, 9)), going(whole.slice(9))].map(delta => JSON.stringify(chunk(delta))).join('\n'),
    ),
    'a mark of the end and nothing else': reply('[DONE]'),
    'garbage behind it': reply(`${plain()}\0`),
    'blanks of another alphabet behind it': reply(`${plain()}\u00a0`),
    'a page behind it': reply(`${plain()}<!-- 0.1 s -->`),
  }),
  ...each(fails('StreamError', 'interrupted'), {
    'a guard before it': reply(`)]}',\n${plain()}`),
    words: reply('upstream connect error or disconnect/reset before headers'),
    'a text in quotes': reply('"hello"'),
  }),
  ...each(rateLimit, { 'an error in a list': reply(JSON.stringify([{ error: { code: 429, message: 'busy' } }])) }),
  ...each(fails('OutputError', 'schema_mismatch'), {
    'the same key twice, the second one empty': reply(
      `${completion(called('{}')).slice(0, -1)},"choices":[{"message":${JSON.stringify(called('{}'))},"finish_reason":"stop"}]}`,
    ),
  }),
]
