import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { built, root } from './built.ts'
import { execute } from './execute.ts'
import { fencesOf } from './fences.ts'
import { type Program, programsOf } from './program.ts'
import { linkedProject } from './project.ts'
import { typeErrors } from './typecheck.ts'

const docs = existsSync(join(root, 'docs'))
  ? readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  : []
const documents = ['README.md', ...docs.filter(file => file.endsWith('.md')).map(file => join('docs', file))]
const read = (file: string) => programsOf(fencesOf(file, readFileSync(join(root, file), 'utf8')))
const programs = documents.flatMap(read)

const folder = linkedProject()
afterAll(() => rmSync(folder, { recursive: true }))

const moduleOf = (program: Program) => `${program.fence.at.replace(/\W+/g, '-')}.mts`
let errors: readonly string[]

beforeAll(() => {
  built('index.d.ts')
  for (const program of programs) writeFileSync(join(folder, moduleOf(program)), program.source)
  const files = programs.map(program => join(folder, moduleOf(program)))
  const types = { types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }
  errors = typeErrors(folder, files, { ...types, exactOptionalPropertyTypes: true })
  const ran = programs.filter(program => program.fence.run).length
  console.info(`${programs.length} snippets: ${ran} executed, ${programs.length - ran} only type-checked`)
}, 60_000)

it('finds the snippets of the README', () => {
  expect(programs.filter(program => program.fence.run)).not.toEqual([])
})

describe.each(programs)('$fence.at', program => {
  it('type-checks against the built package', () => {
    expect(errors.filter(error => error.startsWith(`${moduleOf(program)}:`))).toEqual([])
  })

  if (program.fence.run) {
    it('prints what it says', async () => {
      expect(await execute(folder, program)).toEqual([])
    })
  }
})
