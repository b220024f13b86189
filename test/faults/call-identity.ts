import { call, called, completion, done, event, finish, going, opening, plain, reply, whole } from './answers.ts'
import { mallory, name, one, other, pieces, three, two } from './fragments.ts'
import { each, fails, person, type Scenario, scenario } from './scenario.ts'

/** Which call a fragment belongs to: rows 42 to 51. */

const badIndex = fails('StreamError', 'malformed', { retryable: false, says: ['index'] })

export const callIdentity: readonly Scenario[] = [
  scenario(42, 'no index', {
    streamed: each(person(), {
      'by id, then none': reply(pieces({ id: 'a', function: name }, {}, {})),
      'by id throughout': reply(pieces({ id: 'a', function: name }, { id: 'a' }, { id: 'a' })),
      'null, no id': reply(pieces({ index: null, function: name }, { index: null }, { index: null })),
    }),
    plain: each(person(), { absent: reply(plain()) }),
  }),
  scenario(43, 'the index begins at 1', {
    streamed: each(person(), {
      'from 1': reply(pieces({ index: 1, id: 'a', function: name }, { index: 1 }, { index: 1 })),
    }),
  }),
  scenario(44, 'an index that is a text, a property name, or huge', {
    streamed: [
      ...each(person(), {
        "'0'": reply(pieces({ index: '0', id: 'a', function: name }, { index: '0' }, { index: '0' })),
      }),
      ...each(person(), {
        'the last one allowed': reply(pieces({ index: 127, id: 'a', function: name }, { index: 127 }, { index: 127 })),
      }),
      ...each(badIndex, {
        'one more': reply(pieces({ index: 128, function: name })),
        __proto__: reply(pieces({ index: '__proto__', function: name })),
        '2^32 - 1': reply(pieces({ index: 4_294_967_295, function: name })),
        'below 0': reply(pieces({ index: -1, function: name })),
        'a fraction': reply(pieces({ index: 0.5, function: name })),
        'an object': reply(pieces({ index: {}, function: name })),
      }),
    ],
  }),
  scenario(45, 'id, or id and name, on every fragment', {
    streamed: each(person(), {
      id: reply(pieces({ index: 0, id: 'a', function: name }, { index: 0, id: 'a' }, { index: 0, id: 'a' })),
      'id and name': reply(pieces(...[0, 0, 0].map(index => ({ index, id: 'a', function: name })))),
      'name alone': reply(pieces(...[0, 0, 0].map(index => ({ index, function: name })))),
    }),
  }),
  scenario(46, 'a new id on every fragment', {
    streamed: each(person(), {
      ids: reply(pieces({ index: 0, id: 'a', function: name }, { index: 0, id: 'b' }, { index: 0, id: 'c' })),
      'ids and names': reply(pieces(...['a', 'b', 'c'].map(id => ({ index: 0, id, function: name })))),
    }),
  }),
  scenario(47, 'id and name empty or null later on', {
    streamed: each(person(), {
      empty: reply(
        pieces(
          { index: 0, id: 'a', function: name },
          { index: 0, id: '', function: { name: '' } },
          { index: 0, id: '' },
        ),
      ),
      null: reply(
        pieces(
          { index: 0, id: 'a', function: name },
          { index: 0, id: null, function: { name: null } },
          { index: 0, id: null },
        ),
      ),
    }),
  }),
  scenario(48, 'no id at all; one id for two calls', {
    streamed: each(person(), {
      'no id': reply(pieces({ index: 0, function: name }, { index: 0 }, { index: 0 })),
      'one for two': reply(
        event(call({ index: 0, id: 'a', function: { name: 'Person', arguments: whole } })),
        event(call({ ...other(1), id: 'a' })),
        finish(),
        done,
      ),
    }),
    plain: each(person(), {
      'no id': reply(
        completion({ tool_calls: [{ type: 'function', function: { name: 'Person', arguments: whole } }] }),
      ),
      'one for two': reply(
        completion({
          tool_calls: [
            { id: 'a', function: { name: 'Person', arguments: whole } },
            { ...other(1), id: 'a' },
          ],
        }),
      ),
    }),
  }),
  scenario(49, 'the name comes late or in pieces', {
    streamed: each(person(), {
      late: reply(pieces({ index: 0, id: 'a' }, { index: 0 }, { index: 0, function: name })),
      split: reply(
        event(call({ index: 0, id: 'a', function: { name: 'Per' } })),
        pieces({ index: 0, function: { name: 'son' } }, { index: 0 }, { index: 0 }),
      ),
    }),
  }),
  scenario(50, 'two calls under one index', {
    streamed: each(person(), {
      'a new id and name': reply(event(opening(whole)), event(call({ ...other(0), id: 'b' })), finish(), done),
      'the other one first': reply(event(call(other(0))), event(opening(whole)), finish(), done),
    }),
  }),
  scenario(51, 'several calls, one after the other or in turns', {
    streamed: [
      ...each(person({ warnings: ['extra_call'] }), {
        'two answers': reply(
          event(opening(whole)),
          event(call({ index: 1, id: 'b', function: { name: 'Person', arguments: mallory } })),
          finish(),
          done,
        ),
        'in turns': reply(
          event(opening(one)),
          event(call({ index: 1, id: 'b', function: { name: 'Person', arguments: mallory.slice(0, 9) } })),
          event(going(two + three)),
          event(call({ index: 1, function: { arguments: mallory.slice(9) } })),
          finish(),
          done,
        ),
      }),
      ...each(person(), {
        'another function first': reply(
          event(call(other(0))),
          event(call({ index: 1, id: 'b', function: { name: 'Person', arguments: whole } })),
          finish(),
          done,
        ),
      }),
    ],
    plain: each(person({ warnings: ['extra_call'] }), {
      'two answers': reply(
        completion({
          tool_calls: [
            ...(called().tool_calls as object[]),
            { id: 'b', function: { name: 'Person', arguments: mallory } },
          ],
        }),
      ),
    }),
  }),
]
