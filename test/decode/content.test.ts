import { describe, expect, it } from 'vitest'
import { Content } from '../../src/decode/content.ts'

const person = '{"name": "Al`ice ``` ", "tags": []}'

const read = (text: string, size: number): { json: string; notes: string[] } => {
  const content = new Content()
  let json = ''
  for (let i = 0; i < text.length; i += size) json += content.feed(text.slice(i, i + size))
  json += content.finish()
  return { json, notes: content.notes.map(({ code }) => code) }
}

describe.each([1, 2, 3, 7, 1000])('the JSON of a text that comes %i at a time', size => {
  it.each([
    ['alone', person, []],
    ['between blanks', ` \n${person}`, []],
    ['in a fence', `\n\`\`\`json\n${person}\n\`\`\`\n`, ['fenced']],
    ['in a fence on one line', `\`\`\`json ${person} \`\`\``, ['fenced']],
    ['in a fence without a blank', `\`\`\`${person}\`\`\``, ['fenced']],
    ['in a fence that does not end', `\`\`\`json\n${person}`, ['fenced']],
    ['in a fence without a language', `\`\`\`\n${person}\`\`\``, ['fenced']],
    ['behind thoughts', `<think>\nIs it {"a": 1}?\n</think>\n\n${person}`, ['thoughts']],
    ['behind thoughts that began in the prompt', `Let me see. </think>${person}`, ['thoughts']],
    ['behind the last thoughts', `<think>a</think> b <think>c</think>${person}`, ['thoughts']],
    ['in a fence behind thoughts', `<think></think>\`\`\`json\n${person}\n\`\`\``, ['thoughts', 'fenced']],
  ])('%s', (_, text, notes) => {
    expect(read(text, size)).toEqual({ json: person, notes })
  })

  it.each([
    ['words', 'Sorry, I cannot.'],
    ['words before it', `Here you are: ${person}`],
    ['words before a fence', `Here you are:\n\`\`\`json\n${person}\n\`\`\``],
    ['a list', '[{"name": "Alice"}]'],
    ['nothing', ''],
    ['blanks and backticks', '  ``'],
    ['an empty fence', '```json\n```'],
    ['a fence with nothing at all in it', '``````'],
    ['a fence with words on its first line', `\`\`\`two words\n${person}\n\`\`\``],
  ])('is not looked for in %s', (_, text) => {
    expect(read(text, size)).toEqual({ json: '', notes: [] })
  })

  it('ends where the fence ends: words behind it are told as part of it', () => {
    expect(read(`\`\`\`json\n${person}\n\`\`\`\nThere!`, size).json).toBe(`${person}\n\`\`\`\nThere!`)
  })
})

describe('a whole text', () => {
  it('holds the object, or nothing that is whole', () => {
    expect(Content.whole(`\`\`\`json\n${person}\n\`\`\``)?.json).toBe(person)
    for (const text of [person.slice(0, -1), `${person} Done.`, 'No.', '']) expect(Content.whole(text)).toBeUndefined()
  })

  it('takes time for its length alone', () => {
    const content = new Content()
    const read = Array.from({ length: 20_000 }, () => content.feed('thinking '.repeat(10)))
    expect(read.join('')).toBe('')
    expect(content.feed(`</think>${person}`)).toBe(person)
  })
})
