import { isBuiltin } from 'node:module'
import { type BuildOptions, build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { built, root } from './built.ts'

const bundling: BuildOptions & { metafile: true } = {
  absWorkingDir: root,
  outdir: 'nowhere',
  bundle: true,
  write: false,
  metafile: true,
  format: 'esm',
  splitting: true,
  platform: 'neutral',
  packages: 'external',
  external: ['node:*'],
  tsconfigRaw: {},
}

/** What a built entry and its chunks import from outside. */
const outsideOf = async (entry: string): Promise<string[]> => {
  const { metafile } = await build({ ...bundling, entryPoints: [built(entry)] })
  const imports = Object.values(metafile.inputs).flatMap(input => input.imports)
  return [...new Set(imports.filter(found => found.external).map(found => found.path))].sort()
}

/** What a built entry imports from outside before it has done anything: without what it imports when it is wanted. */
const eagerOf = async (entry: string): Promise<string[]> => {
  const { metafile } = await build({ ...bundling, entryPoints: [built(entry)] })
  const outside = new Set<string>()
  const seen = new Set<string>()
  const visit = (input: string): void => {
    if (seen.has(input)) return
    seen.add(input)
    for (const { path, external, kind } of metafile.inputs[input]!.imports) {
      if (kind === 'dynamic-import') continue
      if (external) outside.add(path)
      else visit(path)
    }
  }
  visit(Object.keys(metafile.inputs).find(input => input.endsWith(entry))!)
  return [...outside].sort()
}

describe.each(['js', 'cjs'])('the built .%s files', extension => {
  it('load the core with a schema converter and an event parser only: no Node module', async () => {
    const allowed = /^(zod-to-json-schema|zod\/v4\/core)$/
    expect((await outsideOf(`index.${extension}`)).filter(path => !allowed.test(path))).toEqual([])
  })

  it('load the JSON parser with nothing at all', async () => {
    expect(await outsideOf(`json.${extension}`)).toEqual([])
  })

  it('load telemetry with the API of OpenTelemetry only', async () => {
    expect(await outsideOf(`otel.${extension}`)).toEqual(['@opentelemetry/api'])
  })

  it('load the cassette with yaml and Node modules, by their prefix', async () => {
    expect((await outsideOf(`cassette.${extension}`)).filter(path => !/^(yaml$|node:)/.test(path))).toEqual([])
  })
})

describe('the built command line', () => {
  it('loads its option parser alone before it knows what is asked', async () => {
    const outside = await eagerOf('cli/decant.js')
    expect(outside.filter(path => !isBuiltin(path))).toEqual(['commander'])
  })

  it('imports the library by its name, so that no second copy of it runs', async () => {
    const outside = await outsideOf('cli/decant.js')
    const ours = outside.filter(path => /^decant/.test(path))
    expect(ours).toEqual(['decant', 'decant/cassette', 'decant/node'])
    expect(outside.filter(path => !ours.includes(path) && !isBuiltin(path))).toEqual([
      'commander',
      'csv-parse',
      'jiti',
      'zod',
    ])
  })
})
