import { z } from 'zod'
import {
  begun,
  call,
  called,
  completion,
  data,
  done,
  event,
  finish,
  going,
  opening,
  plain,
  refusal,
  reply,
  stream,
  whole,
} from './answers.ts'
import { mallory, name, other, pieces } from './fragments.ts'
import { type Case, each, fails, person, type Scenario, scenario, value } from './scenario.ts'

/** What a call holds, and what stands in its place: rows 52 to 62. */

const wrong = fails('OutputError', 'wrong_call', { says: ["'search'", "'Person'"] })
const none = (...says: string[]) => fails('OutputError', 'no_call', { says })
const reasoningOf = (text: string): Pick<Case, 'also'> => ({
  also: ({ result }) => {
    if (result.reasoning !== text) throw new Error(`the reasoning reads '${result.reasoning}'`)
  },
})
const contentKept: Pick<Case, 'also'> = {
  also: ({ result }) => {
    const turn = result.messages.find(({ role }: { role: string }) => role === 'assistant')
    if (turn.content !== 'Here it is.') throw new Error(`the content reads '${turn.content}'`)
  },
}
const Maybe = z.object({ note: z.string().optional() }).meta({ title: 'Person' })
const refusesForce = refusal(400, { error: { message: 'Thinking mode does not support this tool_choice' } })
/** The function is offered instead. */
const twice = { requests: 2 }
const texts = {
  JSON: reply(event({ content: whole }), finish('stop'), done),
  'in a fence': reply(event({ content: `\`\`\`json\n${whole}\n\`\`\`` }), finish('stop'), done),
  'after thoughts': reply(event({ content: `<think>hm</think>${whole}` }), finish('stop'), done),
}
const plainText = reply(completion({ content: whole }, 'stop'))
const parts = [{ type: 'reasoning.encrypted', data: 'gAAAA', index: 0 }]

