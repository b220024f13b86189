import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCassette } from '../../src/cassette/read.ts'
import { BodyReader } from '../../src/http/body.ts'
import { encodeRequest } from '../../src/wire/chat-completions/encode.ts'
import { providerOf } from '../../src/wire/provider.ts'
import { bodyOf, bytesOf, cutAt, law, perByte, read, sinkOf } from '../http/streams.ts'
import { decoder } from '../wire/chat-completions/decoding.ts'

const folder = fileURLToPath(new URL('../../cassettes/', import.meta.url))

/** Every recorded answer that is not an error. */
const recorded = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.yaml'))
  .sort()
  .flatMap(name =>
    parseCassette(readFileSync(`${folder}/${name}`, 'utf8'), name).interactions.flatMap(({ id, response }) =>
      response.code === 200 ? [{ name: `${name} #${id}`, body: response.body ?? '' }] : [],
    ),
  )

/** Reads a body cut into these chunks to its end. */
const answer = async (chunks: readonly Uint8Array[]) => {
  const { decoder: chat, told } = decoder()
  const sink = sinkOf(text => chat.feed(text))
  sink.repeats = (piece, from) => chat.repeats(piece, from)
  const reader = new BodyReader(new Response(bodyOf(chunks).stream), [])
  const whole = await reader.read(sink, new AbortController().signal)
  const { reported, finishReason, id, outputLength } = chat
  return { whole, turn: chat.end(), told, reported, finishReason, id, outputLength }
}

/** The same stream with other line ends, comments between its events, and a byte order mark. */
const disguised = (body: string, lineEnds: readonly string[], comments: readonly string[], mark: boolean): string => {
  const events = body.split(/\n\n/).filter(event => event.trim() !== '')
  const written = events.map((event, i) => {
    // One style to an event: a CR before an LF would be one line end, not two.
    const end = lineEnds[i % lineEnds.length]!
    const comment = comments[i % comments.length]!
    return [...(comment === '' ? [] : [`: ${comment}`]), ...event.split('\n'), '', ''].join(end)
  })
  return `${mark ? '\ufeff' : ''}${written.join('')}`
}

const offsets = fc.array(fc.nat(20_000), { maxLength: 40 }).map(all => [...all].sort((a, b) => a - b))

describe('1. One decoder, two shapes', () => {
  test.each(recorded)('chunk borders never change what comes of $name', async ({ body }) => {
    const bytes = bytesOf(body)
    const whole = await answer([bytes])
    expect(whole.turn.finishReason).not.toBe(null)
    expect(await answer(body.split(/(?<=\n\n)/).map(bytesOf))).toEqual(whole)
    expect(await answer(perByte(bytes))).toEqual(whole)
    await fc.assert(
      fc.asyncProperty(offsets, async cuts => {
        expect(await answer(cutAt(bytes, cuts))).toEqual(whole)
      }),
      { ...law, numRuns: 30 },
    )
  })

  test.each(recorded.filter(({ body }) => body.startsWith('data:')))(
    'nor do line ends, comments or a byte order mark: $name',
    async ({ body }) => {
      const whole = await answer([bytesOf(body)])
      const lineEnds = fc.array(fc.constantFrom('\n', '\r', '\r\n'), { minLength: 1, maxLength: 3 })
      const comments = fc.array(fc.constantFrom('', 'OPENROUTER PROCESSING', ' data: {}', '\u2028é'), { minLength: 1 })
      await fc.assert(
        fc.asyncProperty(lineEnds, comments, fc.boolean(), offsets, async (ends, between, mark, cuts) => {
          const bytes = bytesOf(disguised(body, ends, between, mark))
          expect(await answer(cutAt(bytes, cuts))).toEqual(whole)
        }),
        { ...law, numRuns: 30 },
      )
      expect(await answer(perByte(bytesOf(disguised(body, ['\r', '\r\n', '\n'], ['x'], true))))).toEqual(whole)
    },
  )

  test('a plain completion and its stream give the same turn', async () => {
    const words = fc.string({ unit: 'grapheme', maxLength: 12 })
    const call = fc.record({
      id: fc.uuid(),
      name: fc.constantFrom('Person', 'add', 'a'),
      text: fc.oneof(fc.json(), fc.constantFrom('', '{}', '{"a":1}{"a":1}', '[[')),
    })
    const turns = fc.record({
      content: words,
      reasoning: words,
      calls: fc.array(call, { maxLength: 4 }),
      finish: fc.constantFrom('stop', 'tool_calls', 'length'),
      usage: fc.option(fc.record({ prompt_tokens: fc.nat(99), completion_tokens: fc.nat(99) }), { nil: undefined }),
      size: fc.integer({ min: 1, max: 7 }),
    })
    await fc.assert(
      fc.asyncProperty(turns, offsets, async ({ content, reasoning, calls, finish, usage, size }, cuts) => {
        const pieces = (text: string): string[] => text.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? []
        const entry = ({ id, name }: (typeof calls)[number], text: string) => ({
          id,
          type: 'function',
          function: { name, arguments: text },
        })
        const message = { role: 'assistant', content, reasoning, tool_calls: calls.map(each => entry(each, each.text)) }
        const plain = { id: 'x', choices: [{ index: 0, message, finish_reason: finish }], ...(usage && { usage }) }
        const chunk = (delta: object, finish_reason: string | null = null) => ({
          id: 'x',
          choices: [{ index: 0, delta, finish_reason }],
        })
        const stream = [
          ...pieces(reasoning).map(text => chunk({ reasoning: text })),
          ...pieces(content).map(text => chunk({ content: text })),
          ...calls.flatMap((each, index) => [
            chunk({ tool_calls: [{ index, ...entry(each, '') }] }),
            ...pieces(each.text).map(text => chunk({ tool_calls: [{ index, function: { arguments: text } }] })),
          ]),
          chunk({}, finish),
          ...(usage ? [{ choices: [], usage }] : []),
        ]
        // A whole in one piece and then once more is what a server says twice, not what a model writes.
        fc.pre(!calls.some(({ text }) => text === '{"a":1}{"a":1}' && size === 7))
        const events = `${stream.map(each => `data: ${JSON.stringify(each)}\n\n`).join('')}data: [DONE]\n\n`
        expect(await answer(cutAt(bytesOf(events), cuts))).toEqual(
          await answer(cutAt(bytesOf(JSON.stringify(plain)), cuts)),
        )
      }),
      { ...law, numRuns: 300 },
    )
  })
})

