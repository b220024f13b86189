import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/repair/fault.ts'
import { closedTurn, ownTurn, repairMessages } from '../../src/repair/whole.ts'
import { issueSummary } from '../../src/repair/words.ts'
import type { Turn } from '../../src/wire/wire.ts'

const person = { name: 'Person', isText: false, wrapper: undefined }

const turnOf = (calls: { id: string; name: string; arguments?: string }[], text = ''): Turn => ({
  message: {
    role: 'assistant',
    ...(text !== '' && { content: text }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, arguments: args = '{}' }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: args },
      })),
    }),
  },
  text,
  reasoning: '',
  refusal: '',
  calls: calls.map(call => ({ arguments: '{}', ...call })),
  ending: 'clean',
  finishReason: 'tool_calls',
})

const mismatch = (issues: Fault['issues'], input: unknown): Fault => ({ code: 'schema_mismatch', issues, input })
const age = { path: ['age'], code: 'invalid_type', message: 'expected number, received string' }
const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

describe('asking for the whole answer again', () => {
  it('says under the call of the answer what is wrong, and under every other that it was not run', () => {
    const turn = turnOf([
      { id: 'a', name: 'weather' },
      { id: 'b', name: 'Person' },
      { id: 'c', name: 'Person' },
    ])
    expect(repairMessages(turn, mismatch([age], { age: 'thirty' }), person, turn.calls[1])).toEqual([
      turn.message,
      { role: 'tool', tool_call_id: 'a', content: 'Not run.' },
      {
        role: 'tool',
        tool_call_id: 'b',
        content:
          'The arguments do not fit the schema:\n' +
          '- age: expected number, received string (received "thirty")\n' +
          "Call 'Person' again with all of its arguments, corrected.",
      },
      { role: 'tool', tool_call_id: 'c', content: 'Not run.' },
    ])
  })

  it('says it under the first call when none has the right name', () => {
    const fault: Fault = { code: 'wrong_call', issues: [{ path: [], code: 'wrong_call', message: 'no' }] }
    const messages = repairMessages(
      turnOf([
        { id: 'a', name: 'Human' },
        { id: 'b', name: 'Human' },
      ]),
      fault,
      person,
    )
    expect(messages[1]).toMatchObject({ tool_call_id: 'a', content: expect.stringContaining("Call 'Person' again") })
    expect(messages[2]).toMatchObject({ tool_call_id: 'b', content: 'Not run.' })
  })

  it('says it as the user when there was no call, behind the text that came', () => {
    const fault: Fault = { code: 'no_call', issues: [{ path: [], code: 'no_call', message: 'text came' }] }
    expect(repairMessages(turnOf([], 'Alice is 30.'), fault, person)).toEqual([
      { role: 'assistant', content: 'Alice is 30.' },
      {
        role: 'user',
        content:
          "The answer was not given as a function call:\n- text came\nCall the function 'Person' with the answer as its arguments.",
      },
    ])
  })

  it('leaves out a turn that said nothing: no provider takes an empty one back', () => {
    const fault: Fault = { code: 'no_call', issues: [{ path: [], code: 'no_call', message: 'nothing came' }] }
    expect(repairMessages(turnOf([]), fault, person).map(({ role }) => role)).toEqual(['user'])
  })

  it('asks for text where text is wanted', () => {
    const text = { name: 'extract', isText: true, wrapper: undefined }
    const fault = mismatch([{ path: [], code: 'custom', message: 'too short' }], 'Hi')
    expect(repairMessages(turnOf([], 'Hi'), fault, text)[1]).toMatchObject({
      role: 'user',
      content: expect.stringMatching(/- too short \(received "Hi"\)\nAnswer with text\.$/),
    })
    const called = repairMessages(turnOf([{ id: 'a', name: 'x' }]), fault, text)
    expect(called[1]).toMatchObject({ tool_call_id: 'a', content: expect.stringMatching(/Answer with text\.$/) })
  })

  it('speaks of a wrapped root as the model knows it', () => {
    const fault = mismatch(
      [
        { path: [1, 'n'], code: 'x', message: 'wrong' },
        { path: [], code: 'x', message: 'too few' },
      ],
      [{ n: 1 }, { n: 'two' }],
    )
    const [, said] = repairMessages(turnOf([{ id: 'a', name: 'Person' }]), fault, { ...person, wrapper: 'value' })
    expect(said!.content).toContain('- value[1].n: wrong (received "two")')
    expect(said!.content).toContain('- value: too few (received a list of 2)')
  })
})

