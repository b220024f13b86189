import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import { root } from './built.ts'
import { browser, others, program } from './size.ts'

/** What the minimal program is made of: by capability, the files of src/ that are there for it; a folder (`json/`) stands for all in it. */
const capabilities: Readonly<Record<string, string>> = {
  'reading schemas: Zod 4': 'schema/zod4',
  'reading schemas: Zod 3, Standard JSON Schema': 'schema/zod3 schema/standard',
  'one canonical schema, its compact wire form, issues':
    'schema/canonical schema/references schema/unions schema/intersections schema/inexpressible schema/walk schema/wire schema/strings schema/typed schema/declaration schema/languages schema/issues schema/name',
  'dialects, there and back': 'schema/rewrite schema/keywords schema/dialects decode/inverse decode/encode',
  'the linear parser': 'json/',
  'the check that runs along, giving up': 'decode/check/ decode/hopeless decode/repetition',
  'partials and their states': 'decode/view decode/graft decode/shape decode/meant decode/text-view',
  'the strict end': 'decode/strict decode/read decode/input decode/halves',
  'unwrapping: fences, thoughts, JSON encoded twice': 'decode/unwrap decode/content',
  'modes and stepping down': 'modes',
  'readers, back-pressure, events': 'extraction channel reader sink',
  'element streams': 'elements decode/path',
  'chat completions, envelopes': 'wire/chat-completions/ request',
  'providers, keys, headers': 'wire/provider wire/providers access',
  'sending: bodies, events, clocks, abort':
    'http/send http/body http/framing http/head http/events http/utf8 http/clocks abort',
  'failures of the network and of providers, retries':
    'http/failure http/network http/retry-after http/retry http/budget',
  'keeping keys out of errors': 'http/redact',
  repairs: 'mending repair/',
  tools: 'tools',
  cache: 'recall hash',
  'ledger, costs, budgets': 'budget ledger',
  'checking of options and prompts': 'options prompt nearest',
  examples: 'examples',
  'the error family': 'errors failing',
  'the loop': 'run judge ask exchange result plan fallback validate',
}

/** Bytes of the minimal program, minified and compressed, that each capability adds to all others. */
export const capabilityBytes = async (): Promise<{ readonly name: string; readonly gzip: number }[]> => {
  const whole = await sizeWithout([])
  return Promise.all(
    Object.entries(capabilities).map(async ([name, places]) => ({
      name,
      gzip: whole - (await sizeWithout(places.split(' '))),
    })),
  )
}

const sizeWithout = async (places: readonly string[]): Promise<number> => {
  const stdin = { contents: program, resolveDir: root }
  const alias = { decant: join(root, 'src/index.ts') }
  const plugins = [emptied(places.flatMap(filesOf))]
  const { outputFiles } = await build({ ...browser, stdin, alias, external: others, splitting: true, plugins })
  return gzipSync(outputFiles.find(({ path }) => path.endsWith('stdin.js'))!.contents, { level: 9 }).byteLength
}

const filesOf = (place: string): string[] => {
  const path = join(root, 'src', place)
  return place.endsWith('/') ? readdirSync(path).map(file => join(path, file)) : [`${path}.ts`]
}

/** Files with nothing in them but what they import and the names that they export. */
const emptied = (files: readonly string[]): Plugin => ({
  name: 'emptied',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (!files.includes(path)) return undefined
      const text = readFileSync(path, 'utf8')
      const imports = [...text.matchAll(/^import (?!type )\{([^}]*)\} from .*/gm)]
      const imported = imports.flatMap(([, names = '']) => names.split(',').map(name => name.trim()))
      const used = imported
        .filter(name => name !== '' && !name.startsWith('type '))
        .map(name => name.split(' as ').at(-1))
      const exported = [...text.matchAll(/^export (?:abstract |async )?(?:const|function|class) (\w+)/gm)]
      if (exported.length === 0) return undefined
      const lines = [
        ...imports.map(([line]) => line),
        `globalThis.no(${used})`,
        ...exported.map(([, name]) => `export const ${name} = globalThis.no`),
      ]
      return { contents: lines.join('\n'), loader: 'ts' }
    }),
})
