import { type Event, extract, type OutputError } from 'decant'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { modelServer } from './helpers/model-server.ts'

const Line = z.object({ item: z.string(), quantity: z.int(), price: z.number() })
const Invoice = z
  .object({
    number: z.string(),
    customer: z.object({ name: z.string(), city: z.string() }),
    lines: z.array(Line),
    total: z.number(),
  })
  .meta({ title: 'Invoice' })

const lines = Array.from({ length: 12 }, (_, i) => ({ item: `Article number ${i}`, quantity: i + 1, price: 2.5 }))
const invoice = { number: 'A-1', customer: { name: 'Ann Arbor', city: 'Rome' }, lines, total: 195 }

const withLine = (index: number, line: object) => ({
  ...invoice,
  lines: lines.map((each, i) => (i === index ? { ...each, ...line } : each)),
})

const wrong = (index = 3, line: object = { quantity: 'four' }) => ({
  call: 'Invoice',
  args: JSON.stringify(withLine(index, line)),
})
const repair = (values: object) => ({ call: 'repair', args: JSON.stringify(values) })

describe.each([
  { wire: 'streamed', stream: true },
  { wire: 'plain', stream: false },
])('a wrong value in a large answer, $wire', ({ stream }) => {
  it('is asked for alone, by a function made of its part of the schema', async () => {
    await using server = await modelServer(wrong(), repair({ p1: 4 }))
    const { output, calls, text, messages, warnings } = await extract(Invoice, 'Bill?', {
      model: server.model(),
      stream,
    }).result()
    expect(output).toEqual(invoice)
    expect(JSON.parse(text)).toEqual(invoice)
    expect(warnings).toEqual([])
    const [first, second] = server.requests.map(({ body }) => body)
    expect(second.tools).toEqual([
      {
        type: 'function',
        function: {
          name: 'repair',
          description: 'Puts values in the place of wrong ones.',
          parameters: {
            type: 'object',
            properties: { p1: { type: 'integer', description: 'lines[3].quantity' } },
            required: ['p1'],
          },
        },
      },
    ])
    expect(second.tool_choice).toEqual({ type: 'function', function: { name: 'repair' } })
    expect(second.messages).toEqual([
      ...first.messages,
      {
        role: 'assistant',
        tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'Invoice', arguments: wrong().args } }],
      },
      {
        role: 'tool',
        tool_call_id: 'call_0',
        content:
          'The arguments do not fit the schema:\n' +
          '- lines[3].quantity: Invalid input: expected number, received string (received "four")\n' +
          "Call 'repair' with values for what is wrong; all else stays as it is.",
      },
    ])
    expect(calls).toMatchObject([
      { kind: 'first', attempt: 1, outcome: 'schema_mismatch', issues: [{ path: ['lines', 3, 'quantity'] }] },
      { kind: 'repair', attempt: 1, outcome: 'ok', issues: [] },
    ])
    expect(messages.at(-2)).toMatchObject({ tool_calls: [{ id: 'call_0', function: { arguments: text } }] })
    expect(messages.at(-1)).toEqual({ role: 'tool', tool_call_id: 'call_0', content: 'ok' })
  })

  it('may show another failure, which is patched as well, from what stands by then', async () => {
    const Checked = Invoice.refine(({ total }) => total === 195, { path: ['total'], message: 'must be 195' })
    const args = JSON.stringify({ ...withLine(3, { quantity: 'four' }), total: 7 })
    await using server = await modelServer({ call: 'Invoice', args }, repair({ p1: 4 }), repair({ p1: 195 }))
    const { output } = await extract(Checked, 'Bill?', { model: server.model(), stream, maxRepairs: 2 }).result()
    expect(output).toEqual(invoice)
    const { messages, tools } = server.requests[2]!.body
    expect(messages).toHaveLength(3)
    expect(JSON.parse(messages[1].tool_calls[0].function.arguments)).toEqual({ ...invoice, total: 7 })
    expect(messages[2].content).toContain('- total: must be 195 (received 7)')
    expect(tools[0].function.parameters.properties).toEqual({ p1: { type: 'number', description: 'total' } })
  })

  it.each([
    ['the same value', repair({ p1: 'four' }), 'schema_mismatch'],
    ['nothing', repair({}), 'schema_mismatch'],
    ['no JSON', { call: 'repair', args: '{"p1": four}' }, 'invalid_json'],
    ['text', { text: 'It is four.' }, 'no_call'],
    ['another function', { call: 'Invoice', args: JSON.stringify(invoice) }, 'wrong_call'],
  ] as const)('is asked for with the whole when the patch is %s', async (_, reply, outcome) => {
    await using server = await modelServer(wrong(), reply, { call: 'Invoice', args: JSON.stringify(invoice) })
    const { output, calls } = await extract(Invoice, 'Bill?', {
      model: server.model(),
      stream,
      maxRepairs: 2,
    }).result()
    expect(output).toEqual(invoice)
    expect(calls.map(call => [call.kind, call.attempt, call.outcome])).toEqual([
      ['first', 1, 'schema_mismatch'],
      ['repair', 1, outcome],
      ['repair', 2, 'ok'],
    ])
    const [first, , third] = server.requests.map(({ body }) => body)
    expect(third.tools).toEqual(first.tools)
    // Only the last failure is quoted, however many there were.
    expect(third.messages).toHaveLength(3)
    expect(third.messages[1].tool_calls[0].function.arguments).toBe(wrong().args)
  })

  it('is an error with all calls when no repair is left', async () => {
    await using server = await modelServer(wrong(), repair({ p1: 'vier' }))
    const error: OutputError = await extract(Invoice, 'Bill?', { model: server.model(), stream }).catch(
      reason => reason,
    )
    expect(error).toMatchObject({
      code: 'schema_mismatch',
      issues: [{ path: ['lines', 3, 'quantity'] }],
      calls: [{ kind: 'first' }, { kind: 'repair' }],
      usage: { totalTokens: 30 },
    })
    expect(JSON.parse(error.text)).toEqual(withLine(3, { quantity: 'vier' }))
  })

  it('is not patched when that is cut or refused: nothing is repaired then', async () => {
    await using server = await modelServer(wrong(), (_, response) => {
      const choice = { index: 0, finish_reason: 'length' }
      const tool_calls = [{ index: 0, id: 'c', function: { name: 'repair', arguments: '{"p1":4' } }]
      if (stream) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end(`data: ${JSON.stringify({ choices: [{ ...choice, delta: { tool_calls } }] })}\n\ndata: [DONE]\n\n`)
      } else response.end(JSON.stringify({ choices: [{ ...choice, message: { tool_calls } }] }))
    })
    const asked = extract(Invoice, 'Bill?', { model: server.model(), stream, maxRepairs: 5 })
    expect(await asked.catch(reason => reason)).toMatchObject({ code: 'truncated', calls: [{}, {}] })
  })
})