describe('what is quoted', () => {
  const said = (issues: Fault['issues'], input: unknown): string =>
    String(repairMessages(turnOf([{ id: 'a', name: 'Person' }]), mismatch(issues, input), person)[1]!.content)

  it.each([
    ['a string', 'x', ' (received "x")'],
    ['a number', 1.5, ' (received 1.5)'],
    ['null', null, ' (received null)'],
    ['a boolean', false, ' (received false)'],
    ['a list', [1, 2, 3], ' (received a list of 3)'],
    ['an object', { a: 1 }, ' (received an object)'],
    ['line breaks and quotes', 'a\n"b"', ' (received "a\\n\\"b\\"")'],
    ['a long string', 'y'.repeat(1000), ` (received "${'y'.repeat(100)}", cut)`],
  ])('%s', (_, value, quote) => {
    expect(said([age], { age: value })).toContain(`- age: ${age.message}${quote}\n`)
  })

  it('nothing where nothing came, nor anything from a prototype', () => {
    expect(said([age], {})).toContain(`- age: ${age.message}\n`)
    expect(said([{ ...age, path: ['toString'] }], {})).toContain(`- toString: ${age.message}\n`)
    expect(said([{ ...age, path: ['age', 'x'] }], { age: 1 })).toContain(`- age.x: ${age.message}\n`)
  })

  it('a string cut inside a surrogate pair, well-formed', () => {
    const text = said([age], { age: `${'y'.repeat(99)}😀` })
    expect(text).toContain(`y\ufffd", cut`)
    expect(JSON.stringify(text)).not.toContain('\\\\ud83d')
    expect(text).not.toMatch(lone)
  })

  it('ten issues of ten thousand, and how many more there are', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ path: ['rows', i], code: 'x', message: 'wrong' }))
    const lines = said(many, {}).split('\n')
    expect(lines).toHaveLength(13)
    expect(lines[1]).toBe('- rows[0]: wrong')
    expect(lines[11]).toBe('- and 9990 more')
  })

  it('words of any length, cut', () => {
    const long = { path: ['k'.repeat(10_000)], code: 'unrecognized_keys', message: 'w'.repeat(100_000) }
    expect(said([long], {}).length).toBeLessThan(700)
  })

  it('no issue at all is still a message', () => {
    expect(said([], {})).toBe(
      "The arguments do not fit the schema:\nCall 'Person' again with all of its arguments, corrected.",
    )
  })
})

describe('the turn that goes back', () => {
  it('is the turn as it came, with what a gateway put beside it', () => {
    const turn = turnOf([{ id: 'a', name: 'Person', arguments: '{"a": 1, ' }])
    const details = [{ type: 'reasoning.text', text: 'hm', signature: 'sig' }]
    const message = { ...turn.message, reasoning_details: details }
    expect(ownTurn({ ...turn, message })).toEqual([message])
  })

  it('has no lone surrogate anywhere, and leaves pairs alone', () => {
    const turn = turnOf([{ id: 'a', name: 'Person', arguments: '{"a":"\ud83d"}' }], 'x\ude00 😀')
    const [message] = ownTurn({ ...turn, message: { ...turn.message, reasoning: '\ud83d' } })
    expect(message).toEqual({
      role: 'assistant',
      content: 'x\ufffd 😀',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'Person', arguments: '{"a":"\ufffd"}' } }],
      reasoning: '\ufffd',
    })
    expect(turn.message.content).toBe('x\ude00 😀')
  })

  it('is closed: a result under every call', () => {
    const turn = turnOf([
      { id: 'a', name: 'x' },
      { id: 'b', name: 'Person' },
    ])
    expect(
      closedTurn(turn, new Map([[turn.calls[1]!, 'ok']])).map(({ tool_call_id, content }) => [tool_call_id, content]),
    ).toEqual([
      [undefined, undefined],
      ['a', 'Not run.'],
      ['b', 'ok'],
    ])
  })
})

describe('issues in the message of an error', () => {
  it('are the first one and how many more', () => {
    expect(issueSummary([age])).toBe('age: expected number, received string')
    expect(issueSummary([{ ...age, path: [] }, age])).toBe('expected number, received string (and 1 more issue)')
    expect(issueSummary([age, age, age])).toMatch(/\(and 2 more issues\)$/)
    expect(issueSummary([])).toBe('it does not say why')
  })
})
