import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { built, root } from './built.ts'

/** What a built entry and its chunks import from outside. */
const outsideOf = async (entry: string): Promise<string[]> => {
  const { metafile } = await build({
    entryPoints: [built(entry)],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    packages: 'external',
    external: ['node:*'],
    tsconfigRaw: {},
  })
  const imports = Object.values(metafile.inputs).flatMap(input => input.imports)
  return [...new Set(imports.filter(found => found.external).map(found => found.path))].sort()
}

describe.each(['js', 'cjs'])('the built .%s files', extension => {
  it('load the core with a schema converter and an event parser only: no Node module', async () => {
    const allowed = /^(eventsource-parser|zod-to-json-schema|zod\/v4\/core)$/
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
