import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { execute } from './execute.ts'
import { fencesOf } from './fences.ts'
import { expectationsOf, programsOf } from './program.ts'
import { linkedProject } from './project.ts'

const fence = (info: string, ...code: string[]) => [`\`\`\`${info}`, ...code, '```'].join('\n')
const programs = (...fences: string[]) => programsOf(fencesOf('page.md', fences.join('\n\n')))

describe('the tags of a fence', () => {
  it.each([
    ['ts', "'page.md:2': it must say 'run' or 'no-run=\"reason\"'"],
    ['ts no-run', "'page.md:2': it must say 'run' or 'no-run=\"reason\"'"],
    ['ts run no-run="both"', "'page.md:2': it must say 'run' or 'no-run=\"reason\"'"],
    ['ts run fast', "'page.md:2': the tag 'fast' is not known"],
    ['typescript run', "'page.md:2': 'typescript' must be 'ts'"],
  ])('refuse ```%s', (info, message) => {
    expect(() => fencesOf('page.md', fence(info))).toThrow(message)
  })

  it('are read', () => {
    const [first, second] = fencesOf(
      'page.md',
      `${fence('ts run')}\n${fence('ts run recut continues cassette=a/b.yaml')}`,
    )
    expect(first).toMatchObject({ run: true, recut: false, continues: false, line: 1 })
    expect(second).toMatchObject({ run: true, recut: true, continues: true, cassette: 'a/b.yaml', line: 3 })
  })

  it('matter on ts fences only', () => {
    expect(fencesOf('page.md', `${fence('json')}\n${fence('sh')}`)).toEqual([])
  })

  it('refuse to go on from a fence that does not run', () => {
    expect(() => programs(fence('ts no-run="reason"'), fence('ts run continues'))).toThrow("Cannot run 'page.md:5'")
    expect(() => programs(fence('ts run continues'))).toThrow("Cannot continue at 'page.md:2'")
  })
})

describe('the values behind //=>', () => {
  const folder = linkedProject()
  afterAll(() => rmSync(folder, { recursive: true }))
  const differences = async (...fences: string[]) => execute(folder, programs(...fences).at(-1)!)

  it('are compared as data, also several of one line and several arguments', async () => {
    const loop = [
      'for (const n of [1, 2]) {',
      '  console.log(n, { n })',
      '  //=> 1, { n: 1 }',
      '  //=> 2, { n: 2 }',
      '}',
    ]
    expect(await differences(fence('ts run', 'console.log(Object.create(null)) //=> {}', ...loop))).toEqual([])
  })

  it('are found wrong, with the line of the page', async () => {
    const wrong = await differences(
      fence('ts run', 'const n = 1 as number'),
      fence('ts run continues', 'console.log({ n }) //=> { n: 2 }', 'if (n > 1) console.log(n) //=> 1'),
    )
    expect(wrong).toEqual([
      { line: 6, want: ['{ n: 2 }'], got: ['{ n: 1 }'] },
      { line: 7, want: ['1'], got: [] },
    ])
  })

  it('must stand behind a console.log', () => {
    expect(() => expectationsOf(programs(fence('ts run', 'let n = 1 //=> 1'))[0]!)).toThrow('Cannot compare line 2')
  })

  it('are the reason of a failure when the program fails', async () => {
    await expect(differences(fence('ts run', "throw new Error('the reason')"))).rejects.toThrow('the reason')
  })
})