describe('which repair is picked', () => {
  const toolsOf = async (repair: 'auto' | 'patch' | 'whole' | undefined, args: string, schema: z.ZodType = Invoice) => {
    await using server = await modelServer({ call: 'Invoice', args }, { status: 400, body: {} })
    await extract(schema, 'Bill?', { model: server.model(), repair }).catch(() => {})
    return server.requests[1]!.body.tools[0].function.name
  }
  const tiny = JSON.stringify({ ...invoice, total: 'x', lines: [] })

  it.each([
    ['auto', 'of a large answer', wrong().args, 'repair'],
    [undefined, 'of a large answer', wrong().args, 'repair'],
    ['patch', 'of a large answer', wrong().args, 'repair'],
    ['whole', 'of a large answer', wrong().args, 'Invoice'],
    ['auto', 'of a small answer', tiny, 'Invoice'],
    ['patch', 'of a small answer', tiny, 'repair'],
    ['patch', 'of what is no JSON', '{"number":', 'Invoice'],
    ['patch', 'of an answer that had to be unwrapped', `{"arguments":${wrong().args}}`, 'Invoice'],
    ['patch', 'of a root of the wrong kind', '[]', 'Invoice'],
  ] as const)('%s, %s', async (option, _, args, name) => {
    expect(await toolsOf(option, args)).toBe(name)
  })

  it('is the whole when a great part is wrong', async () => {
    const all = { ...invoice, lines: lines.map(line => ({ ...line, quantity: 'many' })) }
    expect(await toolsOf('auto', JSON.stringify(all))).toBe('Invoice')
  })

  it("is the whole with the caller's own words", async () => {
    await using server = await modelServer(wrong(), { call: 'Invoice', args: JSON.stringify(invoice) })
    const seen: unknown[] = []
    const output = await extract(Invoice, 'Bill?', {
      model: server.model(),
      repair(failure) {
        seen.push(failure)
        return 'Numbers as digits, please.'
      },
    })
    expect(output).toEqual(invoice)
    expect(seen).toMatchObject([{ code: 'schema_mismatch', issues: [{}], text: wrong().args }])
    expect(server.requests[1]!.body.messages.at(-1)).toEqual({
      role: 'tool',
      tool_call_id: 'call_0',
      content: 'Numbers as digits, please.',
    })
  })

  it.each(['Auto', 1, null])('is refused when it is %j', value => {
    expect(() => extract(Invoice, '', { model: 'openai/x', repair: value as never })).toThrow(RangeError)
  })
})

