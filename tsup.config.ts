import { defineConfig } from 'tsup'

const library = defineConfig({
  entry: {
    index: 'src/index.ts',
    json: 'src/json/index.ts',
    cassette: 'src/cassette/index.ts',
    node: 'src/node/index.ts',
    otel: 'src/otel/index.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  // Only cassette/ and node/ may name Node's modules, and they keep the `node:` prefix: bundlers and Deno know them by it.
  external: [/^node:/],
  removeNodeProtocol: false,
  treeshake: true,
  clean: ['!cli/**'],
  // `Extraction` is AsyncDisposable, which lib ES2022 does not declare: the declarations bring it along.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
})

/** The command line: one module for each command, loaded when it is asked for. */
const cli = defineConfig({
  entry: { decant: 'src/cli/bin.ts' },
  outDir: 'dist/cli',
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: true,
  // The library by its own name, never a copy of it: it shares its providers and their limits with the user's modules.
  external: [/^decant(\/|$)/],
  clean: true,
})

export default [library, cli]