test("2. The caller's values are never mutated", () => {
  const freeze = <T>(value: T): T => {
    if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze)
    return value
  }
  const json = fc.jsonValue({ maxDepth: 2 })
  fc.assert(
    fc.property(fc.array(json), fc.dictionary(fc.string(), json), fc.boolean(), (contents, extraBody, stream) => {
      const messages = freeze(contents.map(content => ({ role: 'user' as const, content: content as string })))
      const parameters = freeze({ type: 'object', properties: extraBody })
      const functions = freeze([{ name: 'f', description: undefined, parameters }])
      const provider = providerOf({ name: 'acme', baseURL: 'https://acme.test', asksForUsage: true })
      const settings = freeze({ extraBody, reasoning: { effort: 'low' as const } })
      const request = freeze({ messages, functions, choice: { name: 'f' }, stream })
      const once = encodeRequest(provider, 'm', request, settings)
      const again = JSON.stringify(encodeRequest(provider, 'm', request, settings))
      expect(JSON.stringify(once)).toBe(again)
      // What is done to the body reaches nobody else's.
      for (const key of Object.keys(once)) delete once[key]
      expect(JSON.stringify(encodeRequest(provider, 'm', request, settings))).toBe(again)
    }),
    { ...law, numRuns: 300 },
  )
})

test('3. Every stream ends', async () => {
  const text = recorded[0]!.body
  const bytes = bytesOf(text)
  const after = fc.oneof(
    fc.constant('end' as const),
    fc.constant('silence' as const),
    fc.anything().map(error => ({ error })),
  )
  const noise = fc.oneof(fc.constant(new Uint8Array()), fc.uint8Array({ maxLength: 8 }), fc.string().map(bytesOf))
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length), noise, after, offsets, async (length, junk, ending, cuts) => {
      const abort = new AbortController()
      const chunks = cutAt(bytesOf(text.slice(0, length)), cuts)
      // Only silence needs a clock, which is the caller's: it aborts.
      if (ending === 'silence') setImmediate(() => abort.abort('silent'))
      const outcome = await read([...chunks, junk], { after: ending, signal: abort.signal }).then(
        ({ whole }) => whole,
        error => (error === 'silent' ? error : error.name),
      )
      expect([true, false, 'StreamError', ...(ending === 'silence' ? ['silent'] : [])]).toContain(outcome)
    }),
    { ...law, numRuns: 500 },
  )
})