export const callContent: readonly Scenario[] = [
  scenario(52, 'a function of another name', {
    streamed: [
      ...each(wrong, { search: reply(event(call(other(0))), finish(), done) }),
      ...each(
        person(),
        { 'right after a hint': [reply(event(call(other(0))), finish(), done), reply(stream())] },
        { requests: 2, options: { maxRepairs: 1 } },
      ),
    ],
    plain: [
      ...each(wrong, { search: reply(completion(called('{"q":1}', 'search'))) }),
      ...each(
        person(),
        { 'right after a hint': [reply(completion(called('{"q":1}', 'search'))), reply(plain())] },
        { requests: 2, options: { maxRepairs: 1 } },
      ),
    ],
  }),
  scenario(53, 'arguments null or absent on the first fragment', {
    streamed: each(person(), {
      null: reply(event(opening(null)), event(going(whole)), finish(), done),
      absent: reply(event(call({ index: 0, id: 'a', function: name })), event(going(whole)), finish(), done),
      'no function': reply(event(call({ index: 0, id: 'a', function: null })), event(opening(whole)), finish(), done),
    }),
    plain: each(fails('OutputError', 'schema_mismatch'), { null: reply(plain(null)) }),
  }),
  scenario(54, 'arguments as an object', {
    streamed: each(person(), { object: reply(event(opening(JSON.parse(whole))), finish(), done) }),
    plain: each(person(), { object: reply(plain(JSON.parse(whole))) }),
  }),
  scenario(55, 'arguments at once, or twice', {
    streamed: each(person(), {
      'at once': reply(event(opening(whole)), finish(), done),
      'once more at the end': reply(begun(), event(going(whole)), finish(), done),
      'the whole call twice': reply(event(opening(whole)), event(opening(whole)), finish(), done),
    }),
  }),
  scenario(56, 'no arguments', {
    streamed: [
      ...each(
        value({}),
        {
          never: reply(event(call({ index: 0, id: 'a', function: name })), finish(), done),
          empty: reply(event(opening('')), finish(), done),
        },
        { schema: Maybe },
      ),
      ...each(fails('OutputError', 'schema_mismatch'), {
        'where some are needed': reply(event(opening('')), finish(), done),
      }),
    ],
    plain: [
      ...each(value({}), { empty: reply(plain('')), absent: reply(plain(undefined)) }, { schema: Maybe }),
      ...each(fails('OutputError', 'schema_mismatch'), { 'where some are needed': reply(plain('')) }),
    ],
  }),
  scenario(57, 'text before or after the call', {
    streamed: each(
      person(),
      {
        before: reply(event({ content: 'Here ' }), event({ content: 'it is.' }), stream()),
        after: reply(begun(), event({ content: 'Here it is.' }), finish(), done),
      },
      contentKept,
    ),
    plain: each(person(), { beside: reply(completion({ ...called(), content: 'Here it is.' })) }, contentKept),
  }),
  scenario(58, 'reasoning in any of its fields', {
    streamed: [
      ...each(
        person(),
        {
          reasoning: reply(event({ reasoning: 'hm' }), stream()),
          reasoning_content: reply(event({ reasoning_content: 'hm' }), stream()),
          reasoning_details: reply(
            event({ reasoning_details: [{ type: 'reasoning.text', text: 'hm', index: 0 }] }),
            stream(),
          ),
        },
        reasoningOf('hm'),
      ),
      ...each(person(), { encrypted: reply(event({ reasoning_details: parts }), stream()) }, reasoningOf('')),
    ],
    plain: [
      ...each(person(), { reasoning: reply(completion({ ...called(), reasoning: 'hm' })) }, reasoningOf('hm')),
      ...each(person(), { encrypted: reply(completion({ ...called(), reasoning_details: parts })) }, reasoningOf('')),
    ],
  }),
  scenario(59, 'reasoning alone, or nothing', {
    streamed: [
      ...each(none('reasoning'), { reasoning: reply(event({ reasoning: 'hm' }), finish('stop'), done) }),
      ...each(none('nothing'), { nothing: reply(finish('stop'), done) }),
    ],
    plain: [
      ...each(none('reasoning'), { reasoning: reply(completion({ content: '', reasoning: 'hm' }, 'stop')) }),
      ...each(none('nothing'), { nothing: reply(completion({ content: null }, 'stop')) }),
    ],
  }),
  scenario(60, 'the answer as text instead of a call', {
    streamed: [
      ...each(none('text'), texts, { options: { mode: 'tool' } }),
      ...each(person(), { 'JSON, read by auto': texts.JSON }),
      ...each(person({ warnings: ['fenced'] }), { 'in a fence, read by auto': texts['in a fence'] }),
      ...each(person({ warnings: ['thoughts'] }), { 'after thoughts, read by auto': texts['after thoughts'] }),
    ],
    plain: [
      ...each(none('text'), { JSON: plainText }, { options: { mode: 'tool' } }),
      ...each(person(), { 'JSON, read by auto': plainText }),
    ],
  }),
  scenario(61, 'a second choice', {
    streamed: each(person(), {
      'in chunks of its own': reply(
        data({ choices: [{ index: 1, delta: opening(mallory), finish_reason: null }] }),
        begun(),
        data({ choices: [{ index: 1, delta: {}, finish_reason: 'length' }] }),
        finish(),
        done,
      ),
      'before the first in one chunk': reply(
        data({
          choices: [
            { index: 1, delta: opening(mallory) },
            { index: 0, delta: opening(whole) },
          ],
        }),
        finish(),
        done,
      ),
    }),
    plain: each(person(), {
      second: reply(
        JSON.stringify({
          choices: [
            { index: 1, message: called(mallory), finish_reason: 'stop' },
            { index: 0, message: called(), finish_reason: 'stop' },
          ],
        }),
      ),
    }),
  }),
  scenario(62, 'a forced function is refused while the model thinks', {
    streamed: each(
      person(),
      { '400': [refusesForce, reply(pieces({ index: 0, id: 'a', function: name }, {}, {}))] },
      twice,
    ),
    plain: each(person(), { '400': [refusesForce, reply(plain())] }, twice),
  }),
]
