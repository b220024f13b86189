import { extract, type Options } from 'decant'
import { createJsonParser } from 'decant/json'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { withoutHalves } from '../../src/decode/halves.ts'
import { begun, done, event, finish, plain } from '../faults/answers.ts'

const value = { a: ['x\ud83e', '🦜'], '\udd9c': { b: '\udd9c' } }
const reading = { value, notes: [] }

test('what is whole, or may stay, is the same value', () => {
  const whole = { value: { a: ['🦜'] }, notes: [] }
  for (const mode of [undefined, 'keep', 'replace', 'refuse'] as const) {
    expect(withoutHalves(whole, mode).value).toBe(whole.value)
  }
  expect(withoutHalves(reading, 'keep')).toEqual(reading)
})

test('replace: in strings and keys, each with a note', () => {
  const { value: clean, notes } = withoutHalves(reading, 'replace')
  expect(clean).toEqual({ a: ['x\ufffd', '🦜'], '\ufffd': { b: '\ufffd' } })
  expect(notes.map(({ code, path }) => [code, path])).toEqual([
    ['replaced', ['a', 0]],
    ['replaced', []],
    ['replaced', ['\ufffd', 'b']],
  ])
})

test('refuse: an issue for each place, by the path that the value has', () => {
  const { value: same, notes } = withoutHalves(reading, 'refuse')
  expect(same).toBe(value)
  expect(notes.map(({ code, path }) => [code, path])).toEqual([
    ['half_character', ['a', 0]],
    ['half_character', []],
    ['half_character', ['\udd9c', 'b']],
  ])
})

test('__proto__ stays an own key', () => {
  const { value: clean } = withoutHalves({ value: JSON.parse('{"__proto__":"\\ud83e"}'), notes: [] }, 'replace')
  expect(Object.hasOwn(clean as object, '__proto__')).toBe(true)
})

test('the parser comes to the same, however the text is cut', () => {
  const unit = fc.constantFrom('\\ud83e', '\\udd9c', '\ud83e', '\udd9c', 'x', '\\n')
  const text = fc.tuple(fc.array(unit), fc.array(unit)).map(([key, item]) => `{"${key.join('')}":["${item.join('')}"]}`)
  fc.assert(
    fc.property(text, fc.array(fc.nat(80)), (json, cuts) => {
      const parser = createJsonParser({ wellFormed: true })
      let from = 0
      for (const at of cuts.filter(cut => cut < json.length).sort((a, b) => a - b)) {
        parser.feed(json.slice(from, at))
        from = at
      }
      parser.feed(json.slice(from))
      expect(parser.finish()).toEqual(withoutHalves({ value: JSON.parse(json), notes: [] }, 'replace').value)
    }),
    { seed: 20261121, numRuns: 1000 },
  )
})

const ask = (schema: z.ZodType, body: string, wellFormed: Options['wellFormed']) =>
  extract(schema, '', {
    model: 'openai/m',
    fetch: async () => new Response(body),
    stream: true,
    wellFormed,
    maxRepairs: 0,
  })
const text = event({ content: 'a\ud83e' }) + event({ content: 'b' }) + finish('stop') + done

test('a text answer', async () => {
  expect(await ask(z.string(), text, 'keep')).toBe('a\ud83eb')
  const replaced = ask(z.string(), text, 'replace')
  let last: unknown
  for await (const partial of replaced) last = partial
  const { output, warnings } = await replaced.result()
  expect([output, last, warnings.map(({ code }) => code)]).toEqual(['a\ufffdb', 'a\ufffdb', ['replaced']])
  await expect(ask(z.string(), text, 'refuse').result()).rejects.toMatchObject({
    code: 'schema_mismatch',
    issues: [{ code: 'half_character', path: [] }],
  })
})

test('no partial of a text answer shows half a pair that came in two deltas; half of one that ends it stays', async () => {
  const deltas = ['a', '\ud83e', '\udd9cb', '\ud83e'].map(content => event({ content }))
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise(setImmediate)
      const next = [...deltas, finish('stop') + done][sent++]
      if (next === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(next))
    },
  })
  let sent = 0
  const asking = extract(z.string(), '', { model: 'openai/m', fetch: async () => new Response(body) })
  const seen: unknown[] = []
  for await (const partial of asking) seen.push(partial)
  expect(seen).toEqual(['a', 'a🦜b', 'a🦜b\ud83e'])
  expect(await asking).toBe('a🦜b\ud83e')
})

test('elements are handed out whole', async () => {
  const body = begun('{"value":["a\\ud83e","b"]}') + finish() + done
  const elements: unknown[] = []
  const list = z.array(z.string()).meta({ title: 'Person' })
  for await (const element of ask(list, body, 'replace').elements()) elements.push(element)
  expect(elements).toEqual(['a\ufffd', 'b'])
})

test('a refusal is repaired', async () => {
  const bodies = [plain('{"name":"\\ud83e"}'), plain('{"name":"🦜"}')]
  const sent: string[] = []
  const Bird = z.object({ name: z.string() }).meta({ title: 'Person' })
  const bird = await extract(Bird, '', {
    model: 'openai/m',
    wellFormed: 'refuse',
    repair: 'whole',
    fetch: async (_, init) => {
      sent.push(String(init?.body))
      return new Response(bodies[sent.length - 1])
    },
  })
  expect(bird).toEqual({ name: '🦜' })
  expect(sent[1]).toContain('half a surrogate pair')
})
