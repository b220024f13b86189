import { defineConfig } from 'tsup'

export default defineConfig({
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
  clean: true,
  // `Extraction` is AsyncDisposable, which lib ES2022 does not declare: the declarations bring it along.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
})
