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
  plain,
  reply,
  stream,
  usage,
  whole,
} from './answers.ts'
import { type Case, each, fails, person, type Scenario, scenario, value } from './scenario.ts'

/** The shape of chunks, what stands beside the call, and how an answer finishes: rows 26 to 41. */

const text = (content: unknown): string => event({ content })
const every = (change: (payload: any) => unknown): string =>
  stream().replace(/^data: (\{.*)$/gm, (_, json) => `data: ${JSON.stringify(change(JSON.parse(json)))}`)
const usageOf = (inputTokens: number | undefined): Pick<Case, 'also'> => ({
  also: ({ result }) => {
    if (result.usage.inputTokens !== inputTokens) throw new Error(`usage is ${JSON.stringify(result.usage)}`)
  },
})
const words = z.string()
const filtered = fails('OutputError', 'content_filter', { retryable: false })
const truncated = fails('OutputError', 'truncated', { retryable: false, says: ['maxOutputTokens'] })
const refused = fails('OutputError', 'refused', { retryable: false })
const refusalText: Pick<Case, 'also'> = {
  also: ({ error }) => {
    if (error?.text !== 'I will not.') throw new Error(`the refusal reads '${error?.text}'`)
  },
}
const list = z.object({ items: z.array(z.string()) }).meta({ title: 'List' })
const shortened = '{"items":["one","two"]}'
const listed = (reason: string) => ({
  streamed: reply(
    event(call({ index: 0, id: 'a', function: { name: 'List', arguments: shortened } })) + finish(reason) + done,
  ),
  plain: reply(completion(called(shortened, 'List'), reason)),
})

export const chunks: readonly Scenario[] = [
  scenario(26, 'no choices in the first chunk, or in the last one that has the usage', {
    streamed: [
      ...each(person(), {
        'filter results first': reply(data({ choices: [], prompt_filter_results: [{}] }), stream()),
      }),
      ...each(person(), { 'usage last': reply(stream()) }, usageOf(10)),
    ],
    plain: each(fails('StreamError', 'malformed'), { 'none at all': reply(JSON.stringify({ id: 'x', choices: [] })) }),
  }),
  scenario(27, 'choices absent or null', {
    streamed: [
      ...each(person(), { absent: reply(data({ id: 'x' }), stream()), null: reply(data({ choices: null }), stream()) }),
      ...each(fails('APIError', 'upstream'), {
        'beside an error': reply(begun(), data({ choices: null, error: { message: 'x' } })),
      }),
      ...each(fails('StreamError', 'malformed'), { always: reply(data({ id: 'x' }), done) }),
    ],
    plain: each(fails('StreamError', 'malformed'), { absent: reply('{"id":"x"}'), null: reply('{"choices":null}') }),
  }),
  scenario(28, 'delta or message null or absent', {
    streamed: each(person(), {
      null: reply(event(null), begun(), event(null), finish(), done),
      absent: reply(data({ choices: [{ index: 0, content_filter_results: {} }] }), stream()),
      'a null choice': reply(data({ choices: [null] }), stream()),
    }),
    plain: each(fails('OutputError', 'no_call'), {
      null: reply('{"choices":[{"index":0,"message":null,"finish_reason":"stop"}]}'),
    }),
  }),
  scenario(29, 'content null, empty or absent', {
    streamed: [
      ...each(person(), { beside: reply(text(null), text(''), event({}), begun(), text(null), finish(), done) }),
      ...each(
        value('ab'),
        { 'in a text': reply(text(null), text('a'), text(''), event({}), text('b'), finish('stop'), done) },
        { schema: words },
      ),
    ],
    plain: each(person(), { null: reply(plain()), empty: reply(completion({ ...called(), content: '' })) }),
  }),
  scenario(30, 'content as a list of parts', {
    streamed: each(
      value('ab'),
      {
        'text and thinking': reply(
          text([{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }]),
          text([{ type: 'text', text: 'a' }]),
          text([{ type: 'text', text: 'b' }, null, 7]),
          finish('stop'),
          done,
        ),
      },
      { schema: words },
    ),
    plain: each(
      value('ab'),
      {
        'text and thinking': reply(
          completion(
            {
              content: [
                { type: 'thinking', thinking: [] },
                { type: 'text', text: 'ab' },
              ],
            },
            'stop',
          ),
        ),
      },
      { schema: words },
    ),
  }),
  scenario(31, 'usage null, on every chunk, twice, never', {
    streamed: [
      ...each(person(), { 'null, then given': reply(every(it => ({ usage: null, ...it }))) }, usageOf(10)),
      ...each(
        person(),
        { 'growing on every chunk': reply(begun(), event({}, 'stop', { usage: { prompt_tokens: 3 } }), usage, done) },
        usageOf(10),
      ),
      ...each(person(), { twice: reply(begun(), finish(), usage, usage, done) }, usageOf(10)),
      ...each(person(), { never: reply(begun(), finish(), done) }, usageOf(undefined)),
    ],
    plain: each(person(), { null: reply(completion(called(), 'stop', { usage: null })) }, usageOf(undefined)),
  }),
  scenario(32, 'fields that nobody knows', {
    streamed: each(person(), {
      'in chunk, choice and delta': reply(
        every(it => ({
          ...it,
          obfuscation: 'x',
          x_groq: {},
          provider: 'y',
          choices: it.choices.map((c: any) => ({ ...c, native: 1, delta: { ...c.delta, annotations: [] } })),
        })),
      ),
    }),
    plain: each(person(), {
      everywhere: reply(completion({ ...called(), annotations: [] }, 'stop', { service_tier: 'x', provider: 'y' })),
    }),
  }),
  scenario(33, 'role on every delta, or never', {
    streamed: each(person(), {
      every: reply(
        every(it => ({
          ...it,
          choices: it.choices.map((c: any) => ({ ...c, delta: { role: 'assistant', ...c.delta } })),
        })),
      ),
      never: reply(stream()),
    }),
    plain: each(person(), { never: reply(plain().replace('"role":"assistant",', '')) }),
  }),
  scenario(34, 'ids empty or changing, object empty or absent', {
    streamed: each(person(), {
      empty: reply(every(it => ({ ...it, id: '', object: '' }))),
      changing: reply(every(it => ({ ...it, id: `x${JSON.stringify(it).length}`, object: undefined }))),
      'of another kind': reply(every(it => ({ ...it, id: 7, object: 'chat.completion.done' }))),
    }),
    plain: each(person(), { empty: reply(completion(called(), 'stop', { id: '', object: '' })) }),
  }),
  scenario(35, 'two finish reasons', {
    streamed: each(person(), {
      'the same twice': reply(begun(), finish(), finish(), usage, done),
      'tool_calls, then stop': reply(begun(), finish(), finish('stop'), done),
      'stop on every chunk': reply(
        every(it => ({ ...it, choices: it.choices.map((c: any) => ({ ...c, finish_reason: 'stop' })) })),
      ),
    }),
  }),
  scenario(36, "'stop' although a function was called", {
    streamed: each(person({ finishReason: 'stop' }), { stop: reply(stream(whole, 'stop')) }),
    plain: each(person({ finishReason: 'stop' }), { stop: reply(plain(whole, 'stop')) }),
  }),
  scenario(37, "'tool_calls' although the arguments are cut", {
    streamed: each(fails('OutputError', 'invalid_json'), { cut: reply(stream(cutOff)) }),
    plain: each(fails('OutputError', 'invalid_json'), { cut: reply(plain(cutOff)) }),
  }),
  scenario(38, "'length' with cut arguments", {
    streamed: each(
      truncated,
      { cut: reply(stream(cutOff, 'length')), 'in other words': reply(stream(cutOff, 'MAX_TOKENS')) },
      { options: { maxRetries: 2, maxRepairs: 1 } },
    ),
    plain: each(truncated, { cut: reply(plain(cutOff, 'length')) }, { options: { maxRetries: 2, maxRepairs: 1 } }),
  }),
  scenario(39, "'length' with arguments that close and validate", {
    streamed: [
      ...each(truncated, { person: reply(stream(whole, 'length')) }),
      ...each(truncated, { list: listed('length').streamed }, { schema: list }),
      ...each(truncated, {
        'on the first chunk, and a word that nobody knows on the last': reply(
          event({}, 'length'),
          begun(),
          finish('odd'),
          done,
        ),
      }),
    ],
    plain: [
      ...each(truncated, { person: reply(plain(whole, 'length')) }),
      ...each(truncated, { list: listed('length').plain }, { schema: list }),
    ],
  }),
  scenario(40, 'a content filter, an error for a finish, a refusal', {
    streamed: [
      ...each(filtered, {
        content_filter: reply(stream(whole, 'content_filter')),
        SAFETY: reply(stream(whole, 'SAFETY')),
      }),
      ...each(fails('APIError', 'upstream'), { error: reply(stream(whole, 'error')) }),
      ...each(
        refused,
        { refusal: reply(event({ refusal: 'I will ' }), event({ refusal: 'not.' }), finish('stop'), done) },
        refusalText,
      ),
    ],
    plain: [
      ...each(filtered, { content_filter: reply(plain(whole, 'content_filter')) }),
      ...each(fails('APIError', 'upstream'), { error: reply(plain(whole, 'error')) }),
      ...each(refused, { refusal: reply(completion({ content: null, refusal: 'I will not.' }, 'stop')) }, refusalText),
    ],
  }),
  scenario(41, 'chunks after the finish reason', {
    streamed: [
      ...each(
        person(),
        { 'empty ones, and usage': reply(begun(), finish(), event({}), event({ content: '' }), usage, done) },
        usageOf(10),
      ),
      ...each(fails('APIError', 'upstream'), {
        'an error': reply(begun(), finish(), data({ error: { message: 'x', code: 500 } }), done),
      }),
      ...each(person(), { 'a choice without delta': reply(begun(), finish(), data(chunk(null)), usage, done) }),
      ...each(fails('OutputError', 'invalid_json'), {
        'more arguments than a value': reply(begun(), finish(), event(going('}')), done),
      }),
    ],
  }),
]
