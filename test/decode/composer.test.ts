import { describe, expect, it } from 'vitest'
import { Composer } from '../../src/decode/composer.ts'

type Step = readonly [index: number, text: string]

/** What the calls come to: their names by index, then pieces of their arguments. */
const compose = (names: Record<number, string>, steps: readonly Step[], many = true, wrapper?: string) => {
  const pieces: string[] = []
  const composer = new Composer(many, wrapper, piece => void pieces.push(piece))
  for (const [index, name] of Object.entries(names)) composer.open(Number(index), name)
  for (const [index, text] of steps) composer.arguments(index, text)
  const before = pieces.join('')
  composer.finish()
  return { before, text: pieces.join(''), indices: composer.indices }
}

const a = '{"s":"}\\"{","n":[1,{"x":[]}]}'
const b = '{"t":true}'
const two = `[{"name":"a","value":${a}},{"name":"b","value":${b}}]`

describe('the calls of a turn, as one text', () => {
  it('are closed as they close', () => {
    const { before, text, indices } = compose({ 0: 'a', 1: 'b' }, [
      [0, a],
      [1, b],
    ])
    expect(before).toBe(two.slice(0, -1))
    expect(text).toBe(two)
    expect(indices).toEqual([0, 1])
  })

  it('wait for each other, however they interleave', () => {
    const steps = [...a].flatMap((char, i): Step[] => [
      [1, b[i] ?? ''],
      [0, char],
    ])
    expect(compose({ 0: 'a', 1: 'b' }, steps).text).toBe(two)
    expect(compose({ 0: 'a', 1: 'b' }, [[1, b]]).before).toBe('[{"name":"a","value":')
  })

  it('stand in the order of their indices, whichever opens first', () => {
    const pieces: string[] = []
    const composer = new Composer(true, undefined, piece => void pieces.push(piece))
    composer.open(2, 'c')
    composer.arguments(2, '{"n":')
    composer.open(1, undefined)
    composer.arguments(2, '3}')
    expect(pieces.join('')).toBe('')
    composer.open(0, 'a')
    composer.arguments(0, '{}')
    expect(pieces.join('')).toBe('[{"name":"a","value":{}},{"name":"c","value":{"n":3}}')
    composer.finish()
    expect(pieces.join('')).toBe('[{"name":"a","value":{}},{"name":"c","value":{"n":3}}]')
    expect(composer.indices).toEqual([0, 2])
  })

  it('are none where none of them is part of it', () => {
    const feed = () => expect.unreachable()
    const composer = new Composer(true, 'value', feed)
    composer.open(0, undefined)
    composer.arguments(0, '{}')
    composer.finish()
    expect(composer.indices).toEqual([])
  })

  it('are one, the first, where one is wanted', () => {
    const { text, indices } = compose(
      { 3: 'a', 4: 'b' },
      [
        [4, b],
        [3, a],
      ],
      false,
    )
    expect(text).toBe(`{"name":"a","value":${a}}`)
    expect(indices).toEqual([3])
  })

  it('stand under the wrapper', () => {
    expect(compose({ 0: 'a' }, [[0, b]], true, 'value').text).toBe(`{"value":[{"name":"a","value":${b}}]}`)
    expect(compose({ 0: 'a' }, [[0, b]], false, 'value').text).toBe(`{"value":{"name":"a","value":${b}}}`)
  })

  it('may come without arguments, which is an empty object', () => {
    expect(compose({ 0: 'a', 1: 'b' }, [[1, '  ']]).text).toBe('[{"name":"a","value":{}},{"name":"b","value":  {}}]')
  })

  it.each(['"{}"', '[1]', 'null', '-1.5', ' {} '])('take %s, for the check to refuse', args => {
    expect(
      JSON.parse(
        compose({ 0: 'a', 1: 'b' }, [
          [0, args],
          [1, b],
        ]).text,
      ),
    ).toEqual([
      { name: 'a', value: JSON.parse(args) },
      { name: 'b', value: { t: true } },
    ])
  })

  it.each([
    ['is cut', '{"s":"x"'],
    ['is cut in a string', '{"s":"}]}'],
    ['goes on behind its end', '{"s":1} {'],
    ['would close what is not its own', '{}},{"name":"b","value":{}'],
    ['closes more than it has opened', '}'],
    ['has a word behind a word', 'null null'],
  ])('are no JSON where one %s', (_, args) => {
    for (const size of [1, 100]) {
      const pieces = args.match(new RegExp(`[^]{1,${size}}`, 'g'))!
      for (const names of [{ 0: 'a' }, { 0: 'a', 1: 'b' }, { 1: 'b', 0: 'a' }]) {
        const { text } = compose(names, [...pieces.map((piece): Step => [0, piece]), [1, b]])
        expect(() => JSON.parse(text)).toThrow(SyntaxError)
      }
    }
  })
})