describe('a repair that changes nothing', () => {
  it('is the last one, and the error says so', async () => {
    await using server = await modelServer(wrong(), wrong(), wrong())
    const asked = extract(Invoice, 'Bill?', { model: server.model(), maxRepairs: 5, repair: 'whole' })
    const error = await asked.catch(reason => reason)
    expect(error.message).toMatch(/after 1 repair: lines\[3\]\.quantity: .*; the repair has changed nothing/)
    expect(server.requests).toHaveLength(2)
  })
})

describe('a patch in a stream', () => {
  it('goes on from the last snapshot: the attempt stays, and so does every branch that was right', async () => {
    await using server = await modelServer(wrong(), repair({ p1: 4 }))
    const extraction = extract(Invoice, 'Bill?', { model: server.model() })
    const seen: any[] = []
    for await (const partial of extraction) {
      expect(extraction.attempt).toBe(1)
      seen.push(partial)
    }
    const [before, after] = seen.slice(-2)
    expect(before.lines[3]).toEqual({ item: 'Article number 3', price: 2.5 })
    expect(after).toEqual(invoice)
    expect(after.customer).toBe(before.customer)
    for (const [i, line] of before.lines.entries()) if (i !== 3) expect(after.lines[i]).toBe(line)
    expect(extraction.stateOf('lines[3].quantity')).toBe('complete')
  })

  it('says so in the events, and completes what is right now', async () => {
    await using server = await modelServer(wrong(), repair({ p1: 4 }))
    const events: Event[] = []
    for await (const event of extract(Invoice, 'Bill?', { model: server.model() }).events()) events.push(event)
    const after = events.slice(events.findIndex(({ type }) => type === 'repair'))
    expect(after.map(event => [event.type, event.attempt])).toEqual([
      ['repair', 1],
      ['request', 1],
      ['complete', 1],
      ['complete', 1],
      ['complete', 1],
      ['complete', 1],
      ['partial', 1],
      ['finish', 1],
    ])
    expect(after[0]).toMatchObject({ kind: 'patch', issues: [{ path: ['lines', 3, 'quantity'] }] })
    const paths = after.flatMap(event => (event.type === 'complete' ? [event.path] : []))
    expect(paths).toEqual([['lines', 3, 'quantity'], ['lines', 3], ['lines'], []])
  })

  it('survives a connection that fails: the request for the patch is sent again, and the attempt stays', async () => {
    await using server = await modelServer(
      wrong(),
      { status: 503, body: {}, headers: { 'retry-after': '0' } },
      repair({ p1: 4 }),
    )
    const extraction = extract(Invoice, 'Bill?', { model: server.model(), stream: true })
    expect(await extraction).toEqual(invoice)
    expect(extraction.attempt).toBe(1)
    expect(extraction.calls.map(({ kind }) => kind)).toEqual(['first', 'repair', 'retry'])
  })
})

describe('elements that were handed out', () => {
  it('are final: the others come once they are right', async () => {
    await using server = await modelServer(wrong(), repair({ p1: 4 }))
    const extraction = extract(Invoice, 'Bill?', { model: server.model() })
    const seen: unknown[] = []
    for await (const line of extraction.elements('lines[]')) seen.push(line)
    expect(seen).toEqual([...lines.filter((_, i) => i !== 3), lines[3]])
    expect(await extraction).toEqual(invoice)
  })

  it('are not repaired: where one of them is wrong, the error lists all of them', async () => {
    const Strict = Invoice.refine(({ lines }) => lines[1]!.quantity < 2, {
      path: ['lines', 1, 'quantity'],
      message: 'too many',
    })
    await using server = await modelServer({ call: 'Invoice', args: JSON.stringify(invoice) })
    const extraction = extract(Strict, 'Bill?', { model: server.model(), maxRepairs: 3 })
    const read = async () => {
      for await (const _ of extraction.elements('lines[]'));
    }
    const error = await read().catch(reason => reason)
    expect(error).toMatchObject({ name: 'OutputError', code: 'schema_mismatch' })
    expect(error.message).toContain('handed out are final, so nothing was repaired: lines[0], lines[1]')
    expect(error.handedOut).toEqual(lines.map((_, i) => ['lines', i]))
    expect(server.requests).toHaveLength(1)
  })
})
