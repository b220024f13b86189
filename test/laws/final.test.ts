import { createProvider, extract, type Issue } from 'decant'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeStrict } from '../../src/decode/strict.ts'
import type { JsonValue } from '../../src/json/index.ts'
import { compileSchema } from '../../src/schema/index.ts'
import { any, anyObject, cutBy, placesOf, replaced, schemaOf } from '../decode/declarations.ts'
import { eventStream, eventsText, fetchOf, streamOf } from '../helpers/answer.ts'
import { alice, Person } from '../helpers/person.ts'
import { law } from '../json/documents.ts'

const some = { ...law, numRuns: 200 }
const few = { ...law, numRuns: 100 }
const model = createProvider({ name: 'fake', baseURL: 'http://localhost/v1' })('m')
const once = { model, maxRepairs: 0, maxRetries: 0 }
const args = JSON.stringify(alice)

const textOf = (value: JsonValue, wrapper: string | undefined): string =>
  JSON.stringify(wrapper === undefined ? value : { [wrapper]: value })

const said = (warnings: readonly Issue[]) => warnings.map(({ code, path }) => [code, path])

describe('Final', () => {
  test('1. Strict: every truncation of the arguments is an error, never a value', async () => {
    await fc.assert(
      fc.asyncProperty(anyObject, fc.nat(), async ({ of, value }, at) => {
        const text = JSON.stringify(value)
        const decoded = await decodeStrict(text.slice(0, 1 + (at % (text.length - 1))), compileSchema(schemaOf(of)))
        expect(decoded).toMatchObject({ ok: false, code: 'invalid_json' })
      }),
      some,
    )
  })

  test('1. Strict: every truncation of a streamed answer is an error, never a value', async () => {
    const body = eventsText({ name: 'Person', pieces: cutBy(args, [20]) })
    // From the event that holds the finish reason on, an end was seen.
    const end = body.indexOf('\n\n', body.indexOf('finish_reason'))
    for (let at = 0; at < end; at++) {
      const fetch = fetchOf(() => eventStream(body.slice(0, at)))
      const error = await extract(Person, '', { ...once, fetch, stream: true }).catch(reason => reason)
      expect([at, error.name]).toEqual([at, expect.stringMatching(/^(StreamError|OutputError)$/)])
      expect(error.calls).toHaveLength(1)
    }
    expect(await extract(Person, '', { ...once, fetch: fetchOf(() => eventStream(body)), stream: true })).toEqual(alice)
  })

  test('1. Strict: every truncation of a plain answer is an error, never a value', async () => {
    const message = { tool_calls: [{ id: 'a', type: 'function', function: { name: 'Person', arguments: args } }] }
    const body = JSON.stringify({ choices: [{ message, finish_reason: 'tool_calls' }] })
    for (let at = 0; at < body.length; at++) {
      const fetch = fetchOf(() => new Response(body.slice(0, at), { headers: { 'content-type': 'application/json' } }))
      const error = await extract(Person, '', { ...once, fetch }).catch(reason => reason)
      expect([at, error.name]).toEqual([at, 'StreamError'])
    }
  })

  test.each(['length', 'content_filter', 'error'])(
    '1. Strict: no answer ends with %s, whole as it may be',
    async finishReason => {
      const fetch = fetchOf(() => streamOf({ name: 'Person', pieces: [args], finishReason }))
      const error = await extract(Person, '', { ...once, fetch, stream: true }).catch(reason => reason)
      expect(error.code).toBe(
        { length: 'truncated', content_filter: 'content_filter', error: 'upstream' }[finishReason],
      )
    },
  )

  test('2. Nothing is guessed: what fits is taken as it is', async () => {
    await fc.assert(
      fc.asyncProperty(any, async ({ of, value }) => {
        const declaration = compileSchema(schemaOf(of))
        const decoded = await decodeStrict(textOf(value, declaration.wrapper), declaration)
        expect(decoded).toEqual({ ok: true, output: value, input: value, warnings: [] })
      }),
      some,
    )
  })

  test('2. Nothing is guessed: no value is coerced', async () => {
    await fc.assert(
      fc.asyncProperty(any, fc.nat(), async ({ of, value }, which) => {
        const leaves = placesOf(of, value).filter(
          place => place.of.kind === 'nothing' || typeof place.value !== 'object',
        )
        fc.pre(leaves.length > 0)
        const leaf = leaves[which % leaves.length]!
        const other = typeof leaf.value === 'string' ? 12 : String(leaf.value)
        const declaration = compileSchema(schemaOf(of))
        const text = textOf(replaced(value, leaf.path, other), declaration.wrapper)
        expect(await decodeStrict(text, declaration)).toMatchObject({
          ok: false,
          code: 'schema_mismatch',
          warnings: [],
        })
      }),
      some,
    )
  })

  test('2. Nothing is guessed: three unwrappings lose nothing and are reported', async () => {
    await fc.assert(
      fc.asyncProperty(anyObject, fc.nat(), async ({ of, value }, which) => {
        const declaration = compileSchema(schemaOf(of))
        const text = JSON.stringify(value)
        const containers = placesOf(of, value).filter(place => typeof place.value === 'object' && place.value !== null)
        const { path, value: inner } = containers[which % containers.length]!
        const mended: [string, unknown][] = [
          [`\`\`\`json\n${text}\n\`\`\``, [['fenced', []]]],
          [`{"arguments":${text}}`, [['wrapped', []]]],
          [`{"extract":${text}}`, [['wrapped', []]]],
          [JSON.stringify(replaced(value, path, JSON.stringify(inner))), [['encoded_twice', path]]],
        ]
        for (const [spoilt, warnings] of mended) {
          const decoded = await decodeStrict(spoilt, declaration)
          expect(decoded).toMatchObject({ ok: true, output: value, input: value })
          expect(said(decoded.warnings)).toEqual(warnings)
        }
      }),
      some,
    )
  })

  test('2. Nothing is guessed: unsafe integers and numbers without an end are refused, wherever they stand', async () => {
    const mark = '"the number"'
    const numbers = fc.constantFrom('9007199254740993', '-9007199254740992', '1e999', '-1e400')
    await fc.assert(
      fc.asyncProperty(any, fc.nat(), numbers, async ({ of, value }, which, number) => {
        const places = placesOf(of, value).filter(place => place.of.kind === 'number')
        fc.pre(places.length > 0)
        const { path } = places[which % places.length]!
        const declaration = compileSchema(schemaOf(of))
        const text = textOf(replaced(value, path, JSON.parse(mark)), declaration.wrapper).replace(mark, number)
        const decoded = await decodeStrict(text, declaration)
        expect(decoded).toMatchObject({ ok: false, code: 'schema_mismatch' })
        expect(decoded).toMatchObject({
          issues: [{ path, code: number.includes('e') ? 'non_finite' : 'unsafe_integer' }],
        })
      }),
      some,
    )
  })

  test('3. Every call is accounted for', async () => {
    const turns = {
      tool: () => streamOf({ name: 'look', pieces: ['{}'] }),
      // Another one each time: the same failure twice in a row is the last.
      wrong: (nth: number) => streamOf({ name: 'Person', pieces: ['{"name"', `:${nth}}`] }),
      cut: () => streamOf({ name: 'Person', pieces: [args], finishReason: 'length' }),
      busy: () => new Response('{"error":{"message":"busy"}}', { status: 429, headers: { 'retry-after-ms': '0' } }),
      right: () => streamOf({ name: 'Person', pieces: [args] }),
    }
    type Turn = keyof typeof turns
    const outcomes = { tool: 'ok', wrong: 'schema_mismatch', busy: 'rate_limit', right: 'ok', cut: 'truncated' }
    const script = fc.tuple(
      fc.array(fc.constantFrom<Turn>('tool', 'wrong', 'busy'), { maxLength: 5 }),
      fc.constantFrom<Turn>('right', 'cut'),
    )
    await fc.assert(
      fc.asyncProperty(script, async ([before, last]) => {
        const sequence = [...before, last]
        const extraction = extract(Person, '', {
          model,
          maxRetries: 9,
          maxRepairs: 9,
          maxSteps: 9,
          stream: true,
          tools: { look: { inputSchema: schemaOf({ kind: 'object', fields: {} }), execute: () => 'seen' } },
          fetch: fetchOf(request => turns[sequence[request]!](request)),
        })
        const end = await extraction.result().catch(reason => reason)
        const kinds = sequence.map((_, i) => {
          const previous = sequence[i - 1]
          return previous === undefined
            ? 'first'
            : previous === 'busy'
              ? 'retry'
              : previous === 'tool'
                ? 'step'
                : 'repair'
        })
        expect(end.calls).toBe(extraction.calls)
        expect(extraction.calls.map(({ kind, outcome }) => [kind, outcome])).toEqual(
          sequence.map((turn, i) => [kinds[i], outcomes[turn]]),
        )
        for (const [i, { usage, estimated, issues, timing }] of extraction.calls.entries()) {
          const counted = sequence[i] !== 'busy'
          expect(usage).toEqual(counted ? { inputTokens: 10, outputTokens: 5, totalTokens: 15 } : undefined)
          // A refused call had no part in the bill, so there is nothing to estimate.
          expect(estimated).toBeUndefined()
          expect(issues.length > 0).toBe(sequence[i] === 'wrong')
          expect(timing.total).toBeGreaterThanOrEqual(0)
        }
        const billed = sequence.filter(turn => turn !== 'busy').length
        expect(end.usage).toEqual({ inputTokens: 10 * billed, outputTokens: 5 * billed, totalTokens: 15 * billed })
        expect(end).not.toHaveProperty('cost')
      }),
      few,
    )
  })
})
