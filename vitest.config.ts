import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

/** A file to write the results to as JSON, beside the printed report. */
const report = process.env.VITEST_JSON

export default defineConfig({
  resolve: {
    alias: [
      { find: /^decant$/, replacement: source('index.ts') },
      { find: /^decant\/json$/, replacement: source('json/index.ts') },
      { find: /^decant\/cassette$/, replacement: source('cassette/index.ts') },
      { find: /^decant\/node$/, replacement: source('node/index.ts') },
      { find: /^decant\/otel$/, replacement: source('otel/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
})
