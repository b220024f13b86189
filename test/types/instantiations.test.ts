import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** As `tsc --extendedDiagnostics` counts them: 45,275 with TypeScript of the lock file, Zod and all of decant's sources included. */
const most = 50_000

it('a schema of 60 fields on 5 levels keeps the compiler within 50,000 instantiations, and has no errors', () => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root)
  const program = ts.createProgram([join(root, 'test/types/large.test-d.ts')], options)
  const errors = ts.getPreEmitDiagnostics(program)
  expect(errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  expect(program.getInstantiationCount()).toBeGreaterThan(10_000)
  expect(program.getInstantiationCount()).toBeLessThanOrEqual(most)
}, 120_000)
