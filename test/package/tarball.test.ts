import { execFile } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { built, root } from './built.ts'
import { environment, execute } from './execute.ts'
import { fencesOf } from './fences.ts'
import { javascriptOf, programsOf } from './program.ts'
import { emptyFolder } from './project.ts'
import { typeErrors } from './typecheck.ts'

// Two installations over a network, and declarations of the whole web platform to check.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const run = promisify(execFile)
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})
const newFolder = () => {
  folders.push(emptyFolder())
  return folders.at(-1)!
}

/** What `decant demo` plays. */
const demo = 'cassettes/xai/grok-4-fast/simple_object_streaming.yaml'

let tarball: string
let pack: { filename: string; unpackedSize: number; files: { path: string }[] }

beforeAll(async () => {
  built('index.js')
  const destination = newFolder()
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', destination], {
    cwd: root,
  })
  pack = [JSON.parse(stdout)].flat()[0]
  tarball = join(destination, pack.filename)
})

it('packs the built files, their declarations, the command line, its recording and the pages, nothing else', () => {
  const chunks = /^dist\/(?:cli\/\w+|chunk|edits|normal)-\w+\.js$/
  const declarations = /^dist\/[\w-]+-[\w-]+\.d\.c?ts$/
  const files = pack.files
    .map(file => file.path)
    .filter(path => !chunks.test(path) && !declarations.test(path) && !/^docs\/[\w-]+\.md$/.test(path))
  const entries = ['cassette', 'index', 'json', 'node', 'otel'].flatMap(entry =>
    ['cjs', 'd.cts', 'd.ts', 'js'].map(extension => `dist/${entry}.${extension}`),
  )
  const rest = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json', 'dist/cli/decant.js', demo]
  expect(files.sort()).toEqual([...rest, ...entries].sort())
})

it('unpacks to at most 1280 KiB', () => {
  expect(pack.unpackedSize).toBeLessThanOrEqual(1280 * 1024)
})

const folderWith: Record<string, Promise<string>> = {}

/** An empty project with the tarball and one version of zod installed. */
const projectWith = (zod: string): Promise<string> => {
  folderWith[zod] ??= install(zod)
  return folderWith[zod]
}

const install = async (zod: string): Promise<string> => {
  const folder = newFolder()
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--strict-peer-deps']
  await run('npm', ['install', tarball, `zod@${zod}`, ...quiet], { cwd: folder })
  return folder
}

describe.each([
  { version: '4.6.7', zod: 'zod' },
  { version: '3.25.76', zod: 'zod/v3' },
])('installed beside zod@$version', ({ version, zod }) => {
  let folder: string
  const person = { name: 'Alice', age: 30, city: 'Paris' }
  const output = { output: person, last: person, parsed: person }

  beforeAll(async () => {
    folder = await projectWith(version)
    copyFileSync(join(root, demo), join(folder, 'person.yaml'))
  })

  /** Copies a consumer in, with `zod` imported from where this version keeps it. */
  const bring = (file: string, as = file, transform = (text: string) => text) => {
    const text = readFileSync(new URL(`consumer/${file}`, import.meta.url), 'utf8').replace(`'zod'`, `'${zod}'`)
    writeFileSync(join(folder, as), transform(text))
  }
  const outputOf = async (file: string) => {
    const { stdout } = await run(process.execPath, [file], { cwd: folder, env: environment })
    return JSON.parse(stdout)
  }

  it.each(['esm.mjs', 'commonjs.cjs'])('extracts from %s', async file => {
    bring(file)
    expect(await outputOf(file)).toEqual(output)
  })

  it('extracts from TypeScript, with every declaration checked and nothing but the web platform declared', async () => {
    bring('typed.mts')
    expect(typeErrors(folder, [join(folder, 'typed.mts')])).toEqual([])
    bring('typed.mts', 'typed.mjs', text => javascriptOf(text))
    expect(await outputOf('typed.mjs')).toEqual(output)
  })
})

it('declares itself to a program that knows Node and no browser', async () => {
  const folder = await projectWith('4.6.7')
  copyFileSync(new URL('consumer/typed.mts', import.meta.url), join(folder, 'node.mts'))
  const node = { lib: ['lib.es2022.d.ts'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }
  expect(typeErrors(folder, [join(folder, 'node.mts')], node)).toEqual([])
})

describe("the README's first example in an empty project", () => {
  const programs = programsOf(fencesOf('README.md', readFileSync(join(root, 'README.md'), 'utf8')))
  const example = programs.find(program => program.fence.run)

  it.each(['mjs', 'cjs'] as const)(
    'runs as .%s',
    async format => {
      expect(await execute(await projectWith('4.6.7'), example!, format)).toEqual([])
    },
    120_000,
  )

  it('type-checks', async () => {
    const folder = await projectWith('4.6.7')
    writeFileSync(join(folder, 'example.mts'), example!.source)
    expect(typeErrors(folder, [join(folder, 'example.mts')])).toEqual([])
  })
})
